"""
The field grammar (security reference 9): raw columns in, ledger values and problems out.

A whole column is read at once: numbers as arrays, texts once for each distinct one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from tuijin.errors import Problem
from tuijin.importers import codes, dates, decimals, texts
from tuijin.importers.cells import Cells, Kind
from tuijin.importers.decimals import parse_decimal
from tuijin.importers.faults import Fault
from tuijin.importers.nouns import Column
from tuijin.units import UNITS

__all__ = ["Fault", "Position", "parse_decimal", "parse_value", "read_cells"]

_TEXT_KINDS = ("text", "long_text", "ref")
_BLANK_MARKS = ("-", "—", "——", "－", "/", "／")  # a dash or stroke says: nothing here
_MAX_DECIMAL = Decimal(10) ** 12
_MAX_WHOLE = Decimal(10) ** 15
_YEARS = ("year", "price_year")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a raw column stands, for problems: sheet, column letter, row of each cell."""

    sheet: str
    letter: str
    rows: np.ndarray


@dataclass(slots=True)
class _Reading:
    column: Column
    cells: Cells
    at: Position
    values: np.ndarray
    problems: list[Problem]
    notes: list[Problem]

    def refuse(self, where: np.ndarray, code: str, expected: str) -> None:
        """Refuse cells by index."""
        for index in where.tolist():
            shown = texts.printable(self.cells.text_at(index))
            message = f"“{shown[:60]}”不符合要求" if shown else "没有可用的值"
            self.problems.append(self._problem(code, message, index, expected))
        self.values[where] = None

    def note(self, where: np.ndarray, code: str, message: str) -> None:
        self.notes.extend(self._problem(code, message, index, "") for index in where.tolist())

    def _problem(self, code: str, message: str, index: int, expected: str) -> Problem:
        return Problem(
            code, message, self.at.sheet, int(self.at.rows[index]), self.at.letter,
            self.column.name, expected,
        )  # fmt: skip


def read_cells(
    column: Column, cells: Cells, at: Position, *, unit: str | None = None, epoch_1904: bool = False
) -> tuple[np.ndarray, list[Problem], list[Problem]]:
    """
    Read one column.

    Parameters
    ----------
    unit
        Code of the unit the header gives; None if it gives none.

    Returns
    -------
    values, problems, notes
        Object array of shape (n_cells,), None where empty or refused.
    """
    values = np.full(len(cells), None, dtype=object)
    reading = _Reading(column, cells, at, values, [], [])
    _read_texts(reading, unit)
    numeric = np.flatnonzero(cells.kinds == Kind.NUMBER)
    if numeric.size:
        _read_numbers(reading, numeric, unit, epoch_1904=epoch_1904)
    booleans = np.flatnonzero(cells.kinds == Kind.BOOLEAN)
    if booleans.size:
        if column.kind == "boolean":
            values[booleans] = (cells.numbers[booleans] != 0).tolist()
        else:
            reading.refuse(booleans, "type", "不是 TRUE/FALSE")
    if cells.kinds.max(initial=0) >= Kind.ERROR:
        errors = np.flatnonzero(cells.kinds == Kind.ERROR)
        reading.refuse(errors, "cell_error", "不是公式错误值")
        empty = np.flatnonzero(cells.kinds == Kind.FORMULA_WITHOUT_VALUE)
        reading.refuse(
            empty, "formula_without_value", "公式须带有已计算的值：在表格软件中打开并保存"
        )
    return values, reading.problems, reading.notes


def parse_value(column: Column, text: str, *, unit: str | None = None) -> Any:
    """
    Read one text as a column would: for forms and the API.

    Raises
    ------
    Fault
    """
    cleaned = texts.clean_text(
        text, max_length=_longest(column), is_long=column.kind == "long_text"
    )
    if cleaned is None or column.kind in _TEXT_KINDS:
        return cleaned
    return _build_reader(column, unit)(cleaned)


def _longest(column: Column) -> int:
    is_text = column.kind in (*_TEXT_KINDS, "url", "json")
    return column.max_length if is_text else 200


def _read_texts(reading: _Reading, unit: str | None) -> None:
    """Read each distinct text once, then spread the values."""
    cells, column = reading.cells, reading.column
    is_text = cells.kinds == Kind.TEXT
    if not is_text.any():
        return
    used = np.zeros(len(cells.texts), dtype=bool)
    used[cells.codes[is_text]] = True
    distinct = np.flatnonzero(used)
    cleaned, faults = texts.clean_texts(
        cells.texts[distinct].tolist(), max_length=_longest(column),
        is_long=column.kind == "long_text",
    )  # fmt: skip
    if column.kind not in _TEXT_KINDS:
        _parse_each(cleaned, faults, _build_reader(column, unit))
    elif column.kind == "long_text":
        cleaned = [None if text in _BLANK_MARKS else text for text in cleaned]
    by_code = np.full(len(cells.texts), None, dtype=object)
    by_code[distinct] = cleaned if column.kind != "json" else _objects(cleaned)
    reading.values[is_text] = by_code[cells.codes[is_text]]
    if faults:
        _refuse_texts(reading, is_text, {int(distinct[n]): fault for n, fault in faults.items()})
    if column.kind not in (*_TEXT_KINDS, "choice", "json", "url"):
        _note_changes(reading, is_text, distinct)


