"""How a column of the list reads, on the page and in an export."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tuijin.see.language import choice_text, pick
from tuijin.see.listing import ListColumn


def cell_value(column: ListColumn, row: Mapping[str, Any]) -> Any:
    """The plain value of a cell: text, Decimal, date, int or None. Absent reads as None."""
    if column.kind in ("name", "ref"):
        return pick(row, *column.names)
    if column.kind == "choice":
        return choice_text(column.choices, row.get(column.names[0]) or "")
    if column.kind == "ratio":
        return _ratio(row.get(column.names[0]), row.get(column.names[1]))
    return row.get(column.names[0])


def _ratio(done: Decimal | None, planned: Decimal | None) -> Decimal | None:
    return None if done is None or not planned else done / planned
