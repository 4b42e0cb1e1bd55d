"""The rows of a price table as series and prices; each fault with its row and column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from tuijin.errors import Problem
from tuijin.importers import Table
from tuijin.importers.cells import Cells, Grid, Kind, column_letter
from tuijin.importers.decimals import find_unit, parse_decimal
from tuijin.importers.faults import Fault
from tuijin.importers.fields import Position, read_cells
from tuijin.importers.nouns import CHOICES, NOUNS
from tuijin.importers.price_sheet.headings import Found, fold, read_tax_basis
from tuijin.importers.texts import clean_text

_SERIES = ("key", "name", "name_en", "unit", "tax_basis", "frequency")
_RANGE = re.compile(r"([\d.,]+)\s*[-~—–至]\s*([\d.,]+)")
_EXPECTED = {
    "name": "在表头上方写明商品名称，或增加“商品”列",
    "unit": "在表头写明单位，如 价格（元/吨），或增加“单位”列",
    "tax_basis": "写明口径：含税、不含税或未说明",
    "quoted_in": "在表头上方写明来源，如 来源：上海有色网，或增加“来源”列",
}


@dataclass(slots=True)
class _Sheet:
    grid: Grid
    found: Found
    keep: np.ndarray  # indices into grid.rows
    rows: np.ndarray
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def letter(self, column: str) -> str:
        number = self.found.numbers.get(column)
        return column_letter(number) if number else ""

    def problem(self, code: str, said: str, row: int, column: str, expected: str) -> None:
        self.problems.append(
            Problem(code, said, self.grid.name, row, self.letter(column), column, expected)
        )


def read_sheet(grid: Grid, found: Found) -> tuple[list[Table], list[Problem], list[Problem]]:
    """Return the tables of a sheet, what is wrong with it, and what is noted of it."""
    keep = np.array([i for i in range(found.first, grid.rows.size) if _is_row(grid, found, i)],
                    dtype=np.int64)  # fmt: skip
    sheet = _Sheet(grid, found, keep, grid.rows[keep])
    if not keep.size:
        sheet.problem("empty_file", "只有表头，没有价格", found.row, "on", "每行一个日期和价格")
        return [], sheet.problems, sheet.notes
    columns = _read_columns(sheet)
    texts = {name: _read_texts(sheet, name) for name in (*_SERIES, "quoted_in", "note")}
    _check_said(sheet, texts)
    _check_numbers(sheet, columns)
    series, of_row = _group(sheet, texts)
    sheet.problems.sort(key=lambda p: (p.row, len(p.column), p.column))
    bad = {problem.row for problem in sheet.problems}
    good = np.array([i for i, row in enumerate(sheet.rows.tolist()) if row not in bad], dtype=int)
    if not good.size or found.row in bad:
        return [], sheet.problems, sheet.notes
    return _build(sheet, columns, texts, series, of_row, good), sheet.problems, sheet.notes


def _is_row(grid: Grid, found: Found, index: int) -> bool:
    """A row says a date or a price; a line of remarks below the table says neither."""
    return any(
        grid.columns[found.numbers[name]].kinds[index] != Kind.EMPTY for name in ("on", "value")
    )


def _read_columns(sheet: _Sheet) -> dict[str, np.ndarray]:
    """Date, value, low and high by the field grammar; a range in the price's cell is three."""
    ranges: dict[int, tuple[Decimal, Decimal]] = {}
    found = {}
    for name in ("on", "value", "low", "high"):
        number = sheet.found.numbers.get(name)
        if number is None:
            found[name] = np.full(sheet.keep.size, None, dtype=object)
            continue
        cells = sheet.grid.columns[number].take(sheet.keep)
        if name == "value":
            ranges = _find_ranges(cells)
            cells = _without(cells, ranges)
        at = Position(sheet.grid.name, column_letter(number), sheet.rows)
        column = NOUNS["price"].column(name)
        values, problems, notes = read_cells(column, cells, at, epoch_1904=sheet.grid.epoch_1904)
        found[name] = values
        sheet.problems += problems
        sheet.notes += notes
    for index, (low, high) in ranges.items():
        found["low"][index], found["value"][index], found["high"][index] = (
            low,
            (low + high) / 2,
            high,
        )
        sheet.notes.append(
            Problem("price_range", "报价为区间，数值取中值", sheet.grid.name,
                    int(sheet.rows[index]), sheet.letter("value"), "value")
        )  # fmt: skip
    return found


def _find_ranges(cells: Cells) -> dict[int, tuple[Decimal, Decimal]]:
    found = {}
    for index in np.flatnonzero(cells.kinds == Kind.TEXT).tolist():
        match = _RANGE.fullmatch(unicodedata.normalize("NFKC", cells.text_at(index)).strip())
        if match is None:
            continue
        try:
            found[index] = parse_decimal(match[1]), parse_decimal(match[2])
        except Fault:
            continue
    return found


def _without(cells: Cells, ranges: Mapping[int, Any]) -> Cells:
    kinds = cells.kinds.copy()
    kinds[list(ranges)] = Kind.EMPTY
    return Cells(kinds, cells.numbers, cells.codes, cells.texts, cells.dated)


