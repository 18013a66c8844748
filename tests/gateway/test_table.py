"""The table names every path the services offer, and each leads to its service."""

import pytest

from gateway.table import LONG, READ, SEGMENTS, WRITE, deadline_of, service_of
from services.events.app import SERVICE as EVENTS
from services.kit.service import Service
from services.liaison.app import SERVICE as LIAISON
from services.members.app import SERVICE as MEMBERS


@pytest.mark.parametrize("service", [MEMBERS, EVENTS, LIAISON], ids=lambda service: str(service.name))
def test_every_path_of_a_service_reaches_it(service: Service) -> None:
    paths = {operation.path for routes in service.routes() for operation in routes.operations}
    missing = {path for path in paths if not path.startswith("/internal/") and service_of(path) != service.name}
    assert not missing, "name their first segments in gateway/table.py"


def test_nothing_in_the_table_is_left_over() -> None:
    used = {
        operation.path.split("/")[2]
        for service in (MEMBERS, EVENTS, LIAISON)
        for routes in service.routes()
        for operation in routes.operations
        if operation.path.startswith("/v1/")
    }
    assert SEGMENTS.keys() == used


def test_what_is_the_gateway_s_own_goes_to_no_service() -> None:
    for path in ("/", "/docs", "/v1", "/v1/", "/v1/me", "/v1/gateway/changes", "/v1/organisationsx", "/organisations"):
        assert service_of(path) is None
    for composed in ("timeline", "since-last-contact"):
        assert service_of(f"/v1/organisations/01976b1e-7c3a-7000-8000-000000000001/{composed}") is None
    assert service_of("/v1/organisations/a/b/timeline") == "members"
    assert service_of("/v1/organisations") == "members"


def test_work_on_many_rows_may_take_longer() -> None:
    assert deadline_of("GET", "/v1/organisations") is READ
    assert deadline_of("PATCH", "/v1/organisations/1") is WRITE
    assert deadline_of("POST", "/v1/organisations/bulk") is LONG
    assert all(deadline.silent < 2 for deadline in (READ, WRITE, LONG))
    assert LONG.busy > WRITE.busy > 2
