"""Sending a document's file: streamed, of a kind that is taken, whole or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from services.contracts.members.document import Document, DocumentVersion
from services.kit.errors import (
    BadRequest,
    ContentTooLarge,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    UnsupportedMediaType,
)
from services.members.features.documents.routes import FileTypeNotTaken
from tests.factories.members import a_document
from tests.members.contract import exactly
from tests.members.documents import sending
from tests.members.documents.sending import PDF, compound, kept, open_document, packed, sent
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer

MEGABYTE = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument"


async def test_tells_what_was_sent(members: Api, document: dict[str, Any], signer: Signer) -> None:
    li = f"user:{uuid4()}"
    scopes = ["documents:read", "documents:write", "members:read"]
    caller = members.as_(signer.token(li, "staff", scopes, name="Li Shan"))
    reply = await sent(caller, document["id"], PDF, name="入会 申请书.pdf")
    assert reply.status_code == 200, reply.text
    content = exactly(Document, reply.content, without=("organisation", "person")).content
    assert content is not None
    assert (content.number, content.file_name, content.media_type) == (1, "入会 申请书.pdf", "application/pdf")
    assert (content.size, content.sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    assert (content.sent_by.subject, content.sent_by.name) == (li, "Li Shan")
    assert str(content.version_id) in kept(members)
    one = exactly(DocumentVersion, (await members.get(f"/v1/document-versions/{content.version_id}")).content)
    assert (one.number, one.sha256, str(one.document_id)) == (1, content.sha256, document["id"])


@pytest.mark.parametrize(
    ("content", "media_type", "ending"),
    [
        (PDF, "application/pdf", ".pdf"),
        (sending.PNG, "image/png", ".png"),
        (sending.JPEG, "image/jpeg", ".jpg"),
        (sending.GIF, "image/gif", ".gif"),
        (sending.WEBP, "image/webp", ".webp"),
        (sending.TIFF, "image/tiff", ".tif"),
        (sending.HEIC, "image/heif", ".heic"),
        (sending.RTF, "application/rtf", ".rtf"),
        (
            packed("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ".docx",
        ),
        (packed("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
        (
            packed("ppt/presentation.xml", "ppt/media/film.bin", padding=MEGABYTE),
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            ".pptx",
        ),
        (open_document("text"), "application/vnd.oasis.opendocument.text", ".odt"),
        (open_document("spreadsheet"), "application/vnd.oasis.opendocument.spreadsheet", ".ods"),
        (compound("1Table", "WordDocument"), "application/msword", ".doc"),
        (compound("Workbook", before=900), "application/vnd.ms-excel", ".xls"),
        (compound("PowerPoint Document"), "application/vnd.ms-powerpoint", ".ppt"),
        ("姓名,电话\n林,1".encode(), "text/plain", ".txt"),
        ("姓名".encode("gb18030"), "text/plain", ".txt"),
        ("\ufeff姓名".encode("utf-16"), "text/plain", ".txt"),
    ],
)
async def test_the_content_says_what_it_is(
    members: Api, document: dict[str, Any], content: bytes, media_type: str, ending: str
) -> None:
    reply = await sent(members, document["id"], content, name="C:\\Temp\\..\\file.exe", as_="application/pdf")
    assert reply.status_code == 200, reply.text
    told = reply.json()["content"]
    assert (told["media_type"], told["file_name"]) == (media_type, f"file.exe{ending}")


@pytest.mark.parametrize("name_and_type", [("people.csv", "application/octet-stream"), ("people", "text/csv")])
async def test_a_text_is_a_table_when_the_sender_says_so(
    members: Api, document: dict[str, Any], name_and_type: tuple[str, str]
) -> None:
    name, as_ = name_and_type
    told = (await sent(members, document["id"], b"a,b\n1,2\n", name=name, as_=as_)).json()["content"]
    assert (told["media_type"], told["file_name"]) == ("text/csv", "people.csv")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"\xef\xbb\xbf  <HTML>",
        "\ufeff<html>".encode("utf-16"),
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>",
        b"<?xml version='1.0'?><svg/>",
        b"#!/bin/sh\nrm -rf /",
        b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0",
        b"\x7fELF\2\1\1\0",
        b"PK\3\4 no parcel",
        packed("META-INF/MANIFEST.MF", "Main.class"),
        packed("word/document.xml", "word/vbaProject.bin"),
        compound("EncryptedPackage"),
        compound("!_StringData"),
        compound("WordDocument")[:40],
        b"text with \0 inside",
        b"\x1b[31mred",
    ],
    ids=range(17),
)
async def test_what_is_not_on_the_list_is_not_taken(members: Api, document: dict[str, Any], content: bytes) -> None:
    before = kept(members)
    reply = await sent(members, document["id"], content, name="harmless.pdf", as_="application/pdf")
    assert_problem(reply, FileTypeNotTaken)
    assert kept(members) == before
    assert (await members.get(f"/v1/documents/{document['id']}")).json()["content"] is None


async def test_a_large_file_comes_in_pieces(members: Api, document: dict[str, Any]) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield PDF
        for number in range(12):
            yield bytes([number]) * MEGABYTE

    told = (await sent(members, document["id"], pieces())).json()["content"]
    assert told["size"] == len(PDF) + 12 * MEGABYTE


@pytest.mark.parametrize("chunked", [False, True])
async def test_refuses_more_than_the_limit(members: Api, document: dict[str, Any], chunked: bool) -> None:
    limit = members.runtime.settings.max_file_bytes
    before = kept(members)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(limit // MEGABYTE + 1):
            yield b"x" * MEGABYTE

    content = pieces() if chunked else b"x" * (limit + 1)
    assert_problem(await sent(members, document["id"], content), ContentTooLarge)
    assert kept(members) == before


async def test_a_file_that_breaks_off_leaves_nothing(members: Api, document: dict[str, Any]) -> None:
    before = kept(members)
    messages = iter([{"type": "http.request", "body": PDF, "more_body": True}, {"type": "http.disconnect"}])
    answers: list[Any] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        answers.append(message)

    request = members._client.build_request(
        "PUT",
        f"/v1/documents/{document['id']}/content?file_name=a.pdf",
        headers={"If-Match": "*", "Content-Type": "application/pdf"},
    )
    scope = {
        "type": "http",
        "method": "PUT",
        "path": request.url.path,
        "raw_path": request.url.raw_path,
        "query_string": request.url.query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw if name.lower() != b"content-length"],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("test", 80),
        "client": ("test", 1),
        "root_path": "",
        "state": {},
    }
    await members.app(scope, receive, send)
    assert answers[0]["status"] == BadRequest.status
    assert kept(members) == before


async def test_an_earlier_file_stays_as_a_version(members: Api, document: dict[str, Any]) -> None:
    for content in (PDF, PDF + b"second"):
        assert (await sent(members, document["id"], content)).status_code == 200
    found = await members.items("/v1/document-versions", document_id=document["id"], sort="-number")
    assert [version["number"] for version in found] == [2, 1]
    for version, content in zip(found, (PDF + b"second", PDF), strict=True):
        assert (await members.get(f"/v1/document-versions/{version['id']}/content")).content == content
    assert (await members.get(f"/v1/documents/{document['id']}/content")).content == PDF + b"second"


async def test_one_of_two_at_once_is_refused(members: Api, document: dict[str, Any]) -> None:
    tag = (await members.get(f"/v1/documents/{document['id']}")).headers["etag"]
    before = kept(members)
    replies = await asyncio.gather(*[sent(members, document["id"], PDF, if_match=tag) for _ in range(2)])
    assert sorted(reply.status_code for reply in replies) == [200, 412]
    assert len(kept(members) - before) == 1
    assert_problem(await sent(members, document["id"], PDF, if_match=tag), PreconditionFailed)
    assert_problem(await sent(members, document["id"], PDF, if_match=None), PreconditionRequired)


async def test_a_trial_run_leaves_nothing(members: Api, document: dict[str, Any]) -> None:
    before = kept(members)
    reply = await sent(members, document["id"], PDF, dry_run="true")
    assert (reply.headers["dry-run"], reply.json()["content"]["number"]) == ("true", 1)
    assert kept(members) == before
    assert (await members.get(f"/v1/documents/{document['id']}")).json()["content"] is None


async def test_refusals_leave_no_file(
    members: Api, document: dict[str, Any], organisation: dict[str, Any], signer: Signer
) -> None:
    shared = await members.made("/v1/documents", a_document(organisation["id"], shared=True))
    partner = members.as_(signer.partner(organisation["id"]))
    before = kept(members)
    assert_problem(await sent(partner, shared["id"], PDF), Forbidden)
    assert_problem(await sent(partner, document["id"], PDF), Forbidden)
    assert_problem(await sent(members, str(uuid4()), PDF), NotFound)
    assert_problem(await sent(members, document["id"], PDF, name="a\nb.pdf"), Invalid, pointer="file_name")
    assert_problem(await sent(members, document["id"], PDF, as_="text/html"), UnsupportedMediaType)
    assert_problem(await sent(members, document["id"], PDF, as_=None), UnsupportedMediaType)
    gzip = {"Content-Encoding": "gzip", "Content-Type": "application/pdf", "If-Match": "*"}
    path = f"/v1/documents/{document['id']}/content?file_name=a.pdf"
    assert_problem(await members._client.put(path, content=PDF, headers=gzip), UnsupportedMediaType)
    assert kept(members) == before


async def test_the_change_tells_the_version(members: Api, document: dict[str, Any]) -> None:
    await sent(members, document["id"], PDF)
    changes = await members.items("/v1/members/changes", resource_id=document["id"])
    assert changes[-1]["type"] == "members.document.filed"
    assert changes[-1]["after"] == {"content_number": 1}


async def test_what_is_malformed_is_told_before_the_document_is_looked_for(members: Api) -> None:
    assert_problem(await sent(members, str(uuid4()), PDF, if_match="1"), BadRequest)
    assert_problem(await sent(members, str(uuid4()), PDF, dry_run="maybe"), Invalid)
