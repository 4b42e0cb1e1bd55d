"""Write workbooks: texts as texts, numbers as numbers, nothing that runs (security reference)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tuijin.errors import BadInput, TooLarge

MAX_ROWS = 100_000
_MAX_CELL_CHARACTERS = 32_767
_MAX_LINKS = 65_530
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")
_FIXED_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # the same rows give the same bytes


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of an export; `places` is the number of decimals shown."""

    title: str
    width: int = 16
    places: int | None = None


def write_sheet(
    columns: Sequence[ExportColumn],
    rows: Iterable[Sequence[Any]],
    *,
    sheet: str = "台账",
    footer: str = "",
) -> bytes:
    """
    Write exactly the rows and titles that are shown.

    Parameters
    ----------
    rows
        Texts, numbers, Decimals, dates, booleans or None.
    footer
        Who exported it, when, and what of; written below the rows.

    Raises
    ------
    TooLarge
        Above the limit of rows.
    """
    buffer = io.BytesIO()
    book = open_book(buffer)
    page = book.add_worksheet(_NOT_IN_SHEET_NAMES.sub(" ", sheet)[:31] or "Sheet1")
    formats = Formats(book)
    for number, column in enumerate(columns):
        page.set_column(number, number, column.width)
        write_text(page, 0, number, column.title, formats.header)
    page.freeze_panes(1, 0)
    count = 0
    for count, row in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise TooLarge(f"最多导出 {MAX_ROWS} 行，请缩小范围", code="too_many_rows")
        for number, value in enumerate(row):
            write_value(page, count, number, value, formats, places=columns[number].places)
    if footer:
        write_text(page, count + 2, 0, footer, formats.text)
    book.close()
    return buffer.getvalue()


class Formats:
    """Cell formats of one workbook; texts carry the quote prefix."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._numbers: dict[int, Format] = {}
        self.text = book.add_format({"quote_prefix": True, "valign": "top"})
        self.wrapped = book.add_format({"quote_prefix": True, "text_wrap": True, "valign": "top"})
        title = {"quote_prefix": True, "bold": True, "border": 1, "text_wrap": True}
        self.header = book.add_format({**title, "bg_color": "#DCE6F1"})
        self.required = book.add_format({**title, "bg_color": "#F8CBAD"})
        self.date = book.add_format({"num_format": "yyyy-mm-dd"})
        grey = {"quote_prefix": True, "italic": True, "font_color": "#808080"}
        self.example = book.add_format(grey)

    def number(self, places: int | None) -> Format | None:
        if places is None:
            return None
        if places not in self._numbers:
            code = "#,##0" + ("." + "0" * places if places else "")
            self._numbers[places] = self._book.add_format({"num_format": code})
        return self._numbers[places]


def open_book(buffer: io.BytesIO) -> xlsxwriter.Workbook:
    """Open a workbook that turns no text into a formula or link, with neutral properties."""
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"created": _FIXED_TIME, "author": "", "company": ""})
    return book


def write_text(page: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    page.write_string(row, column, text[:_MAX_CELL_CHARACTERS], style)


def add_link(page: Worksheet, row: int, column: int, address: str) -> None:
    """
    Let a cell lead to a page of this product; what is written into it afterwards is what it shows.

    Excel takes 65,530 links a sheet; cells beyond that go without.

    Raises
    ------
    BadInput
        Unless the address is one of the web: a workbook opens anything else without asking.
    """
    if not address.startswith(("http://", "https://")):
        raise BadInput(f"a workbook links to web pages only, got {address[:40]!r}")
    if page.hlink_count < _MAX_LINKS:
        page.write_url(row, column, address, string=" ")


def write_value(
    page: Worksheet, row: int, column: int, value: Any, formats: Formats, *, places: int | None
) -> None:
    """Write one value by its type; None is an empty cell."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        write_text(page, row, column, "是" if value else "否", formats.text)
    elif isinstance(value, (int, float, Decimal)):
        page.write_number(row, column, float(value), formats.number(places))
    elif isinstance(value, date):
        page.write_datetime(row, column, value, formats.date)
    else:
        write_text(page, row, column, str(value), formats.text)