def _read_texts(sheet: _Sheet, name: str) -> list[str | None]:
    """A column of the table, where it is blank what the sheet says of every row."""
    noun = "price" if name in ("quoted_in", "note") else "price_series"
    column = NOUNS[noun].column(name)
    above = sheet.found.said.get(name, "")
    number = sheet.found.numbers.get(name)
    cells = sheet.grid.columns[number].take(sheet.keep) if number else None
    written = [cells.text_at(i) if cells else "" for i in range(sheet.keep.size)]
    found = []
    for row, own in zip(sheet.rows.tolist(), written, strict=True):
        text = own.strip() or above
        try:
            cleaned = clean_text(text, max_length=column.max_length,
                                 is_long=column.kind == "long_text")  # fmt: skip
            found.append(_READERS[name](cleaned) if cleaned and name in _READERS else cleaned)
        except Fault as fault:
            sheet.problem(fault.code, f"“{text[:60]}”不符合要求", row if own.strip() else
                          sheet.found.row, name, fault.expected)  # fmt: skip
            found.append(None)
    return found


def _read_unit(text: str) -> str:
    code = find_unit(text)
    if code is None:
        raise Fault("unit", _EXPECTED["unit"])
    return code


def _read_basis(text: str) -> str:
    code = read_tax_basis(text)
    if not code:
        raise Fault("tax_basis", _EXPECTED["tax_basis"])
    return code


def _read_frequency(text: str) -> str:
    words = {fold(zh): code for code, (zh, _) in CHOICES["price_frequency"].items()}
    words |= {fold(en): code for code, (_, en) in CHOICES["price_frequency"].items()}
    code = words.get(fold(text).removeprefix("每").removesuffix("度"))
    if code is None:
        raise Fault("choice", "日、周、月或不定期")
    return code


_READERS: Mapping[str, Callable[[str], str]] = {
    "unit": _read_unit, "tax_basis": _read_basis, "frequency": _read_frequency,
}  # fmt: skip


def _check_said(sheet: _Sheet, texts: Mapping[str, list[str | None]]) -> None:
    """What every row needs: said once above, or in a column of its own."""
    told = {(p.row, p.field) for p in sheet.problems}
    for name, expected in _EXPECTED.items():
        code = name if name in ("unit", "tax_basis") else "required"
        if name not in sheet.found.numbers and name not in sheet.found.said:
            sheet.problem(code, "没有写明", sheet.found.row, name, expected)
            continue
        for row, text in zip(sheet.rows.tolist(), texts[name], strict=True):
            if text is None and not {(row, name), (sheet.found.row, name)} & told:
                sheet.problem(code, "没有写明", row, name, expected)


def _check_numbers(sheet: _Sheet, columns: Mapping[str, np.ndarray]) -> None:
    told = {(p.row, p.field) for p in sheet.problems}
    names = zip(*(columns[n] for n in ("on", "value", "low", "high")), strict=True)
    for row, (on, value, low, high) in zip(sheet.rows.tolist(), names, strict=True):
        for name, given in (("on", on), ("value", value)):
            if given is None and (row, name) not in told:
                title = NOUNS["price"].column(name).zh
                sheet.problem("required", f"{title}是必填项", row, name, title)
        numbers = [n for n in (low, value, high) if n is not None]
        if any(n <= 0 for n in numbers):
            sheet.problem("not_positive", "价格应大于零", row, "value", "大于零的数")
        elif numbers != sorted(numbers):
            sheet.problem("order", "应有：下限 ≤ 数值 ≤ 上限", row, "value", "下限 ≤ 数值 ≤ 上限")


def _group(
    sheet: _Sheet, texts: Mapping[str, list[str | None]]
) -> tuple[dict[str, int], list[str | None]]:
    """Series by key or else name, each with its first row; a row that says otherwise is wrong."""
    first: dict[str, int] = {}
    of_row: list[str | None] = []
    for index in range(sheet.keep.size):
        name = texts["key"][index] or texts["name"][index]
        of_row.append(name)
        if name is None:
            continue
        at = first.setdefault(name, index)
        for column in ("name", "unit", "tax_basis"):
            was, now = texts[column][at], texts[column][index]
            if was != now and was is not None and now is not None:
                said = f"与第 {sheet.rows[at]} 行不一致：{was} ≠ {now}"
                sheet.problem("disagrees", said, int(sheet.rows[index]), column, "同一序列口径一致")
    return first, of_row


def _build(
    sheet: _Sheet, columns: Mapping[str, np.ndarray], texts: Mapping[str, list[str | None]],
    series: Mapping[str, int], of_row: list[str | None], good: np.ndarray,
) -> list[Table]:  # fmt: skip
    wanted = {of_row[i] for i in good.tolist()}
    heads = [index for name, index in series.items() if name in wanted]
    described = {name: _pick(texts[name], heads) for name in _SERIES}
    described = {name: v for name, v in described.items() if any(x is not None for x in v)}
    prices = {name: columns[name][good] for name in ("on", "value", "low", "high")}
    prices["series"] = _pick(of_row, good.tolist())
    prices["quoted_in"] = _pick(texts["quoted_in"], good.tolist())
    prices["note"] = _pick(texts["note"], good.tolist())
    order = [c.name for c in NOUNS["price"].columns if c.name in prices]
    kept = {n: prices[n] for n in order if any(v is not None for v in prices[n].tolist())}
    name = sheet.grid.name
    return [
        Table("price_series", described, sheet.rows[heads], name),
        Table("price", kept, sheet.rows[good], name),
    ]


def _pick(values: list[Any], at: list[int]) -> np.ndarray:
    found = np.empty(len(at), dtype=object)
    found[:] = [values[i] for i in at]
    return found
