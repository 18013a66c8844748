"""The list of missions becomes counterparts that the API takes."""

import csv

from deploy.demo import missions as reader
from deploy.demo.missions import FILE, Unmapped, missions
from deploy.demo.once import marked
from services.contracts.liaison.counterpart import CounterpartCreate


def test_every_row_is_a_counterpart_the_contract_takes() -> None:
    read = dict(missions(Unmapped()))
    with FILE.open(encoding="utf-8", newline="") as file:
        assert len(read) == sum(1 for _ in csv.DictReader(file)) == 2_927
    for key, body in read.items():
        CounterpartCreate.model_validate(marked(key, body))


def test_reports_ended_states_and_leaves_them_without_a_code() -> None:
    unmapped = Unmapped()
    read = dict(missions(unmapped))
    assert set(unmapped.historic) == {"Soviet Union", "Yugoslavia", "Czechoslovakia", "German Democratic Republic"}
    assert not unmapped.unknown
    assert read["mission-0001"]["represents"] is None


def test_keeps_a_qid_as_identifier() -> None:
    row = dict.fromkeys(
        ("name_en", "name_zh", "represents", "stands_in", "city_en", "city_zh", "phone", "email", "website"), ""
    )
    body = reader._counterpart(row | {"id": "Q42", "kind": "honorary consulate", "name_en": "Made up"}, Unmapped())
    assert body["identifiers"] == [{"scheme": "wikidata", "value": "Q42"}]
    assert body["kind"] == "honorary_consulate"


def test_the_file_is_what_its_script_makes() -> None:
    from deploy.demo.prepare.missions import Mission
    from deploy.demo.prepare.missions import missions as made

    with FILE.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [list(Mission._fields), *map(list, made())]
