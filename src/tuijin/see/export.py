"""The list as a workbook: exactly the rows and columns shown, in the same order."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tuijin.errors import TooLarge
from tuijin.ledger import paging, scope, trail
from tuijin.see import listing
from tuijin.see.cells import cell_value
from tuijin.see.listing import COLUMNS, ListColumn

MOST_ROWS = 50_000
_WIDTHS = {"name": 36, "ref": 22, "money": 16, "text": 18, "date": 12, "instant": 18}
_TITLE_ROWS = 2


def build_workbook(query: listing.Query) -> tuple[bytes, str]:
    """
    Write the rows of a list.

    Returns
    -------
    The workbook, and the id under which the export stands in the trail.

    Raises
    ------
    TooLarge
        If more than `MOST_ROWS` rows match.
    """
    export_id = secrets.token_hex(6)
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": True, "in_memory": True}) as book:
        book.set_properties({"title": _("项目清单"), "author": "", "comments": ""})
        sheet = book.add_worksheet(_("项目清单"))
        count = _write(sheet, _formats(book), query, export_id=export_id)
    event = trail.Event(
        action="export",
        object_type="project",
        object_id=export_id,
        changes={"rows": (None, count), "columns": (None, list(query.columns))},
    )
    trail.append([event])
    return stream.getvalue(), export_id


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    # quote_prefix: a text that starts with "=" stays a text in every program that opens it.
    return {
        "text": book.add_format({"quote_prefix": True, "valign": "top"}),
        "head": book.add_format({"bold": True, "bg_color": "#EEF2F6", "bottom": 1,
                                 "quote_prefix": True}),
        "title": book.add_format({"bold": True, "font_size": 14, "quote_prefix": True}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "decimal": book.add_format({"num_format": "#,##0.######"}),
        "ratio": book.add_format({"num_format": "0.0%"}),
        "count": book.add_format({"num_format": "0"}),
    }  # fmt: skip


def _write(
    sheet: Worksheet, formats: dict[str, Format], query: listing.Query, *, export_id: str
) -> int:
    columns = [COLUMNS[code] for code in query.columns]
    for at, column in enumerate(columns):
        sheet.set_column(at, at, _WIDTHS.get(column.kind, 12))
    now = timezone.localtime()
    who = scope.current()
    sheet.write_string(0, 0, _("项目清单"), formats["title"])
    said = f"{who.actor} · {now:%Y-%m-%d %H:%M} · {_('范围')} {who.role.zh} · {export_id}"
    sheet.write_string(1, 0, said, formats["text"])
    for at, column in enumerate(columns):
        unit = f"（{_('元')}）" if column.kind == "money" else ""
        sheet.write_string(_TITLE_ROWS, at, f"{column.title}{unit}", formats["head"])
    sheet.freeze_panes(_TITLE_ROWS + 1, 1)
    count = 0
    for row in _rows(query):
        count += 1
        if count > MOST_ROWS:
            raise TooLarge(f"一次最多导出 {MOST_ROWS:,} 行，请先筛选")
        for at, column in enumerate(columns):
            _write_cell(sheet, _TITLE_ROWS + count, at, column, row, formats)
    return count


def _rows(query: listing.Query) -> Iterator[dict[str, Any]]:
    token = ""
    while True:
        page = listing.read_page(replace(query, token=token), size=paging.MAX_PAGE)
        yield from page.rows
        if not (token := page.next_token):
            return


def _write_cell(
    sheet: Worksheet, row_number: int, at: int, column: ListColumn, row: dict[str, Any],
    formats: dict[str, Format],
) -> None:  # fmt: skip
    value = cell_value(column, row)
    if value is None or value == "":
        return
    if column.kind == "light":
        value = {"green": _("绿灯"), "yellow": _("黄灯"), "red": _("红灯")}[value]
    if isinstance(value, datetime):
        local = timezone.localtime(value).replace(tzinfo=None)
        sheet.write_datetime(row_number, at, local, formats["instant"])
    elif isinstance(value, date):
        sheet.write_datetime(row_number, at, value, formats["date"])
    elif isinstance(value, (Decimal, int)):
        sheet.write_number(row_number, at, value, formats.get(column.kind, formats["decimal"]))
    else:
        sheet.write_string(row_number, at, str(value), formats["text"])
