"""Listing and changing what is said of documents."""

from typing import Any

from tests.factories.members import a_document
from tests.wire.api import Api


async def test_filters_and_search(members: Api, organisation: dict[str, Any], person: dict[str, Any]) -> None:
    mine = {"organisation_id": organisation["id"]}
    title = {"zh": "合作協議", "en": "Cooperation Agreement"}
    signed = await members.made(
        "/v1/documents",
        a_document(organisation["id"], kind="agreement", language="zh", tags=["signed"], shared=True, title=title),
    )
    plain = await members.made("/v1/documents", a_document(organisation["id"], title={"en": "Zoning"}))
    about = {"resource": "person", "id": person["id"]}
    other = await members.made("/v1/documents", a_document("", about=about))
    for params, expected in (
        ({**mine, "kind": "agreement"}, [signed]),
        ({**mine, "language": "zh"}, [signed]),
        ({**mine, "tag": "signed"}, [signed]),
        ({**mine, "shared": "false"}, [plain]),
        ({**mine, "q": "合作协议"}, [signed]),
        ({**mine, "sort": "-title"}, [plain, signed]),
        ({"person_id": person["id"]}, [other]),
    ):
        found = await members.items("/v1/documents", **params)
        assert [one["id"] for one in found] == [one["id"] for one in expected], params


async def test_is_changed_by_field_and_language(members: Api, document: dict[str, Any]) -> None:
    change = {"title": {"zh": None, "en": "Other"}, "language": "en", "tags": ["a"], "shared": True}
    changed = (await members.patch(f"/v1/documents/{document['id']}", change)).json()
    assert (changed["title"], changed["language"], changed["tags"], changed["shared"]) == (
        {"en": "Other"},
        "en",
        ["a"],
        True,
    )
    about = {"organisation_id": document["about"]["id"]}
    assert len(await members.items("/v1/documents", q="Other", **about)) == 1
