"""Downloading a document's file: an attachment, whole or in part."""

from typing import Any
from uuid import uuid4

import pytest

from services.kit.downloads import RangeNotSatisfiable
from services.kit.errors import NotFound, PurposeRequired, Unavailable
from tests.factories.members import a_document
from tests.members.documents.sending import PDF, sent
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


@pytest.fixture
async def path(members: Api, document: dict[str, Any]) -> str:
    """Where the file of a document is."""
    assert (await sent(members, document["id"], PDF, name='入会 "申请".pdf')).status_code == 200
    return f"/v1/documents/{document['id']}/content"


async def test_is_an_attachment_that_no_browser_shows(members: Api, path: str) -> None:
    reply = await members.get(path)
    assert (reply.status_code, reply.content) == (200, PDF)
    headers = reply.headers
    assert headers["content-type"] == "application/pdf"
    assert headers["content-length"] == str(len(PDF))
    assert headers["content-disposition"] == (
        "attachment; filename=\"__ ____.pdf\"; filename*=UTF-8''%E5%85%A5%E4%BC%9A%20%22%E7%94%B3%E8%AF%B7%22.pdf"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("sandbox;")
    assert headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-3", 0, 4),
        ("bytes=5-", 5, None),
        ("bytes=-6", -6, None),
        ("bytes=2-99999", 2, None),
        ("bytes=1-1", 1, 2),
    ],
)
async def test_sends_the_part_that_is_asked_for(
    members: Api, path: str, asked: str, start: int, end: int | None
) -> None:
    reply = await members.get(path, headers={"Range": asked})
    part = PDF[start:end]
    first = PDF.index(part, max(start, 0)) if start >= 0 else len(PDF) + start
    assert (reply.status_code, reply.content) == (206, part)
    assert reply.headers["content-range"] == f"bytes {first}-{first + len(part) - 1}/{len(PDF)}"
    assert reply.headers["content-length"] == str(len(part))


@pytest.mark.parametrize("asked", ["bytes=0-1,3-4", "lines=1-2", "bytes=-", "bytes=5-2", "bytes=a-b", "nonsense"])
async def test_what_is_no_single_range_is_answered_whole(members: Api, path: str, asked: str) -> None:
    reply = await members.get(path, headers={"Range": asked})
    assert (reply.status_code, reply.content) == (200, PDF)


@pytest.mark.parametrize("asked", [f"bytes={len(PDF)}-", "bytes=-0"])
async def test_bytes_that_are_not_there_are_refused(members: Api, path: str, asked: str) -> None:
    reply = await members.get(path, headers={"Range": asked})
    assert_problem(reply, RangeNotSatisfiable)
    assert reply.headers["content-range"] == f"bytes */{len(PDF)}"


async def test_conditions(members: Api, path: str, document: dict[str, Any]) -> None:
    tag = (await members.get(path)).headers["etag"]
    unchanged = await members.get(path, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    part = {"Range": "bytes=0-3"}
    assert (await members.get(path, headers={**part, "If-Range": tag})).status_code == 206
    await sent(members, document["id"], PDF + b"new")
    assert (await members.get(path, headers={**part, "If-Range": tag})).content == PDF + b"new"
    assert (await members.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_there_is_nothing_to_download_yet(members: Api, document: dict[str, Any]) -> None:
    assert_problem(await members.get(f"/v1/documents/{document['id']}/content"), NotFound)
    for resource in ("documents", "document-versions"):
        assert_problem(await members.get(f"/v1/{resource}/{uuid4()}/content"), NotFound)


async def test_a_partner_downloads_what_is_shared_with_it(
    members: Api, organisation: dict[str, Any], path: str, document: dict[str, Any], signer: Signer
) -> None:
    version = (await members.items("/v1/document-versions", document_id=document["id"]))[0]
    paths = (path, f"/v1/document-versions/{version['id']}", f"/v1/document-versions/{version['id']}/content")
    partner = members.as_(signer.partner(organisation["id"]))
    for hidden in paths:
        assert_problem(await partner.get(hidden), NotFound)
    assert await partner.items("/v1/document-versions", document_id=document["id"]) == []
    await members.patch(f"/v1/documents/{document['id']}", {"shared": True})
    for shared in paths:
        assert (await partner.get(shared)).status_code == 200


async def test_a_sensitive_file_is_sent_for_a_purpose_with_an_audit_row(
    members: Api, person: dict[str, Any], signer: Signer
) -> None:
    about = {"resource": "person", "id": person["id"]}
    made = await members.made("/v1/documents", a_document("", about=about, sensitive=True, kind="identity"))
    await sent(members, made["id"], PDF)
    version = (await members.items("/v1/document-versions", document_id=made["id"]))[0]
    paths = (f"/v1/documents/{made['id']}/content", f"/v1/document-versions/{version['id']}/content")
    colleague = members.as_(signer.staff("documents:read", "persons:read"))
    stated = {"Purpose": "record_keeping"}
    for path in paths:
        assert_problem(await members.get(path), PurposeRequired)
        assert_problem(await members.get(path, headers={"Purpose": "curiosity"}), PurposeRequired)
        assert_problem(await colleague.get(path, headers=stated), NotFound)
        assert (await members.get(path, headers=stated)).content == PDF
    async with members.runtime.database.reads.connection() as connection:
        rows = await connection.execute("SELECT action, purpose FROM audit WHERE $1 = ANY (about)", [made["id"]])
        assert await rows.fetchall() == [("documents.downloaded", "record_keeping")] * 2


async def test_a_lost_file_is_told_as_such(members: Api, path: str, document: dict[str, Any]) -> None:
    version = (await members.items("/v1/document-versions", document_id=document["id"]))[0]
    await members.runtime.files.delete(f"documents/{version['id']}")
    assert_problem(await members.get(path), Unavailable)
