"""The liaison service: its features, one line each."""

from services.kit.delivery import Subscription
from services.kit.mentions import mention_routes
from services.kit.retention import retention_routes
from services.kit.service import Service
from services.kit.subjects import subject_routes
from services.liaison.features.contacts.routes import routes as contacts
from services.liaison.features.counterparts.routes import routes as counterparts
from services.liaison.features.custom_fields.routes import of_counterparts as counterpart_fields
from services.liaison.features.follow_ups.routes import routes as follow_ups
from services.liaison.features.interactions.routes import routes as interactions
from services.liaison.features.interactions.telling import tell_last_contacts
from services.liaison.features.subjects import HOLDINGS, PROSE, RETAINED
from services.liaison.inbox import HANDLERS

SERVICE = Service(
    name="liaison",
    title="Liaison",
    description="Whom the secretariat talks to, what passed, and what follows.",
    package="services.liaison",
    features=[
        counterparts,
        counterpart_fields,
        contacts,
        interactions,
        follow_ups,
        subject_routes("liaison", HOLDINGS),
        retention_routes("liaison", RETAINED),
        mention_routes("liaison", PROSE),
    ],
    tasks=[tell_last_contacts],
    inbox=HANDLERS,
    subscriptions=[Subscription("members", ("liaison.organisation_contact.",))],
)
