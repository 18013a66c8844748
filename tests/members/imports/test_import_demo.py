"""The demo's list of newcomers, whose noise an import must see through."""

from deploy.demo.imports import FILE
from tests.members.imports.sending import held, imported, problems, rows_of
from tests.wire.api import Api


async def test_the_list_of_newcomers_is_understood(members: Api) -> None:
    done = await imported(members, FILE.read_bytes(), filename=FILE.name)
    assert (done["file"]["encoding"], done["file"]["header_row"]) == ("gb18030", 3)
    assert [column["field"] for column in done["columns"]] == [
        "identifiers.external", "names", "kind", "country", "city", "phones", "emails", "website", "tags",
    ]  # fmt: skip
    counts = done["counts"]
    assert (counts["read"], counts["created"], counts["rejected"]) == (9, 6, 3)
    rejected = {row["number"]: problems(row) for row in await rows_of(members, done["id"], outcome="rejected")}
    assert [codes & {"no_name", "repeated_id"} for codes in rejected.values()] == [
        {"no_name"}, {"repeated_id"}, {"repeated_id"},
    ]  # fmt: skip
    rural = await held(members, "external:NEW-002")
    assert rural["names"] == {
        "zh-Hant": "鄉村旅遊促進會（演示）",
        "en": "Rural Tourism Promotion Society (demo)",
    }
    assert (rural["country"], rural["website"], len(rural["phones"])) == ("CN", None, 2)
    trust = await held(members, "external:NEW-003")
    assert (trust["country"], trust["phones"][0]["number"]) == ("GB", "+442079460194")
