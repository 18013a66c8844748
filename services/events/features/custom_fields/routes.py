"""Custom fields over HTTP: `/v1/event-custom-fields` and `/v1/registration-custom-fields`."""

from services.events.features.events.queries import events
from services.events.features.registrations.queries import registrations
from services.kit.custom.routes import custom_field_routes

of_events = custom_field_routes(events)
of_registrations = custom_field_routes(registrations)
