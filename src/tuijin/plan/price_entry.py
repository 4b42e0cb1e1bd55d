"""One quotation typed in: the same road as a file's, so that it is compared, corrected and told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuijin.errors import ImportFailed, Problem
from tuijin.importers.faults import Fault
from tuijin.importers.fields import parse_value
from tuijin.importers.nouns import NOUNS
from tuijin.importers.tables import build_table
from tuijin.ledger import intake
from tuijin.ledger.models import PriceSeries

TYPED = ("on", "value", "low", "high", "quoted_in", "note")
_REQUIRED = ("on", "value", "quoted_in")


def enter(series: PriceSeries, typed: Mapping[str, Any]) -> bool:
    """
    Record what was typed and return whether a quotation of that day was corrected by it.

    Raises
    ------
    ImportFailed
        With a problem for each field that is wrong.
    """
    values, problems = {}, []
    for name in TYPED:
        column = NOUNS["price"].column(name)
        try:
            values[name] = parse_value(column, str(typed.get(name, "")))
        except Fault as fault:
            problems.append(Problem(fault.code, fault.expected, field=name))
            continue
        if values[name] is None and name in _REQUIRED:
            problems.append(Problem("required", column.zh, field=name, expected=column.zh))
    problems += [] if problems else _check_order(values)
    if problems:
        raise ImportFailed(problems[0].message, code=problems[0].code, problems=problems)
    entry = {"series": series.key, **{n: v for n, v in values.items() if v is not None}}
    found = intake.accept([build_table("price", [entry], [1])], batch="")
    return bool(found.nouns["price"].changed)


def _check_order(values: Mapping[str, Any]) -> list[Problem]:
    numbers = [n for n in (values["low"], values["value"], values["high"]) if n is not None]
    if any(n <= 0 for n in numbers):
        return [Problem("not_positive", "大于零的数", field="value")]
    if numbers != sorted(numbers):
        return [Problem("order", "下限 ≤ 数值 ≤ 上限", field="value")]
    return []
