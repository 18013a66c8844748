"""Backups of a bare server, and going back: to a second, again and again, and never over what is there."""

import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from rich.console import Console

from deploy.backup import wal_file
from deploy.backup.files import keep_up, names
from deploy.backup.moment import read, way_to
from deploy.backup.restore import Restored, restore
from deploy.backup.shelf import Backup, Restore, Shelf, label
from deploy.backup.take import backup
from deploy.backup.wal import SEGMENT, Archive, position, segment_name
from deploy.local.postgres import Postgres
from deploy.local.processes import Process
from deploy.local.scratch import scratch_folder
from deploy.local.secret_files import SecretFiles
from deploy.local.settings import LocalSettings, Var
from deploy.local.state import hold
from deploy.refusal import Refusal
from tests.deploy.conftest import wait_until

QUIET = Console(quiet=True)


class Site:
    """A server of two databases; the other two are said to be elsewhere, so nothing has to be migrated."""

    def __init__(self, var: Var) -> None:
        self.var = var
        elsewhere = dict.fromkeys(("members", "gateway"), "postgresql://elsewhere")
        self.settings = LocalSettings(var, database_urls=elsewhere)
        self.shelf = Shelf.of(var)

    @property
    def server(self) -> Postgres:
        return Postgres(self.var, SecretFiles(self.var.secrets))

    @asynccontextmanager
    async def up(self) -> AsyncIterator[Process]:
        """The server, watched over as by `alliance up`."""
        with hold(self.var):
            server = self.server
            await server.make()
            process = Process(server.program())
            process.start()
            await process.until_ready(server.ready, 60)
            await server.provide(self.settings.own_groups)
            try:
                yield process
            finally:
                await process.stop(10)

    async def run(self, statement: str, group: str = "events") -> list[tuple[object, ...]]:
        async with await psycopg.AsyncConnection.connect(self.server.owner_url(group), autocommit=True) as connection:
            cursor = await connection.execute(statement.encode())
            return await cursor.fetchall() if cursor.description else []

    async def rows(self) -> set[int]:
        return {int(str(n)) for (n,) in await self.run("SELECT n FROM kept")}

    async def write(self, n: int, file: str | None = None) -> datetime:
        """Write a row to both databases, and a file; answers a moment at which that was all."""
        if file:
            (self.var.files / "members").mkdir(exist_ok=True)
            (self.var.files / "members" / file).write_text(file)
        for group in ("events", "liaison"):
            await self.run(f"INSERT INTO kept VALUES ({n})", group)
        return datetime.now(UTC)

    async def back_up(self, keep: int = 7) -> Backup:
        return await backup(self.settings, keep, QUIET)

    async def back(self, to: datetime | None, into: Path | None = None) -> Restored:
        return await restore(self.settings, to, into, None, QUIET)

    async def switch(self) -> str:
        """End the segment that is being written; answers its name."""
        async with await self.server.connect() as connection:
            row = await (await connection.execute("SELECT pg_walfile_name(pg_switch_wal())")).fetchone()
        assert row
        return str(row[0])

    async def archived(self) -> None:
        """Wait until all that was written is in the archive."""
        name = await self.switch()
        await wait_until((self.shelf.wal / f"{name}.gz").exists, within=20)


@contextmanager
def scratch_var() -> Iterator[Var]:
    """Where copies of a database are quickly made and thrown away."""
    with TemporaryDirectory(prefix="alliance-", dir=scratch_folder()) as folder:
        var = Var(Path(folder) / "var")
        var.make()
        yield var


@pytest.fixture(scope="module")
async def template() -> AsyncIterator[Var]:
    """Two databases with a table each, made once."""
    with scratch_var() as var:
        site = Site(var)
        async with site.up():
            for group in site.settings.own_groups:
                await site.run("CREATE TABLE kept (n int PRIMARY KEY)", group)
        yield var


@contextmanager
def copied(template: Var) -> Iterator[Var]:
    with scratch_var() as made:
        shutil.copytree(template.secrets, made.secrets, dirs_exist_ok=True)
        shutil.copytree(template.data, made.data)
        for path in (made.data, *made.data.rglob("*")):
            shutil.chown(path, template.data.owner())
        yield made


@pytest.fixture
def var(template: Var) -> Iterator[Var]:
    with copied(template) as made:
        yield made


async def test_goes_back_to_a_second_and_again_and_forth(var: Var) -> None:
    site = Site(var)
    async with site.up():
        await site.write(1, "first")
        made = await site.back_up()
        second = await site.write(2, "second")
        third = await site.write(3)
        last = await site.run("SELECT pg_current_xact_id()::text::bigint")
        await site.run("DROP TABLE kept")
        await site.archived()
    shutil.rmtree(var.data)
    (var.files / "members" / "first").unlink()

    restored = await site.back(second)
    assert (restored.way.base, restored.aside, restored.files_back) == (made, None, 1)
    assert (var.files / "members" / "first").read_text() == "first"
    async with site.up():
        assert await site.rows() == {1, 2}
        assert await site.run("SELECT n FROM kept ORDER BY n", "liaison") == [(1,), (2,)]
        assert await site.run("SELECT pg_current_xact_id()::text::bigint") > last  # no number is given twice
        fourth = await site.write(4)
        await site.write(5)

    # What was undone is not lost: the moment after is still there, and what was made since as well.
    restored = await site.back(third)
    assert restored.aside is not None
    assert (restored.aside / "PG_VERSION").exists()
    async with site.up():
        assert await site.rows() == {1, 2, 3}
    await site.back(fourth)
    async with site.up():
        assert await site.rows() == {1, 2, 4}


