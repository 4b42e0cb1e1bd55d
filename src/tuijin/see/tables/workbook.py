"""A filled table as a workbook: each figure a link to its entry, with a comment that names it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tuijin.importers.xlsx_write import Formats, add_link, open_book, write_text
from tuijin.see.tables.columns import TableColumn
from tuijin.see.tables.filling import Cell, Filled, Line
from tuijin.see.tables.wording import (
    PLACES,
    build_addresses,
    cell_text,
    dates_line,
    origin_text,
    plain_value,
    unit_line,
)

_WIDTHS = {"number": 6, "long_text": 36, "money": 16, "text": 20, "ratio": 10, "date": 12}
_NAME_WIDTH = 32
_Link = Callable[[tuple[int, int], TableColumn, Cell, Line], None]


def build_workbook(table: Filled, *, site: str, address: str, footer: str) -> bytes:
    """
    Write title, heading, table and footer.

    Parameters
    ----------
    site
        Address of this installation, as `https://host`; links lead there.
    address
        The page of the same table: a sheet holds a limited number of links.
    footer
        Who exported it, when, and under which id.
    """
    buffer = io.BytesIO()
    book = open_book(buffer)
    page = book.add_worksheet(_("报表"))
    styles = _Styles(book)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    last = max(len(table.columns) - 1, 1)
    page.merge_range(0, 0, 0, last, table.title, styles.title)
    row = 1
    for text in (*table.heading, dates_line(table), unit_line(table)):
        if text:
            page.merge_range(row, 0, row, last, text, styles.heading)
            row += 1
    for at, (column, caption) in enumerate(table.columns):
        width = _NAME_WIDTH if column.code == "name" else _WIDTHS.get(column.kind, 14)
        page.set_column(at, at, width)
        write_text(page, row, at, caption, styles.formats.header)
    page.freeze_panes(row + 1, 0)
    page.repeat_rows(row)
    address_of = build_addresses(table)

    def link(at: tuple[int, int], column: TableColumn, cell: Cell, line: Line) -> None:
        if found := address_of(column, cell, line):
            add_link(page, *at, site + found)

    for line in table.lines:
        row += 1
        _write_line(page, row, line, table, styles, link)
    note = _("每个数字的出处见 %(address)s") % {"address": address}
    write_text(page, row + 2, 0, note, styles.formats.text)
    write_text(page, row + 3, 0, footer, styles.formats.text)
    book.close()
    return buffer.getvalue()


class _Styles:
    def __init__(self, book: Any) -> None:
        self.book, self.formats = book, Formats(book)
        self.title = book.add_format(
            {"bold": True, "font_size": 16, "align": "center", "quote_prefix": True}
        )
        self.heading = book.add_format({"quote_prefix": True, "text_wrap": True})
        self._made: dict[tuple[str, bool], Format] = {}

    def of(self, number_format: str, *, is_bold: bool) -> Format:
        key = (number_format, is_bold)
        if key not in self._made:
            form = {"num_format": number_format, "border": 1, "valign": "top"}
            form |= {"bold": True, "bg_color": "#EEF2F6"} if is_bold else {}
            self._made[key] = self.book.add_format(form)
        return self._made[key]


def _number_format(column: TableColumn, unit: str) -> str:
    if column.kind == "ratio":
        return "0.0%"
    if column.kind == "money":
        return "#,##0." + "0" * PLACES[unit]
    if column.kind == "date":
        return "yyyy-mm-dd"
    return "#,##0.###" if column.kind == "quantity" else "General"


def _write_line(
    page: Worksheet, row: int, line: Line, table: Filled, styles: _Styles, link: _Link
) -> None:
    is_bold, unit = line.kind != "row", table.layout.unit
    label_at = _label_column(table)
    for at, ((column, _caption), cell) in enumerate(zip(table.columns, line.cells, strict=True)):
        style = styles.of(_number_format(column, unit), is_bold=is_bold)
        if is_bold and at == label_at:
            write_text(page, row, at, line.label, styles.of("@", is_bold=True))
            continue
        link((row, at), column, cell, line)
        _comment_cell(page, (row, at), column, cell, line, unit=unit)
        _write_cell(page, (row, at), column, cell, style, unit=unit)


def _label_column(table: Filled) -> int:
    """Where a group's name stands: the project's name, else the first column."""
    codes = [column.code for column, _caption in table.columns]
    return codes.index("name") if "name" in codes else 0


def _write_cell(
    page: Worksheet, at: tuple[int, int], column: TableColumn, cell: Cell, style: Format, *,
    unit: str,
) -> None:  # fmt: skip
    value = plain_value(column, cell, unit=unit)
    if value is None or value == "":
        page.write_blank(*at, None, style)
    elif isinstance(value, str):
        write_text(page, *at, value, style)
    elif isinstance(value, date):
        page.write_datetime(*at, value, style)
    else:
        page.write_number(*at, float(value), style)


def _comment_cell(
    page: Worksheet, at: tuple[int, int], column: TableColumn, cell: Cell, line: Line, *,
    unit: str,
) -> None:  # fmt: skip
    """Say what a sum or a derived figure is drawn from."""
    text = cell_text(column, cell, unit=unit)
    origin = origin_text(column, cell, line)
    if text and (len(cell.refs) > 1 or line.kind != "row" or column.formula):
        page.write_comment(*at, f"{text}\n{origin}")
