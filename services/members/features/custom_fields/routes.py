"""Custom fields over HTTP: `/v1/organisation-custom-fields`, and those of persons and sites likewise."""

from services.kit.custom.routes import custom_field_routes
from services.members.features.organisations.queries import organisations
from services.members.features.persons.queries import persons
from services.members.features.sites.queries import sites

of_organisations = custom_field_routes(organisations)
of_persons = custom_field_routes(persons)
of_sites = custom_field_routes(sites)
