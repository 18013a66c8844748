"""Custom fields over HTTP: `/v1/organisations/custom-fields` and `/v1/persons/custom-fields`."""

from services.kit.custom.routes import custom_field_routes
from services.members.features.organisations.queries import organisations
from services.members.features.persons.queries import persons

of_organisations = custom_field_routes(organisations)
of_persons = custom_field_routes(persons)
