"""`/api/v1/tables`: layouts, and a table filled for a date with the entry of each figure."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from tuijin.ledger import paging, trail
from tuijin.ledger import visible as seen
from tuijin.ledger.access import requires
from tuijin.see.tables import layouts, views
from tuijin.see.tables.columns import COLUMNS, shown_codes
from tuijin.see.tables.filling import Line

router = Router(tags=["Table"])


@router.get("", url_name="table_list", summary="List: table layout (报表)")
@requires("read")
def list_tables(request: HttpRequest) -> dict[str, Any]:
    """Presets, shared layouts, and the reader's own."""
    rows = layouts.visible()
    names = ("key", "name", "name_en", "period", "unit", "groups", "filters", "is_shared")
    return {
        "items": [
            {"id": row.pk, **{name: getattr(row, name) for name in names},
             "columns": [code for code, _caption in row.columns]}
            for row in rows
        ],
        "columns": [{"code": code, "kind": COLUMNS[code].kind}
                    for code in shown_codes(list(COLUMNS))],
    }  # fmt: skip


@router.get("/{int:layout_id}", url_name="table_entry", summary="A table filled for a date (报表)")
@requires("read")
def get_table(
    request: HttpRequest, layout_id: int, on: str = "", recorded_by: str = ""
) -> dict[str, Any]:
    """
    Lines with exact values; money is in yuan whatever the unit of the layout.

    `on` is a day of the month or 旬 wanted, `recorded_by` the last day whose entries count.
    """
    layout = seen.find_or_404(layouts.visible(), pk=paging.as_id(layout_id))
    table = views.fill(layout, {"on": on, "recorded_by": recorded_by})
    return {
        "title": table.title,
        "first": table.period.first.isoformat(),
        "last": table.period.last.isoformat(),
        "recorded_by": table.recorded_by and table.recorded_by.isoformat(),
        "columns": [
            {"code": column.code, "title": caption, "kind": column.kind}
            for column, caption in table.columns
        ],
        "lines": [_line(line) for line in table.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    cells = [
        {"value": trail.as_plain(cell.value),
         "entries": [{"kind": ref.kind, "id": ref.pk} for ref in cell.refs]}
        for cell in line.cells
    ]  # fmt: skip
    return {"kind": line.kind, "label": line.label, "level": line.level,
            "project": line.project_id or None, "cells": cells}  # fmt: skip
