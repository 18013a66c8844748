"""Logs tell what happened and to which id: no credential, no password, no name, whatever goes wrong."""

import re
from pathlib import Path
from uuid import uuid4

from tests.factories.events import a_registration, open_event
from tests.factories.liaison import a_contact, a_counterpart, an_interaction
from tests.factories.members import a_person, an_organisation
from tests.journeys.alliance import a_key
from tests.journeys.callers import Caller
from tests.wire.stack import Stack

LOOKS_LIKE_A_CREDENTIAL = re.compile(r"alc_live_\w{12,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+|alr_[\w-]{20,}|-----BEGIN")


def _logs(stack: Stack) -> dict[Path, str]:
    return {path: path.read_text(errors="replace") for path in (stack.var / "logs").iterdir()}


async def test_no_log_tells_a_credential_a_password_or_a_name(stack: Stack, office: Caller, master_key: str) -> None:
    mark = f"mark{uuid4().hex[:10]}"
    names, email = {"zh": "何青山标记", "en": f"He {mark}"}, f"{mark}@example.org"
    password, door = f"password of {mark}", office.as_(None)
    for new in (a_person(names=names, email=email), a_person(names=names, email=email), a_person(names={}, email=mark)):
        await office.post("/v1/persons", new)
    await office.post("/v1/organisations", an_organisation(names=names, emails=[email], phones=[{"number": mark}]))
    identifier = {"identifiers": [{"scheme": "wikidata", "value": mark}]}
    for _ in range(2):
        await office.post("/v1/organisations", an_organisation(names=names, **identifier))
    counterpart = await office.made("/v1/counterparts", a_counterpart(names=names))
    await office.made("/v1/contacts", a_contact(counterpart["id"], names=names, emails=[email]))
    await office.made("/v1/interactions", an_interaction(counterpart["id"], subject=names, summary={"en": mark}))
    _, admission = await open_event(office)
    for _ in range(2):  # the second one meets the constraint that says one place an address
        await office.post("/v1/registrations", a_registration(admission, participant={"names": names, "email": email}))

    user = {"email": email, "name": mark, "password": password, "roles": ["viewer"]}
    for _ in range(2):
        await office.post("/v1/users", user)
    await door.post("/v1/sessions", {"email": email, "password": f"wrong {mark}"})
    session = (await door.post("/v1/sessions", {"email": email, "password": password})).json()
    tokens = [session["access_token"], session["refresh_token"]]
    for token in tokens:
        await door.as_(token).get(f"/v1/persons?q={mark}&access_token={token}")
        await door.as_(token + mark).get("/v1/me")
        await door.post("/v1/sessions/refresh", {"refresh_token": token})
    key = (await a_key(office, "members:read"))["key"]
    for address in (f"/v1/organisations?api_key={key}", f"/v1/{key}", f"/v1/organisations?q={mark}&sort={mark}"):
        await office.as_(key).get(address)
        await door.get(address)
    for body in (f'{{"names": "{mark}', f'"{mark}"', f'{{"password": "{password}", "x": "\\u0000{mark}"}}'):
        for path in ("/v1/persons", "/v1/users", "/v1/sessions", "/internal/tokens"):
            await office.request("POST", path, content=body, headers={"Content-Type": "application/json"})

    secrets = [path.read_text().strip() for path in (stack.var / "secrets").iterdir()]
    logs = _logs(stack)
    assert sum(map(len, logs.values())) > 1_000
    for log, text in logs.items():
        for word in (mark, names["zh"], password, master_key, key, *tokens, *secrets):
            assert word not in text, f"{log.name} tells {word[:24]}: {_line(text, word)}"
        assert not LOOKS_LIKE_A_CREDENTIAL.search(text), log


def _line(text: str, word: str) -> str:
    return next((line for line in text.splitlines() if word in line), "")[:500]
