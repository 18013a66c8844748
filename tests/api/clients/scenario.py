"""What a partner's program does, with the generated client: create, list, change with If-Match, and read a refusal."""

# mypy: ignore-errors
# The client is there only once it is generated; pyright checks this file then.

import os
import time
from http import HTTPStatus
from uuid import uuid4

from alliance_client import AuthenticatedClient
from alliance_client.api.organisations import create_organisation, list_organisations, update_organisation
from alliance_client.models import (
    CountryCodeOrNull,
    Names,
    OrganisationCreate,
    OrganisationKind,
    OrganisationPage,
    OrganisationUpdate,
    Problem,
)

client = AuthenticatedClient(base_url=os.environ["BASE_URL"], token=os.environ["API_KEY"])
city = f"Python {time.time_ns()}"

names = Names()
names["zh"], names["en"] = "梵净山景区", "Fanjingshan Scenic Area"
new = OrganisationCreate(names=names, kind=OrganisationKind.SCENIC_AREA, country=CountryCodeOrNull.CN, city=city)
made = create_organisation.sync_detailed(client=client, body=new, idempotency_key=str(uuid4()))
assert made.status_code == HTTPStatus.CREATED, made
assert made.parsed is not None
assert not isinstance(made.parsed, Problem)
etag = made.headers["ETag"]

page = list_organisations.sync(client=client, city=[city], limit=5, sort="-created_at")
assert isinstance(page, OrganisationPage)
assert [one.id for one in page.items] == [made.parsed.id]
assert page.next_cursor is None

change = OrganisationUpdate(website="https://fanjingshan.example.org")
changed = update_organisation.sync(made.parsed.id, client=client, body=change, if_match=etag)
assert changed is not None
assert not isinstance(changed, Problem)
assert (changed.website, changed.version) == ("https://fanjingshan.example.org", 2)

stale = update_organisation.sync_detailed(made.parsed.id, client=client, body=change, if_match=etag)
assert isinstance(stale.parsed, Problem)
assert (stale.status_code, stale.parsed.status) == (HTTPStatus.PRECONDITION_FAILED, 412)
