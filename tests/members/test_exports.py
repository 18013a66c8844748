"""Every list of members as a file, and with its facets."""

from tests.wire.api import Api
from tests.wire.exports import check_facets, check_files


async def test_every_list_comes_in_every_form(members: Api) -> None:
    await check_files(members)


async def test_every_list_counts_its_facets(members: Api) -> None:
    await check_facets(members)
