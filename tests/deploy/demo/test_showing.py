"""What the demo shows at its end: lists as files, and how many rows they hold."""

from zoneinfo import ZoneInfo

from deploy.demo.showing import rows_of
from services.kit.export.columns import columns_of
from services.kit.export.spreadsheet import XlsxWriter
from services.kit.export.text import CsvWriter


def test_rows_are_counted_below_the_header_and_a_cell_may_hold_lines() -> None:
    columns, zone = list(columns_of(str, {}, ("city",))), ZoneInfo("UTC")
    records = [b'{"city": "Tongren\\nGuizhou"}', b'{"city": "=1+1"}']
    for form, writer in (("csv", CsvWriter(columns, {}, zone)), ("xlsx", XlsxWriter("cities", columns, {}, zone))):
        assert rows_of(writer.begin() + writer.rows(records) + writer.end(), form) == len(records), form
