"""What the demo says of members' sites."""

from deploy.demo.institutions import members
from deploy.demo.sites import places


def test_every_scenic_area_has_a_site_of_its_own_name() -> None:
    found = list(places())
    assert {place.member.key for place in found} == {one.key for one in members() if one.kind == "scenic_area"}
    assert len({place.key for place in found}) == len(found) > 20
    assert all("demo" in place.names["en"] and "演示" in place.names["zh"] for place in found)
