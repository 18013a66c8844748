"""What can be read of country labels, and by whom."""

from sqlalchemy import func, select

from services.contracts.codes import CountryCode
from services.contracts.members.country_label import CountryLabel
from services.kit.filters import any_of, created_and_updated
from services.kit.reading import Resource, Sort
from services.members.tables.country_label import CountryLabelRow

country_labels = Resource(
    name="country label",
    path="/v1/country-labels",
    model=CountryLabel,
    row=CountryLabelRow,
    filters={
        "country": any_of(CountryLabelRow.country, CountryCode, "Taken for any of these countries."),
        **created_and_updated(CountryLabelRow),
    },
    facets=("country",),
    sorts={
        "label": Sort(CountryLabelRow.folded),
        "country": Sort(CountryLabelRow.country, nullable=True),
        "created_at": Sort(CountryLabelRow.created_at),
        "updated_at": Sort(CountryLabelRow.updated_at),
    },
)

MOST = 2_000
HOW_MANY = select(func.count()).select_from(CountryLabelRow)
ALL = select(CountryLabelRow.folded, CountryLabelRow.country).limit(MOST)
"""The table is the office's own, and small; what is beyond this many is not looked at."""
