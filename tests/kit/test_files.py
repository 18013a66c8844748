"""Files: written whole or not at all, within a limit, and read, listed and removed by name."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.kit.errors import ContentTooLarge, Unavailable
from services.kit.files import FileMissing, Files

MEGABYTE = 1024 * 1024


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


async def whole(content: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in content])


def on_disk(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose name has to be escaped in a URL, and that does not exist yet."""
    return tmp_path / "our files 山"


@pytest.fixture
def files(folder: Path) -> Files:
    return Files(folder.as_uri(), "members")


async def test_what_was_written_is_read_and_its_digest_told(files: Files) -> None:
    stored = await files.put("documents/one", pieces(b"ab", b"", b"c"), limit=3)
    # SHA-256 of "abc" (FIPS 180-2, appendix B.1).
    assert stored.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert stored.size == 3
    assert await whole(await files.get("documents/one")) == b"abc"


async def test_a_file_of_several_parts_comes_back_as_it_was(files: Files) -> None:
    content = [bytes([number]) * MEGABYTE for number in range(12)]
    await files.put("documents/large", pieces(*content), limit=12 * MEGABYTE)
    assert await whole(await files.get("documents/large")) == b"".join(content)


async def test_an_empty_file_is_a_file(files: Files) -> None:
    assert (await files.put("documents/empty", pieces(), limit=1)).size == 0
    assert await whole(await files.get("documents/empty")) == b""
    assert await files.read("documents/empty", 10) == b""


async def test_part_of_a_file_is_read(files: Files) -> None:
    await files.put("documents/one", pieces(b"0123456789"), limit=10)
    assert await whole(await files.get("documents/one", start=2, end=5)) == b"234"
    assert await whole(await files.get("documents/one", start=7)) == b"789"
    assert await files.read("documents/one", 4) == b"0123"


async def test_nothing_is_left_of_a_file_beyond_its_limit(files: Files, folder: Path) -> None:
    with pytest.raises(ContentTooLarge):
        await files.put("documents/large", pieces(*[b"x" * MEGABYTE] * 12), limit=11 * MEGABYTE)
    assert on_disk(folder) == []


async def test_nothing_is_left_of_a_file_whose_sender_broke_off(files: Files, folder: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 8 * MEGABYTE
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        await files.put("documents/broken", broken(), limit=20 * MEGABYTE)
    assert on_disk(folder) == []


async def test_a_missing_file_is_told_before_its_first_piece(files: Files) -> None:
    with pytest.raises(FileMissing):
        await files.get("documents/none")


async def test_removing_twice_is_removing_once(files: Files, folder: Path) -> None:
    await files.put("documents/one", pieces(b"x"), limit=1)
    await files.put("documents/two", pieces(b"x"), limit=1)
    await files.delete("documents/one", "documents/never")
    await files.delete("documents/one")
    assert on_disk(folder) == ["members/documents/two"]


async def test_a_folder_is_listed_without_its_neighbours(files: Files, folder: Path) -> None:
    for name in ("documents/one", "documents/two", "documents-old/three", "imports/four"):
        await files.put(name, pieces(b"xy"), limit=2)
    await Files(folder.as_uri(), "events").put("documents/five", pieces(b"x"), limit=1)
    found = [file async for file in files.list("documents/")]
    assert sorted((file.name, file.size) for file in found) == [("documents/one", 2), ("documents/two", 2)]
    assert [file async for file in files.list("nothing/")] == []


async def test_without_a_place_there_are_no_files() -> None:
    with pytest.raises(Unavailable):
        await Files(None, "members").get("documents/one")


async def test_a_place_that_cannot_be_used_is_a_problem_not_a_fault(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(Unavailable):
        await Files((tmp_path / "taken").as_uri(), "members").put("one", pieces(b"x"), limit=1)
