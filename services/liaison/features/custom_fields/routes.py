"""Custom fields over HTTP: `/v1/counterpart-custom-fields`."""

from services.kit.custom.routes import custom_field_routes
from services.liaison.features.counterparts.queries import counterparts

of_counterparts = custom_field_routes(counterparts)