def test_takes_the_newest_backup_on_the_timeline_that_counted_then(tmp_path: Path) -> None:
    """Restored at 10 to 5, from the backup of 2; those of 7 and 12 are on different sides of that."""

    def at(hour: int) -> datetime:
        return datetime(2026, 5, 29, hour, tzinfo=UTC)

    shelf = Shelf(tmp_path, tmp_path / "wal")
    shelf.wal.mkdir()
    (shelf.wal / "00000002.history.gz").write_bytes(gzip.compress(b"1\t0/5000000\tbefore 2026-05-29 05:00:00+00\n"))
    for hour, timeline, ends in ((2, 1, "0/2000100"), (7, 1, "0/7000000"), (12, 2, "0/8000000")):
        made = Backup(
            name=label(at(hour)),
            started_at=at(hour),
            finished_at=at(hour),
            timeline=timeline,
            start_lsn=ends,
            end_lsn=ends,
            server_version="18.4",
            groups=("events",),
            database_bytes=0,
            files=0,
        )
        shelf.path(made).mkdir(parents=True)
        (shelf.path(made) / "backup.json").write_text(made.model_dump_json())
    shelf.note(Restore(at=at(10), before=1, timeline=2, to=at(5), base=label(at(2))))

    chosen = {hour: way_to(at(hour), shelf, Archive(shelf.wal)) for hour in (3, 8, 11, 13)}
    assert {hour: (way.base.name, way.timeline) for hour, way in chosen.items()} == {
        3: (label(at(2)), 1),
        8: (label(at(7)), 1),
        11: (label(at(2)), 2),
        13: (label(at(12)), 2),
    }
    assert way_to(None, shelf, Archive(shelf.wal)) == chosen[13]


async def test_brings_back_what_a_killed_server_had_not_archived(var: Var) -> None:
    site = Site(var)
    async with site.up() as process:
        await site.back_up()
        await site.write(1)
        away = var.archive.rename(var.backups / "away")  # so that a segment stays behind that is complete …
        await site.switch()
        await site.write(2)
        process.kill()  # … and one that is not
    away.rename(var.archive)
    await site.back(None)
    async with site.up():
        assert await site.rows() == {1, 2}


@pytest.fixture(scope="module")
async def kept(template: Var) -> AsyncIterator[Site]:
    """A stack that is down, with two backups and a row before, between and after."""
    with copied(template) as var:
        site = Site(var)
        async with site.up():
            for n in (1, 2):
                await site.write(n, f"file {n}")
                await site.back_up()
            await site.write(3)
            await site.archived()
        yield site


async def test_restores_beside_the_stack_and_archives_nowhere_near(kept: Site, var: Var) -> None:
    before = {path.name for path in kept.var.archive.iterdir()}
    with hold(kept.var):  # as if it were up
        restored = await kept.back(None, var.root / "copy")
    copy = Site(restored.var)
    assert restored.files_back == 2
    async with copy.up():
        assert await copy.rows() == {1, 2, 3}
    assert not list(copy.shelf.wal.iterdir())  # nobody needs its log before it has a backup
    assert {path.name for path in kept.var.archive.iterdir()} == before


async def test_says_why_it_cannot_restore(kept: Site, var: Var) -> None:
    first, second = kept.shelf.backups()
    with pytest.raises(Refusal, match=r"The first backup was complete at .*: nothing before is kept"):
        await kept.back(first.started_at)
    with pytest.raises(Refusal, match=r"The last record that was archived is of .*: leave --to out"):
        await kept.back(datetime.now(UTC))
    with hold(kept.var), pytest.raises(Refusal, match=r"The stack in VAR=.* is up: stop it first"):
        await kept.back(second.finished_at)
    with kept.shelf.held(), pytest.raises(Refusal, match="A backup or restore is at work"):
        await kept.back(second.finished_at)
    with pytest.raises(Refusal, match="There is no backup in"):
        await Site(var).back(None)
    with pytest.raises(Refusal, match="is not empty"):
        await kept.back(None, kept.var.root)
    with pytest.raises(Refusal, match="No stack runs in"):
        await kept.back_up()
    assert not kept.var.restoring.exists()
    assert len(list(kept.var.root.glob("postgres*"))) == 1


