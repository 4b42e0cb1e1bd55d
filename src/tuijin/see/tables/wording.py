"""How a cell of a table reads, and what is said of where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tuijin.see.language import is_english
from tuijin.see.tables.columns import TableColumn
from tuijin.see.tables.facts import Ref
from tuijin.see.tables.filling import Cell, Filled, Line
from tuijin.see.wording import write_number, write_ratio

AddressOf = Callable[[TableColumn, Cell, Line], str]
_FACTORS = {"yuan": Decimal(1), "wan_yuan": Decimal(10_000), "yi_yuan": Decimal(100_000_000)}
PLACES = {"yuan": 2, "wan_yuan": 2, "yi_yuan": 4}
UNITS = {
    "yuan": gettext_lazy("元"), "wan_yuan": gettext_lazy("万元"), "yi_yuan": gettext_lazy("亿元"),
}  # fmt: skip
_KINDS = {
    "project": gettext_lazy("项目"),
    "report": gettext_lazy("进度报告"), "plan": gettext_lazy("年度计划"),
    "operating": gettext_lazy("运行记录"), "stage_event": gettext_lazy("阶段变化"),
    "node": gettext_lazy("节点"),
}  # fmt: skip
_LIGHTS = {
    "green": gettext_lazy("绿灯"), "yellow": gettext_lazy("黄灯"), "red": gettext_lazy("红灯"),
}  # fmt: skip


def in_unit(amount_yuan: Decimal, unit: str) -> Decimal:
    return amount_yuan / _FACTORS[unit]


def plain_value(column: TableColumn, cell: Cell, *, unit: str) -> Any:
    """A number in the table's unit, a date, or text; None where nothing is on record."""
    value = cell.value
    if value is None:
        return None
    if column.kind == "money":
        return in_unit(Decimal(value), unit)
    if column.kind == "light":
        return str(_LIGHTS.get(value, ""))
    return value


def cell_text(column: TableColumn, cell: Cell, *, unit: str) -> str:
    """A cell as a person reads it; empty where nothing is on record."""
    value = plain_value(column, cell, unit=unit)
    if value is None:
        return ""
    if column.kind == "ratio":
        return write_ratio(value)
    if column.kind == "money":
        return write_number(value, places=PLACES[unit])
    if isinstance(value, date):
        return value.isoformat()
    return write_number(value) if isinstance(value, (int, float, Decimal)) else str(value)


def unit_line(table: Filled) -> str:
    """The unit of money, where the table has any."""
    if not any(column.kind == "money" for column, _caption in table.columns):
        return ""
    return f"{_('单位')}{': ' if is_english() else '：'}{UNITS[table.layout.unit]}"


def dates_line(table: Filled) -> str:
    """Which period the table is for, and what had been recorded."""
    words = {"period": f"{table.period.first} – {table.period.last}"}
    if table.recorded_by is None:
        return _("报告期 %(period)s；入账截止：现在") % words
    words["day"] = table.recorded_by.isoformat()
    return (
        _("报告期 %(period)s；入账截止 %(day)s（筛选条件、地区、园区和单位按现在的记录）") % words
    )


def address_of(ref: Ref) -> str:
    return reverse("project" if ref.kind == "project" else f"entry_{ref.kind}", args=[ref.pk])


def entry_name(ref: Ref) -> str:
    return f"{_KINDS[ref.kind]} {ref.period or f'#{ref.pk}'}"


def stated_text(column: TableColumn, amount: Any, *, unit: str) -> str:
    """What an entry states of a figure, with its unit; empty for words."""
    if not isinstance(amount, (int, Decimal)):
        return ""
    if column.kind not in ("money", "ratio"):
        return write_number(amount)
    return f"{write_number(in_unit(Decimal(amount), unit), places=PLACES[unit])} {UNITS[unit]}"


def build_addresses(table: Filled) -> AddressOf:
    """
    Say where each figure of a table leads: to its entry, or to the page of what it is drawn from.

    A sum, a derived figure and a column of the project itself have such a page.
    """
    asked = {"on": table.on, "recorded_by": table.recorded_by}
    dates = urlencode({name: day.isoformat() for name, day in asked.items() if day})
    page = f"{reverse('table_figure', args=[table.layout.pk])}?{dates}"

    def address(column: TableColumn, cell: Cell, line: Line) -> str:
        if column.code == "name" and line.project_id:
            return reverse("project", args=[line.project_id])
        if column.code == "number" or cell.value in (None, ""):
            return ""
        if not column.formula and [ref.kind for ref in cell.refs] not in ([], ["project"]):
            return address_of(cell.refs[0])
        if line.project_id:
            return f"{page}&column={column.code}&project={line.project_id}"
        groups = urlencode([("group", key) for key in line.path])
        return f"{page}&column={column.code}" + (f"&{groups}" if groups else "")

    return address


def origin_text(column: TableColumn, cell: Cell, line: Line) -> str:
    """Where a figure comes from, in words: its formula, its entries, how many rows state it."""
    parts = [str(column.formula)] if column.formula and cell.value is not None else []
    if line.kind != "row" and cell.among:
        words = {"known": cell.known, "among": cell.among}
        parts.append(
            ngettext("%(known)s / %(among)s 个项目有记录", "%(known)s / %(among)s 个项目有记录",
                     cell.among) % words
        )  # fmt: skip
    parts += [entry_name(ref) for ref in cell.refs]
    return "; ".join(parts) if is_english() else "；".join(parts)
