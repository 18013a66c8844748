"""The code for the door, as a picture."""

import struct

from services.events.features.registrations.refusals import NoPlaceYet
from services.kit.errors import Invalid, NotFound
from tests.factories.events import open_event, registered
from tests.wire.api import Api, assert_problem


async def test_draws_svg_and_png(events: Api) -> None:
    _, admission = await open_event(events)
    path = f"/v1/registrations/{(await registered(events, admission))['id']}/qr"
    drawn = await events.get(path)
    assert (drawn.headers["content-type"], drawn.headers["cache-control"]) == ("image/svg+xml", "private, no-store")
    assert drawn.text.startswith("<svg")
    png = (await events.get(path, params={"format": "png"})).content
    # 32 letters of base 32 at error level M: version 2, 25 modules and a border of four, ten pixels each.
    assert (png[:8], struct.unpack(">II", png[16:24])) == (b"\x89PNG\r\n\x1a\n", (330, 330))
    assert_problem(await events.get(path, params={"format": "gif"}), Invalid, pointer="format")


async def test_only_a_confirmed_registration_has_one(events: Api) -> None:
    _, admission = await open_event(events, capacity=1)
    first, second = [await registered(events, admission) for _ in range(2)]
    assert_problem(await events.get(f"/v1/registrations/{second['id']}/qr"), NoPlaceYet)
    await events.post(f"/v1/registrations/{first['id']}/cancellations", {})
    assert_problem(await events.get(f"/v1/registrations/{first['id']}/qr"), NoPlaceYet)
    assert (await events.get(f"/v1/registrations/{second['id']}/qr")).status_code == 200
    assert_problem(await events.get("/v1/registrations/01976b1e-7c3a-7000-8000-000000000001/qr"), NotFound)
