"""The members service: its features, one line each."""

from services.kit.delivery import Subscription
from services.kit.service import Service
from services.members.features.organisations.routes import routes as organisations

SERVICE = Service(
    name="members",
    title="Members",
    description="Organisations, persons, and who is a member when.",
    package="services.members",
    features=[organisations],
    subscriptions=[
        Subscription("events", ("members.organisation.",)),
        Subscription("liaison", ("members.organisation.",)),
    ],
)