def _refuse_texts(reading: _Reading, is_text: np.ndarray, faults: dict[int, Fault]) -> None:
    cells = reading.cells
    where = np.flatnonzero(is_text & np.isin(cells.codes, list(faults)))
    for index in where.tolist():
        fault = faults[int(cells.codes[index])]
        reading.refuse(np.array([index]), fault.code, fault.expected)


def _objects(values: list[Any]) -> np.ndarray:
    out = np.empty(len(values), dtype=object)
    for number, value in enumerate(values):
        out[number] = value
    return out


def _parse_each(cleaned: list[Any], faults: dict[int, Fault], read: Callable[[str], Any]) -> None:
    for number, text in enumerate(cleaned):
        if text is None:
            continue
        if text in _BLANK_MARKS:
            cleaned[number] = None
            continue
        try:
            cleaned[number] = read(text)
        except Fault as fault:
            cleaned[number] = None
            faults[number] = fault


def _note_changes(reading: _Reading, is_text: np.ndarray, distinct: np.ndarray) -> None:
    cells = reading.cells
    joined = "\n".join(cells.texts[distinct].tolist())
    if joined.isascii() and reading.column.kind != "date":
        return
    for code in distinct.tolist():
        text = cells.texts[code]
        widths = unicodedata.normalize("NFKC", text) != unicodedata.normalize("NFC", text)
        is_month = reading.column.kind == "date" and dates.is_month_only(text)
        if widths or is_month:
            where = np.flatnonzero(is_text & (cells.codes == code))
            good = where[reading.values[where] != None]  # noqa: E711  # element by element
            if widths:
                reading.note(good, "full_width", "全角字符已按半角读取")
            if is_month:
                reading.note(good, "month_only", "只有年月，按当月最后一天入账")


_SIMPLE_READERS: dict[str, Callable[[str], Any]] = {
    "date": dates.parse_date,
    "month": dates.parse_month,
    "period": dates.parse_period,
    "project_code": codes.parse_project_code,
    "uscc": codes.parse_uscc,
    "url": texts.parse_url,
    "boolean": texts.parse_boolean,
    "json": texts.parse_json,
}


def _build_reader(column: Column, unit: str | None) -> Callable[[str], Any]:
    match column.kind:
        case "money":
            measure = decimals.build_measure_reader("yuan", unit=unit)
            return lambda text: decimals.check_money(measure(text), signed=column.signed)
        case "decimal":
            return _build_decimal_reader(column, unit)
        case "integer":
            return lambda text: _whole(column, text)
        case "choice":
            return texts.build_choice_reader(column.choices)
        case "longitude" | "latitude":
            return lambda text: _degrees(column, float(parse_decimal(text)))
    return _SIMPLE_READERS[column.kind]


def _build_decimal_reader(column: Column, unit: str | None) -> Callable[[str], Decimal]:
    measure = decimals.build_measure_reader(column.unit, unit=unit)

    def read(text: str) -> Decimal:
        value = measure(text)
        decimals.check_range(value, signed=column.signed, limit=_MAX_DECIMAL * 10_000)
        return value

    return read


def _whole(column: Column, text: str) -> int:
    value = parse_decimal(text.removesuffix("人").removesuffix("年").removesuffix("个"))
    if value != int(value):
        raise Fault("integer", "整数")
    _check_whole(column, value)
    return int(value)


def _check_whole(column: Column, value: Decimal) -> None:
    if column.name in _YEARS and not 1949 <= value <= 2100:
        raise Fault("out_of_range", "1949 至 2100 的年份")
    decimals.check_range(value, signed=column.signed, limit=_MAX_WHOLE)


def _degrees(column: Column, value: float) -> float:
    most = 180 if column.kind == "longitude" else 90
    if abs(value) > most:
        raise Fault("out_of_range", f"-{most} 至 {most} 的十进制度数")
    return round(value, 7)


def _read_numbers(
    reading: _Reading, where: np.ndarray, unit: str | None, *, epoch_1904: bool
) -> None:
    column, numbers = reading.column, reading.cells.numbers[where]
    match column.kind:
        case "money" | "decimal":
            _read_measures(reading, where, numbers, unit)
        case "integer":
            _read_wholes(reading, where, numbers)
        case "date" | "month" | "period":
            _read_days(reading, where, numbers, epoch_1904=epoch_1904)
        case "longitude" | "latitude":
            most = 180 if column.kind == "longitude" else 90
            good = np.abs(numbers) <= most
            reading.values[where[good]] = np.round(numbers[good], 7).tolist()
            reading.refuse(where[~good], "out_of_range", f"-{most} 至 {most} 的十进制度数")
        case "boolean":
            good = (numbers == 0) | (numbers == 1)
            reading.values[where[good]] = (numbers[good] == 1).tolist()
            reading.refuse(where[~good], "boolean", "是 或 否")
        case "text" | "long_text" | "ref":
            _read_as_text(reading, where, numbers, epoch_1904=epoch_1904)
        case _:
            reading.refuse(where, column.kind, "文字")


