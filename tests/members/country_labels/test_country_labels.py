"""The office's table of country labels."""

from uuid import uuid4

from services.contracts.members.country_label import CountryLabel
from services.kit.errors import Contradiction, Forbidden
from services.members.features.country_labels.actions import CountryLabelTaken
from tests.members.contract import exactly
from tests.members.imports.sending import held, imported, problems, rows_of
from tests.wire.api import Api, assert_problem
from tests.wire.callers import Signer


async def test_says_what_an_import_takes_a_label_for(members: Api) -> None:
    m = uuid4().hex[:10]
    content = f"编号,单位名称,国家\n{m}1,甲,Zaire\n{m}2,乙,Ruritania {m}\n{m}3,丙,Nowhere {m}\n"
    await members.made("/v1/country-labels", {"label": f"ruritania  {m.upper()}", "country": "RO"})
    left = await members.made("/v1/country-labels", {"label": f"Nowhere {m}"})
    done = await imported(members, content)
    told = {row["number"]: problems(row) for row in await rows_of(members, done["id"])}
    assert told == {2: {"historic_country"}, 3: set(), 4: set()}
    assert (await held(members, f"external:{m}2"))["country"] == "RO"
    assert (await held(members, f"external:{m}3"))["country"] is None
    assert (await members.patch(f"/v1/country-labels/{left['id']}", {"country": "FR"})).json()["country"] == "FR"
    assert (await members.delete(f"/v1/country-labels/{left['id']}")).status_code == 204


async def test_spellings_of_one_label_are_one(members: Api) -> None:
    m = uuid4().hex[:10]
    first = await members.made("/v1/country-labels", {"label": f"舊國{m}"})
    assert_problem(await members.post("/v1/country-labels", {"label": f"旧国{m}"}), CountryLabelTaken)
    assert_problem(await members.post("/v1/country-labels", {"label": "—"}), Contradiction, pointer="/label")
    other = await members.made("/v1/country-labels", {"label": f"B {m}"})
    assert_problem(await members.patch(f"/v1/country-labels/{other['id']}", {"label": f"旧国{m}"}), CountryLabelTaken)
    assert first["label"] == f"舊國{m}"


async def test_partners_read_and_do_not_write(members: Api, signer: Signer) -> None:
    partner = members.as_(signer.partner(uuid4()))
    made = await members.made("/v1/country-labels", {"label": uuid4().hex, "country": "NP"})
    assert (await partner.get(f"/v1/country-labels/{made['id']}")).status_code == 200
    assert_problem(await partner.post("/v1/country-labels", {"label": uuid4().hex}), Forbidden)
    assert_problem(await partner.patch(f"/v1/country-labels/{made['id']}", {"country": "FR"}), Forbidden)
    assert_problem(await partner.delete(f"/v1/country-labels/{made['id']}"), Forbidden)


async def test_each_field_is_as_the_contract_says(members: Api) -> None:
    for country in (None, "NP"):
        made = await members.made("/v1/country-labels", {"label": uuid4().hex, "country": country})
        exactly(CountryLabel, (await members.get(f"/v1/country-labels/{made['id']}")).content)
    assert await members.items("/v1/country-labels", country="NP", sort="label")
