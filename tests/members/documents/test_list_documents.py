"""Listing and changing what is said of documents."""

from typing import Any

from tests.factories.members import a_document
from tests.wire.api import Api
from tests.wire.callers import Signer
from tests.wire.facets import counted


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


async def test_facets_count_sensitive_ones_for_those_who_are_told_of_them(
    members: Api, organisation: dict[str, Any], signer: Signer
) -> None:
    for sensitive in (True, False, False):
        await members.made("/v1/documents", a_document(organisation["id"], sensitive=sensitive, shared=not sensitive))
    asked, names = {"organisation_id": organisation["id"]}, ["sensitive", "shared"]
    told = members.as_(signer.staff("documents:read", "members:read", "persons:sensitive"))
    others = members.as_(signer.staff("documents:read", "members:read"))
    assert await counted(told, "/v1/documents", names, **asked) == {
        "sensitive": {"false": 2, "true": 1},
        "shared": {"true": 2, "false": 1},
    }
    assert await counted(others, "/v1/documents", names, **asked) == {"sensitive": {"false": 2}, "shared": {"true": 2}}
    assert await others.items("/v1/documents", sensitive="true", **asked) == []
