"""What the values of each column look like, counted over the whole file."""

import re
from typing import Any

_SAMPLES = 40
_LONGEST_SAMPLE = 120
_LOOKS = {
    "email": re.compile(r"^(mailto:)?[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}"),
    "url": re.compile(
        r"^(https?://|www\.)\S+|^[a-z0-9-]+(\.[a-z0-9-]+)*\.(com|org|net|cn|gov|edu)(/\S*)?$", re.IGNORECASE
    ),
    "qid": re.compile(r"^Q[1-9]\d{1,9}$"),
    "date": re.compile(
        r"^\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?([T ]\d{1,2}:\d{2}(:\d{2})?)?$"
        r"|^\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})$"
        r"|^\d{1,2}[ -][A-Za-z]{3,9}\.?[ ,-]+\d{2,4}$|^[A-Za-z]{3,9}\.? \d{1,2},? \d{4}$"
    ),
    "phone": re.compile(r"^[+(（]?[\d０-９][\d０-９\s()（）./-]{5,20}(\s*(ext|x|转|分机)\.?\s*\d+)?$"),
    "number": re.compile(r"^-?\d+([.,]\d+)?$"),
    "postcode": re.compile(r"^\d{6}$"),
    "credit_code": re.compile(r"^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$"),
    "uuid": re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
    "han": re.compile("[\u3400-\u9fff]"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f]{2}"),
}
_NUMERIC_DATE = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})\b")


class Looks:
    """Counts for each column; give it every row."""

    def __init__(self, columns: int) -> None:
        self._counts: list[dict[str, int]] = [
            dict.fromkeys(("filled", "first", "second", "either", *_LOOKS), 0) for _ in range(columns)
        ]
        self._samples: list[dict[str, None]] = [{} for _ in range(columns)]

    def add(self, cells: list[str]) -> None:
        """Count a row."""
        for cell, counts, samples in zip(cells, self._counts, self._samples, strict=True):
            if not cell:
                continue
            counts["filled"] += 1
            if len(samples) < _SAMPLES:
                samples[cell[:_LONGEST_SAMPLE]] = None
            if counts["filled"] <= 2_000:
                for look, pattern in _LOOKS.items():
                    if pattern.search(cell):
                        counts[look] += 1
            # The order of day and month is a matter of the whole column: one 31 in 100,000 rows decides it.
            if date := _NUMERIC_DATE.match(cell):
                first, second = int(date[1]), int(date[2])
                # 13/13 is no day in either order, and shows nothing.
                if min(first, second) <= 12 and max(first, second) <= 31:
                    counts["first" if first > 12 else "second" if second > 12 else "either"] += 1

    def told(self) -> list[dict[str, Any]]:
        """What was counted, with the first few different values."""
        return [
            {**counts, "samples": list(samples)} for counts, samples in zip(self._counts, self._samples, strict=True)
        ]
