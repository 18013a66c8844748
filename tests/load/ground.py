"""Makes the records that the traffic is about: 20,000 organisations, six events, counterparts, some registrations."""

import time
from dataclasses import asdict
from typing import Final
from uuid import uuid4

import httpx

from deploy.local.postgres import Postgres
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import Var
from services.kit.http import trusted
from tests.bench import seed
from tests.factories.events import a_registration, an_admission_type, an_event, yuan
from tests.factories.liaison import a_counterpart
from tests.load.traffic import Ground
from tests.wire.stack import Stack

ORGANISATIONS: Final = 20_000
EVENTS: Final = 6
EDITABLE: Final = 400
REGISTERED: Final = 300
_ATTEMPTS: Final = 10


def lay(stack: Stack) -> Ground:
    """Fill a new stack, and say what is there."""
    var = Var(stack.var)
    owner = Postgres(var, SecretFiles(var.secrets)).owner_url("members")  # only the owner may VACUUM
    seed.fill(owner, ORGANISATIONS)
    key = stack.key()
    with httpx.Client(
        base_url=f"{stack.url}/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30, verify=trusted()
    ) as api:
        organisations = [
            one["id"]
            for country in ("CN", "NP", "FR", "IT", "CH")
            for one in _read(api, f"/organisations?country={country}&limit=200&fields=names")["items"]
        ]
        editable = [(id, api.get(f"/organisations/{id}").headers["etag"]) for id in organisations[-EDITABLE:]]
        events, admissions = [], []
        for _ in range(EVENTS):
            event = _make(api, "/events", an_event())
            tag = api.get(f"/events/{event['id']}").headers["etag"]
            api.patch(
                f"/events/{event['id']}", json={"status": "published"}, headers={"If-Match": tag}
            ).raise_for_status()
            admission = an_admission_type(event["id"], member_price=yuan(80000))
            events.append(event["id"])
            admissions.append(_make(api, "/admission-types", admission)["id"])
        registered = [
            _make(api, "/registrations", a_registration(admissions[number % EVENTS])) for number in range(REGISTERED)
        ]
        return Ground(
            key=key,
            organisations=organisations,
            editable=editable,
            events=events,
            admissions=admissions,
            counterparts=[_make(api, "/counterparts", a_counterpart())["id"] for _ in range(40)],
            registrations=[one["id"] for one in registered],
            codes=[one["code"] for one in registered],
        )


def _read(api: httpx.Client, path: str) -> dict[str, list[dict[str, str]]]:
    reply = api.get(path)
    reply.raise_for_status()
    answer: dict[str, list[dict[str, str]]] = reply.json()
    return answer


def _make(api: httpx.Client, path: str, body: object) -> dict[str, str]:
    """A record. What is not answered in time is asked again with the same key: a new stack is still warming up."""
    key = uuid4().hex
    for _ in range(_ATTEMPTS):
        reply = api.post(path, json=body, headers={"Idempotency-Key": key})
        if reply.status_code not in {409, 502, 503, 504}:
            break
        time.sleep(int(reply.headers.get("retry-after", "1")))
    reply.raise_for_status()
    made: dict[str, str] = reply.json()
    return made


def order(stack: Stack, ground: Ground) -> dict[str, object]:
    """What the generator is told first."""
    return {"host": "127.0.0.1", "port": stack.port, "ground": asdict(ground)}
