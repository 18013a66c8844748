"""The events service: its features, one line each."""

from services.clients.members import MembersClient
from services.events.features.admission_types.routes import routes as admission_types
from services.events.features.attendance.routes import routes as attendance
from services.events.features.calendar.routes import routes as calendar
from services.events.features.check_ins.routes import routes as check_ins
from services.events.features.custom_fields.routes import of_events as event_fields
from services.events.features.custom_fields.routes import of_registrations as registration_fields
from services.events.features.events.routes import routes as events
from services.events.features.events.zones import follow_time_zones
from services.events.features.registrations.participants import routes as participants
from services.events.features.registrations.pricing import confirm_price, confirm_waiting_prices
from services.events.features.registrations.routes import routes as registrations
from services.events.features.series.routes import routes as series
from services.events.features.subjects import HOLDINGS, PROSE, RETAINED
from services.events.inbox import HANDLERS
from services.kit.delivery import Subscription
from services.kit.mentions import mention_routes
from services.kit.retention import retention_routes
from services.kit.service import Service
from services.kit.subjects import subject_routes

SERVICE = Service(
    name="events",
    title="Events",
    description="Series and their editions, admission, registrations and the waitlist, the door, the calendar.",
    package="services.events",
    features=[
        series,
        events,
        event_fields,
        admission_types,
        registrations,
        registration_fields,
        check_ins,
        attendance,
        calendar,
        participants,
        subject_routes("events", HOLDINGS),
        retention_routes("events", RETAINED),
        mention_routes("events", PROSE),
    ],
    tasks=[confirm_price, confirm_waiting_prices, follow_time_zones],
    inbox=HANDLERS,
    subscriptions=[Subscription("members", ("events.event.", "events.registration.", "events.check_in."))],
    peers={"members": MembersClient},
)
