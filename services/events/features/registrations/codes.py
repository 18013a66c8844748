"""A registration's code as a picture."""

import io
import json
from uuid import UUID

import segno

from services.events.features.registrations.queries import registrations
from services.events.features.registrations.refusals import NoPlaceYet
from services.kit.auth import Caller
from services.kit.errors import NotFound
from services.kit.runtime import Runtime


async def code_of(runtime: Runtime, caller: Caller, id: UUID) -> str:
    """The code of a registration that has a place."""
    item = await registrations.one(runtime.read, caller, id, fields=["status", "code"])
    if item is None:
        raise NotFound("There is no registration with this id, or it is not yours to see.")
    found = json.loads(item.body)
    if found["status"] != "confirmed":
        raise NoPlaceYet(f"It is {found['status']}.")
    return str(found["code"])


def qr_svg(code: str) -> bytes:
    """As SVG, eight units a module."""
    return _drawn(code, "svg", scale=8, xmldecl=False)


def qr_png(code: str) -> bytes:
    """As PNG, about 300 pixels wide."""
    return _drawn(code, "png", scale=10)


def _drawn(code: str, kind: str, **options: object) -> bytes:
    picture = io.BytesIO()
    segno.make_qr(code, error="m").save(picture, kind=kind, border=4, **options)
    return picture.getvalue()
