"""Reading API keys. A caller bound to an organisation sees that organisation's keys only."""

from uuid import UUID

from gateway.tables.api_key import ApiKeyRow
from services.contracts.base import Instant
from services.contracts.codes import CountryCode
from services.contracts.gateway.api_key import ApiKey
from services.kit.filters import any_of, between, created_and_updated, flag, overlaps
from services.kit.reading import CALLER_ORGANISATION, EVERY_ROW, Resource, Rule, Sort

_REVOKED = ApiKeyRow.revoked_at.is_not(None)

API_KEYS = Resource(
    name="API key",
    path="/v1/api-keys",
    model=ApiKey,
    row=ApiKeyRow,
    filters={
        "organisation_id": any_of(ApiKeyRow.organisation_id, UUID, "Bound to any of these organisations."),
        "country": any_of(ApiKeyRow.country, CountryCode, "Used in any of these countries."),
        "scope": overlaps(ApiKeyRow.scopes, str, "Holds any of these scopes."),
        "revoked": flag(_REVOKED, "Only revoked keys, or only others."),
        **between("expires_at", ApiKeyRow.expires_at, Instant),
        **created_and_updated(ApiKeyRow),
    },
    facets=("organisation_id", "country", "scope", "revoked"),
    sorts={
        "name": Sort(ApiKeyRow.name),
        "created_at": Sort(ApiKeyRow.created_at),
        "last_used_at": Sort(ApiKeyRow.last_used_at, nullable=True),
        "expires_at": Sort(ApiKeyRow.expires_at, nullable=True),
    },
    rules=(
        Rule(
            "bound",
            lambda caller: caller.organisation_id is not None,
            ApiKeyRow.organisation_id == CALLER_ORGANISATION,
        ),
        EVERY_ROW,
    ),
)
