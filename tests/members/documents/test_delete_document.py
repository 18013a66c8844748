"""Deleting documents, and what removes their files."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from services.kit.errors import NotFound
from services.kit.ids import new_id
from services.members.features.documents.actions import FILES_KEPT, DocumentInUse
from services.members.features.documents.files import remove_files, sweep_files
from tests.factories.members import a_designation
from tests.members.documents.sending import PDF, kept, sent
from tests.wire.api import Api, assert_problem


async def jobs(members: Api, version: str) -> list[tuple[Any, ...]]:
    async with members.runtime.database.reads.connection() as connection:
        found = await connection.execute(
            "SELECT task_name, args, scheduled_at - now() FROM procrastinate_jobs WHERE args::text LIKE $1",
            [f"%{version}%"],
        )
        return await found.fetchall()


async def test_its_files_go_an_hour_after_the_commit(members: Api, document: dict[str, Any]) -> None:
    for _ in range(2):
        await sent(members, document["id"], PDF)
    versions = [one["id"] for one in await members.items("/v1/document-versions", document_id=document["id"])]
    reply = await members._client.delete(f"/v1/documents/{document['id']}?dry_run=true", headers={"If-Match": "*"})
    assert reply.headers["dry-run"] == "true"
    assert await jobs(members, versions[0]) == []
    assert (await members.delete(f"/v1/documents/{document['id']}")).status_code == 204
    assert set(versions) <= kept(members)
    ((task, args, wait),) = await jobs(members, versions[0])
    assert (task, sorted(args["ids"])) == ("members.remove_document_files", sorted(versions))
    assert FILES_KEPT - timedelta(minutes=5) < wait <= FILES_KEPT
    for _ in range(2):  # a job may run twice
        await remove_files.run(members.runtime, **args)
    assert not set(versions) & kept(members)
    for path in (f"/v1/documents/{document['id']}", f"/v1/document-versions/{versions[0]}"):
        assert_problem(await members.get(path), NotFound)


async def test_a_file_that_a_version_names_is_never_removed(members: Api, document: dict[str, Any]) -> None:
    version = (await sent(members, document["id"], PDF)).json()["content"]["version_id"]
    await remove_files.run(members.runtime, ids=[version])
    assert version in kept(members)


async def test_the_source_of_a_designation_stays(members: Api, document: dict[str, Any], site: dict[str, Any]) -> None:
    await members.made("/v1/designations", a_designation(site["id"], source={"document_id": document["id"]}))
    assert_problem(await members.delete(f"/v1/documents/{document['id']}"), DocumentInUse)


async def test_sweeps_what_no_version_names_once_it_is_a_day_old(members: Api, document: dict[str, Any]) -> None:
    version = (await sent(members, document["id"], PDF)).json()["content"]["version_id"]
    url = members.runtime.settings.files_url
    assert url is not None
    folder = Path(unquote(urlsplit(url).path)) / "members" / "documents"
    old, fresh, strange = str(new_id()), str(new_id()), "no-id-of-ours"
    for name in (old, fresh, strange):
        (folder / name).write_bytes(PDF)
    long_ago = time.time() - 25 * 3600
    for name in (old, strange, version):
        os.utime(folder / name, (long_ago, long_ago))
    await sweep_files.run(members.runtime)
    assert {version, fresh, strange} <= kept(members)
    assert old not in kept(members)