async def test_leaves_everything_as_it_is_when_a_backup_or_the_log_is_damaged(kept: Site, var: Var) -> None:
    broken = Site(Var(kept.var.root, shutil.copytree(kept.var.backups, var.backups)))
    shutil.chown(broken.shelf.wal, kept.var.data.owner())
    _, last = broken.shelf.backups()
    page = broken.shelf.path(last) / "data" / "base" / "1" / "1259"
    content = bytearray(page.read_bytes())
    content[100] ^= 1
    page.write_bytes(content)
    with pytest.raises(Refusal, match="base/1/1259 is not as it was written"):
        await broken.back(None)

    page.unlink()
    with pytest.raises(Refusal, match="base/1/1259 is missing"):
        await broken.back(None)

    segments = sorted(broken.shelf.wal.glob("0000000100000000????????.gz"))
    segments[-1].write_bytes(segments[-1].read_bytes()[:100])
    with pytest.raises(Refusal, match=f"{segments[-1].name.split('.')[0]} in .* is damaged"):
        await broken.back(None)
    segments[-2].unlink()
    with pytest.raises(Refusal, match=f"{segments[-2].name.split('.')[0]} is missing in"):
        await broken.back(None)
    assert (kept.var.data / "PG_VERSION").exists()
    assert not kept.var.restoring.exists()


async def test_keeps_as_many_backups_as_asked_for_and_what_they_need(var: Var) -> None:
    site = Site(var)
    async with site.up():
        await site.write(1, "gone before")
        (var.secrets / "dangling").symlink_to("nowhere")
        with pytest.raises(Refusal, match="The backup could not be written"):
            await site.back_up()
        assert not list(site.shelf.bases.iterdir())
        (var.secrets / "dangling").unlink()
        await site.back_up()
        (var.files / "members" / "gone before").unlink()
        await site.write(2, "gone since")
        second = await site.back_up()
        (var.files / "members" / "gone since").unlink()
        third = await site.back_up(keep=2)
        assert site.shelf.backups() == [second, third]
        assert [path.name for path in (site.shelf.files / "members").iterdir()] == ["gone since"]
    archive = Archive(site.shelf.wal)
    assert [archive.gap(one.start_lsn, archive.lineage(1)) for one in (second, third)] == [None, None]
    assert min(archive.segments()[1]) == position(second.start_lsn) // SEGMENT
    oldest = segment_name(1, position(second.start_lsn) // SEGMENT)
    assert all(path.name >= oldest for path in site.shelf.wal.glob("0*"))  # what is noted about segments goes as well


def test_keeps_uploaded_files_of_a_stack_that_was_backed_up(var: Var) -> None:
    (var.files / "members").mkdir()
    (var.files / "members" / "one").write_text("one")
    keep_up(var)
    assert not var.backups.exists()

    var.archive.mkdir(parents=True)
    (var.archive / wal_file.WANTED).touch()
    (var.files / "members" / "two#1").write_text("half of two")  # as the store writes it
    keep_up(var)
    assert names(var.backups / "files") == {"members/one"}


def test_reads_no_moment_that_could_be_two() -> None:
    assert read("2026-05-29T09:00:00+08:00") == read("2026-05-29T01:00:00Z") == datetime(2026, 5, 29, 1, tzinfo=UTC)
    with pytest.raises(Refusal, match=r"says no zone: write 2026-05-29T09:00:00\+08:00 for the office's time"):
        read("2026-05-29T09:00:00")
    with pytest.raises(Refusal, match="is no time"):
        read("yesterday")
    with pytest.raises(Refusal, match="is not yet"):
        read((datetime.now(UTC) + timedelta(minutes=1)).isoformat())


def archive_command(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", wal_file.__file__, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


def test_the_archive_keeps_a_segment_once_and_never_another_in_its_place(tmp_path: Path) -> None:
    segment, archive = tmp_path / "000000010000000000000001", tmp_path / "wal"
    archive.mkdir()
    segment.write_bytes(b"log" * 1000)
    assert archive_command("put", segment, archive).returncode == 0
    assert not list(archive.iterdir())  # there is no backup that needs it

    (archive / wal_file.WANTED).touch()
    (archive / f"{segment.name}.gz.new").write_bytes(b"what a crash left")
    for _ in range(2):
        assert archive_command("put", segment, archive).returncode == 0
    assert gzip.decompress((archive / f"{segment.name}.gz").read_bytes()) == segment.read_bytes()

    for other in (b"log" * 999, b"log" * 1001, b"gol" * 1000):
        segment.write_bytes(other)
        refused = archive_command("put", segment, archive)
        assert refused.returncode == 1
        assert "holds something else" in refused.stderr
    # Two restores may leave one segment of a timeline at two places: that must not stop the archive.
    partial = segment.with_name(f"{segment.name}.partial")
    for content in (b"short", b"longer"):
        partial.write_bytes(content)
        assert archive_command("put", partial, archive).returncode == 0

    assert archive_command("get", segment.name, tmp_path / "back", archive).returncode == 0
    assert (tmp_path / "back").read_bytes() == b"log" * 1000


def test_a_damaged_segment_is_not_taken_for_the_end_of_the_log(tmp_path: Path) -> None:
    (tmp_path / "0A.gz").write_bytes(gzip.compress(os.urandom(1000))[:500])
    damaged = archive_command("get", "0A", tmp_path / "back", tmp_path)
    assert damaged.returncode == wal_file.DAMAGED
    assert archive_command("get", "0B", tmp_path / "back", tmp_path).returncode == 1