def _read_measures(
    reading: _Reading, where: np.ndarray, numbers: np.ndarray, unit: str | None
) -> None:
    column = reading.column
    base = "yuan" if column.kind == "money" else column.unit
    if base and unit is None:
        reading.refuse(where, "unit_missing", decimals.UNIT_EXPECTED)
        return
    factor = UNITS[unit].factor if unit else Decimal(1)
    places = 2 if column.kind == "money" else 8
    wholes, exact = decimals.scale_numbers(numbers, places=places, factor=factor)
    _, is_decimal = decimals.scale_numbers(numbers, places=6)
    limit = decimals.MAX_MONEY_YUAN if column.kind == "money" else _MAX_DECIMAL * 10_000
    in_range = (np.abs(wholes) <= float(limit) * 10**places) & (column.signed | (wholes >= 0))
    good = exact & is_decimal & in_range
    reading.values[where[good]] = decimals.build_decimals(wholes[good], places=places)
    if not good.all():
        reading.refuse(where[~is_decimal], "decimal", decimals.DECIMAL_EXPECTED)
        reading.refuse(where[is_decimal & ~exact], "money_precision", "金额精确到分")
        out = is_decimal & exact & ~in_range
        reading.refuse(
            where[out], "out_of_range", decimals.say_range(limit, signed=column.signed, unit=unit)
        )


def _read_wholes(reading: _Reading, where: np.ndarray, numbers: np.ndarray) -> None:
    is_whole = (numbers == np.rint(numbers)) & (np.abs(numbers) < 1e15)
    low, high = (1949.0, 2100.0) if reading.column.name in _YEARS else (0.0, 1e15)
    low = -1e15 if reading.column.signed else low
    in_range = (numbers >= low) & (numbers <= high)
    good = is_whole & in_range
    reading.values[where[good]] = numbers[good].astype(np.int64).tolist()
    reading.refuse(where[~is_whole], "integer", "整数")
    said = f"{low:.0f} 至 {high:.0f}" if high < 1e4 else f"{low:,.0f} 至 {high:,.0f}"
    reading.refuse(where[is_whole & ~in_range], "out_of_range", said)


def _read_days(
    reading: _Reading, where: np.ndarray, numbers: np.ndarray, *, epoch_1904: bool
) -> None:
    """Read serials; a month must be its first day, as a spreadsheet makes of 2025-09."""
    dated = reading.cells.dated[where]
    ordinals, faults = dates.read_serials(numbers, dated=dated, epoch_1904=epoch_1904)
    kind = reading.column.kind
    expected = {"date": dates.DATE_EXPECTED, "month": dates.MONTH_EXPECTED}.get(
        kind, dates.PERIOD_EXPECTED
    )
    distinct, spread = np.unique(ordinals, return_inverse=True)
    days = [date.fromordinal(n) for n in distinct.tolist()]
    if kind == "date":
        values = _objects(days)[spread]
    else:
        shown = [d if kind == "month" else f"{d:%Y-%m}" for d in days]
        values = _objects(shown)[spread]
        first = np.array([d.day == 1 for d in days])[spread]
        faults[(~first | ~dated) & (faults == None)] = kind  # noqa: E711  # element by element
    reading.values[where] = values
    for code in {fault for fault in faults.tolist() if fault}:
        reading.refuse(where[faults == code], code, expected)


def _read_as_text(
    reading: _Reading, where: np.ndarray, numbers: np.ndarray, *, epoch_1904: bool
) -> None:
    """A number in a text column is the digits a person sees; a date is written out."""
    dated = reading.cells.dated[where]
    shown = [f"{n:.15g}" for n in numbers.tolist()]
    if dated.any():
        ordinals, faults = dates.read_serials(numbers, dated=dated, epoch_1904=epoch_1904)
        for index in np.flatnonzero(dated).tolist():
            shown[index] = date.fromordinal(int(ordinals[index])).isoformat()
        bad = faults != None  # noqa: E711  # element by element
        reading.refuse(where[dated & bad], "date", dates.DATE_EXPECTED)
        where, shown = where[~(dated & bad)], _objects(shown)[~(dated & bad)].tolist()
    reading.values[where] = shown
    too_long = np.array([len(text) > reading.column.max_length for text in shown], dtype=bool)
    reading.refuse(where[too_long], "too_long", f"最多 {reading.column.max_length} 字")
