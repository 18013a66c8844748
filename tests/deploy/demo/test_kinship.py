"""Branches and relations of the demo refer to what there is, once."""

from deploy.demo.institutions import institutions
from deploy.demo.kinship import branches, relations

KEYS = {one.key for one in institutions()}


def test_branches_hang_under_members_and_have_names_of_their_own() -> None:
    found = list(branches())
    assert {head for _, head, _ in found} <= KEYS
    assert len({body["names"][language] for _, _, body in found for language in ("zh", "en")}) == 2 * len(found)
    assert all(body["names"]["en"].endswith(" Branch (demo)") for _, _, body in found)
    assert KEYS.isdisjoint(key for key, _, _ in found)


def test_relations_are_between_two_and_told_once() -> None:
    found = list(relations())
    assert {one.subject for one in found} | {one.object for one in found} <= KEYS
    assert all(one.subject != one.object for one in found)
    assert len({(one.subject, one.kind, one.object) for one in found}) == len(found)
    assert {one.kind for one in found} == {"operates", "supervises", "partner_of", "member_of"}
