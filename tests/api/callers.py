"""The callers that look at a running system: one of each kind, made through its own API."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from services.contracts.scopes import SCOPES
from services.kit.http import trusted
from tests.api.matrix import ENDS_ITSELF, EVERY, Kind, as_expected, operations
from tests.wire.stack import Stack

ROLES = ("administrator", "secretariat", "liaison-officer", "events-officer", "leadership", "viewer")


@dataclass(frozen=True, slots=True)
class Office:
    """Makes callers, with a key that may do everything."""

    stack: Stack
    client: httpx.Client

    @classmethod
    def of(cls, stack: Stack, key: str) -> "Office":
        """The office of a stack."""
        return cls(stack, _client(stack, {"Authorization": f"Bearer {key}"}))

    def everything(self) -> Kind:
        """A key with every scope that is bound to nothing: it may do all that an administrator may."""
        return self._key("administrator")

    def staff(self, role: str) -> Kind:
        """Somebody with this role, signed in for a quarter of an hour."""
        email, password = f"{uuid4().hex[:12]}@alliance.example", "correct horse battery staple"
        self._made("/v1/users", {"email": email, "name": role, "password": password, "roles": [role]})
        token = self._made("/v1/sessions", {"email": email, "password": password})["access_token"]
        me = self.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).raise_for_status().json()
        return Kind(role, token, frozenset(me["scopes"]))

    def partner(self) -> Kind:
        """A key with every scope that is bound to an organisation."""
        new = {"names": {"en": "A partner"}, "kind": "association", "country": "CN"}
        return self._key("key, bound", organisation_id=self._made("/v1/organisations", new)["id"])

    def nobody(self) -> Kind:
        """A caller without a credential."""
        return Kind("nobody", None)

    def every_kind(self) -> list[Kind]:
        """All of them."""
        ends = datetime.now(UTC) + timedelta(seconds=1)
        revoked = self._made("/v1/api-keys", {"name": "revoked", "scopes": sorted(EVERY)})
        path, tag = f"/v1/api-keys/{revoked['id']}", {"If-Match": "*"}
        self.client.delete(path, headers=tag).raise_for_status()
        kinds = [
            self.nobody(),
            self._key("key, expired", expires_at=ends.isoformat(), good=False),
            Kind("key, revoked", revoked["key"], EVERY, good=False),
            self.partner(),
            self._key("key, abroad", country="FR"),
            *(self._key(f"key without {scope}", EVERY - {scope}) for scope in sorted(SCOPES)),
            *map(self.staff, ROLES),
        ]
        time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()))
        return kinds

    def _key(self, name: str, scopes: frozenset[str] = EVERY, *, good: bool = True, **given: Any) -> Kind:
        key = self._made("/v1/api-keys", {"name": name, "scopes": sorted(scopes), **given})["key"]
        return Kind(name, key, scopes, good)

    def _made(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = self.client.post(path, json=body).raise_for_status().json()
        return made


def _client(stack: Stack, headers: dict[str, str]) -> httpx.Client:
    return httpx.Client(base_url=stack.url, headers=headers, timeout=20, verify=trusted())


def ask_everything(office: Office, document: dict[str, Any]) -> tuple[int, list[str]]:
    """Call every operation as every kind of caller; answers how many calls, and what was not as the document says."""
    asked, wrong = 0, []
    for kind in office.every_kind():
        lacking = EVERY - kind.scopes if kind.name.startswith("key without") else frozenset()
        with _client(office.stack, kind.headers) as client:
            for operation in operations(document):
                if str(operation) == ENDS_ITSELF or (lacking and not lacking & operation.scopes):
                    continue  # such a key is as good as any other there
                reply = client.request(operation.method, operation.address)
                asked += 1
                if not as_expected(operation, kind, reply):
                    wrong.append(f"{operation} as {kind.name}: {reply.status_code} {reply.text[:200]}")
    return asked, wrong
