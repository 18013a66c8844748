"""The list of hotels becomes organisations that the API takes."""

import json

from deploy.demo.hotels import FILE, hotels
from deploy.demo.once import marked
from services.contracts.members.organisation import OrganisationCreate


def test_every_hotel_is_an_organisation_the_contract_takes() -> None:
    read = dict(hotels())
    assert len(read) == 1_133
    for key, body in read.items():
        OrganisationCreate.model_validate(marked(key, body))


def test_splits_the_numbers_of_a_cell() -> None:
    assert max(len(body["phones"]) for _, body in hotels()) == 2


def test_the_file_is_what_its_script_makes() -> None:
    from deploy.demo.prepare.hotels import hotels as made

    assert json.loads(FILE.read_text(encoding="utf-8")) == [list(entry) for entry in made()]
