"""The list as a workbook: exactly the rows and columns shown, in the same order."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tuijin.importers.xlsx_write import ExportColumn, write_sheet
from tuijin.ledger import paging, scope, trail
from tuijin.see import listing
from tuijin.see.cells import cell_value
from tuijin.see.language import either
from tuijin.see.listing import COLUMNS, ListColumn

_WIDTHS = {"name": 36, "ref": 22, "money": 18, "text": 18, "instant": 18}
_PLACES = {"money": 2, "ratio": 1, "count": 0}


def is_confidential(query: listing.Query) -> bool:
    """Whether a column holds figures whose export needs a fresh sign-in (security reference 4)."""
    return any(COLUMNS[code].field_class in "CS" for code in query.columns)


def build_workbook(query: listing.Query) -> tuple[bytes, str]:
    """
    Write the rows of a list, and the export into the trail.

    Returns
    -------
    The workbook, and the id under which the export stands in the trail and in the file.

    Raises
    ------
    TooLarge
        If more rows match than a workbook may hold.
    """
    export_id = secrets.token_hex(6)
    columns = [COLUMNS[code] for code in query.columns]
    rows = [[_plain(column, row) for column in columns] for row in _rows(query)]
    who, now = scope.current(), timezone.localtime()
    role = either(who.role.zh, who.role.en)
    data = write_sheet(
        [_head(column) for column in columns],
        rows,
        sheet=_("项目清单"),
        footer=f"{who.actor} · {role} · {now:%Y-%m-%d %H:%M} · {export_id}",
    )
    event = trail.Event(
        action="export",
        object_type="project",
        object_id=export_id,
        changes={"rows": (None, len(rows)), "columns": (None, list(query.columns))},
    )
    trail.append([event])
    return data, export_id


def _head(column: ListColumn) -> ExportColumn:
    unit = {"money": f"（{_('元')}）", "ratio": "（%）"}.get(column.kind, "")
    return ExportColumn(
        f"{column.title}{unit}", _WIDTHS.get(column.kind, 12), _PLACES.get(column.kind)
    )


def _rows(query: listing.Query) -> Iterator[dict[str, Any]]:
    token = ""
    while True:
        page = listing.read_page(replace(query, token=token), size=paging.MAX_PAGE)
        yield from page.rows
        if not (token := page.next_token):
            return


def _plain(column: ListColumn, row: dict[str, Any]) -> Any:
    value = cell_value(column, row)
    if column.kind == "light":
        return {"green": _("绿灯"), "yellow": _("黄灯"), "red": _("红灯")}.get(value or "", "")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if column.kind == "ratio" and isinstance(value, Decimal):
        return value * 100
    return value
