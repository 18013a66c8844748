"""Nothing that clients of the released document depend on goes away unsaid."""

import re

from tests.api.breaking import breaks
from tests.api.document import contract, merged, read, written
from tests.api.released import complaint, unaccepted


def test_the_document_breaks_no_client_of_the_released_one() -> None:
    found = unaccepted(breaks(read(), contract(merged())))
    assert found == [], complaint(found)


def test_the_released_document_is_written_the_same_way_each_time() -> None:
    kept = read()
    assert breaks(kept, kept) == []
    assert len(kept["paths"]) > 200
    text = written(kept)
    assert text == written(read())
    assert set(re.findall(r'"(description|summary|examples?)":"', text)) == set()
