"""A CSV file of dated cash flows: one date and one amount a line, with or without a header."""

from __future__ import annotations

import re
from datetime import date

from tuijin.errors import ImportFailed, Problem
from tuijin.importers.csv_rows import read_csv
from tuijin.importers.dates import is_month_only, parse_date
from tuijin.importers.faults import Fault

_DATE_TITLES = ("date", "日期", "时间")
_AMOUNT_TITLES = (
    "amount",
    "flow",
    "cash_flow",
    "cashflow",
    "value",
    "金额",
    "现金流",
    "净现金流量",
)
_AMOUNT = re.compile(r"[+-]?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,16})?", re.ASCII)
_AMOUNT_EXPECTED = "a number such as -1000.5, at most 15 digits before and 16 after the point"
_DATE_EXPECTED = "a day such as 2026-11-28, 2026/11/28 or 2026年11月28日"
_MOST_SHOWN = 200


def parse_dated_flows(data: bytes, *, name: str) -> tuple[list[date], list[float]]:
    """
    Read dates and amounts.

    Raises
    ------
    BadInput, ImportFailed, TooLarge
        As `read_csv`; header, cell: with a `Problem` for each, which names file, row and column.
    """
    found = read_csv(data)
    rows = list(zip(found.numbers, found.rows, strict=True))
    columns = _find_columns(found.header)
    if columns is None:
        columns = 0, 1
        rows.insert(0, (1, found.header))
        if len(found.header) != 2:
            raise _refuse(name, [_header_problem(name, found.header)])
    dates, amounts, problems = [], [], []
    for number, row in rows:
        for column, title in zip(columns, ("date", "amount"), strict=True):
            try:
                if title == "date":
                    dates.append(_parse_day(row[column]))
                else:
                    amounts.append(_parse_amount(row[column]))
            except Fault as fault:
                problems.append(_problem(name, number, column, fault))
    if problems:
        raise _refuse(name, problems)
    return dates, amounts


def _find_columns(header: tuple[str, ...]) -> tuple[int, int] | None:
    """Places of date and amount by title; None where the first line is none."""
    titles = [cell.strip().lower() for cell in header]
    places = [
        next((titles.index(title) for title in wanted if title in titles), None)
        for wanted in (_DATE_TITLES, _AMOUNT_TITLES)
    ]
    if places[0] is None or places[1] is None:
        return None
    return places[0], places[1]


def _parse_day(text: str) -> date:
    if is_month_only(text):
        raise Fault("date", _DATE_EXPECTED)
    return parse_date(text)


def _parse_amount(text: str) -> float:
    text = text.strip()
    if not _AMOUNT.fullmatch(text):
        raise Fault("decimal", _AMOUNT_EXPECTED)
    return float(text.replace(",", ""))


def _problem(name: str, number: int, column: int, fault: Fault) -> Problem:
    what = {"date": "no date can be read", "decimal": "no amount can be read"}[fault.code]
    return Problem(
        fault.code,
        what,
        sheet=name,
        row=number,
        column="AB"[column] if column < 2 else str(column + 1),
        expected=fault.expected,
    )


def _header_problem(name: str, header: tuple[str, ...]) -> Problem:
    return Problem(
        "header",
        f"has {len(header)} columns and no titles to tell them apart",
        sheet=name,
        row=1,
        expected="two columns, date and amount; or titles such as date,amount (日期,金额)",
    )


def _refuse(name: str, problems: list[Problem]) -> ImportFailed:
    first = problems[0]
    where = f"{name}, row {first.row}" + (f", column {first.column}" if first.column else "")
    return ImportFailed(
        f"{where}: {first.message}; wanted: {first.expected}",
        code=first.code,
        problems=problems[:_MOST_SHOWN],
    )
