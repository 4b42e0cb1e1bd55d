"""A plain gate log: which vehicle came to which gate, and when it was let go."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuijin.errors import ImportFailed, Problem
from tuijin.importers import ColumnMapping, Parsed
from tuijin.importers.csv_rows import read_csv, read_header
from tuijin.importers.decimals import parse_decimal
from tuijin.importers.faults import Fault
from tuijin.importers.gate_log_csv.instants import parse_instant
from tuijin.importers.logs import build_log
from tuijin.importers.marker import check_marker
from tuijin.importers.texts import clean_text, parse_boolean

_MAX_STAY_SECONDS = 7 * 86_400.0
_NAME_LENGTH = 80
# Column -> titles it may have, folded: lower case, without blanks, `_` and what stands in brackets.
TITLES: dict[str, tuple[str, ...]] = {
    "project": ("项目", "项目名称", "项目编号", "项目代码", "project"),
    "vehicle": ("车号", "车牌", "车牌号", "车牌号码", "车辆", "车辆编号", "agv编号",
                "vehicle", "vehicleid", "plate", "platenumber"),
    "gate": ("卡口", "闸口", "通道", "卡口编号", "闸口编号", "车道", "gate", "gateid", "lane"),
    "arrived_seconds": ("到达时间", "到达", "进入时间", "入闸时间", "到卡时间", "抵卡时间",
                        "arrived", "arrivedat", "arrival", "arrivaltime", "entered"),
    "released_seconds": ("放行时间", "放行", "抬杆时间", "离开时间", "出闸时间",
                         "released", "releasedat", "release", "releasetime", "left"),
    "is_inspected": ("查验", "是否查验", "布控查验", "开箱查验", "inspected", "isinspected"),
    "load_kg": ("载重", "货重", "净重", "货物重量", "重量", "load", "netweight", "cargo"),
}  # fmt: skip
_NEEDED = {"vehicle": "车号", "arrived_seconds": "到达时间", "released_seconds": "放行时间"}
_KILOGRAMS = {"吨": 1000.0, "t": 1000.0, "千克": 1.0, "公斤": 1.0, "kg": 1.0}
_BRACKET = re.compile(r"[(\[【](.*?)[)\]】]")


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where each column stands, under which title, and what a load's number is to be times."""

    at: Mapping[str, int]
    titles: tuple[str, ...]
    load_factor: float


class GateLogCsv:
    id = "gate_log_csv"
    title_zh = "卡口通行记录（CSV）"
    title_en = "Gate log (CSV)"
    suffixes = (".csv",)

    def recognises(self, data: bytes, *, name: str) -> bool:
        return _NEEDED.keys() <= _find_columns(read_header(data)).keys()

    def parse(
        self, data: bytes, *, name: str, mappings: Mapping[str, ColumnMapping] | None = None
    ) -> Parsed:
        sheet = read_csv(data)
        for text in (name, *sheet.header, *(t for row in sheet.rows[:50] for t in row)):
            check_marker(text)
        columns = _match(sheet.header)
        if not sheet.rows:
            raise ImportFailed("只有表头，没有通行记录", code="empty_file")
        problems: list[Problem] = []
        read = [
            _read_row(row, number, columns, problems)
            for number, row in zip(sheet.numbers, sheet.rows, strict=True)
        ]
        _check_doubles(read, sheet.numbers, problems)
        built = {name: [row.get(name) for row in read] for name in TITLES}
        table = build_log("passage", built, sheet.numbers)
        return Parsed((table,), tuple(problems), encoding=sheet.encoding)


def _fold(title: str) -> str:
    folded = unicodedata.normalize("NFKC", title).casefold()
    return re.sub(r"[\s_*:-]+", "", _BRACKET.sub("", folded))


def _find_columns(header: Sequence[str]) -> dict[str, int]:
    """Column to place; a title that two columns could claim goes to the first."""
    known = {title: column for column, titles in TITLES.items() for title in titles}
    found: dict[str, int] = {}
    for at, title in enumerate(header):
        column = known.get(_fold(title))
        if column is not None:
            found.setdefault(column, at)
    return found


def _match(header: Sequence[str]) -> _Columns:
    at = _find_columns(header)
    missing = [zh for column, zh in _NEEDED.items() if column not in at]
    if missing:
        said = f"缺少列：{'、'.join(missing)}"
        expected = f"第一行为表头，至少有 {'、'.join(_NEEDED.values())}"
        problem = Problem("header", said, row=1, expected=expected)
        raise ImportFailed(said, code="header", problems=[problem])
    return _Columns(at, tuple(header), _load_factor(header, at.get("load_kg")))


def _load_factor(header: Sequence[str], at: int | None) -> float:
    if at is None:
        return 1.0
    title = unicodedata.normalize("NFKC", header[at]).casefold()
    found = _BRACKET.search(title)
    unit = found[1].strip() if found else title.rpartition("_")[2]
    if unit in _KILOGRAMS:
        return _KILOGRAMS[unit]
    said = f"“{header[at]}”没有写明单位"
    problem = Problem(
        "unit", said, row=1, column=header[at][:80], expected="载重（吨）或 载重（千克）"
    )
    raise ImportFailed(said, code="unit", problems=[problem])


def _read_row(
    row: Sequence[str], number: int, columns: _Columns, problems: list[Problem]
) -> dict[str, Any]:
    """Read a row; a bad cell is told and left empty."""
    found: dict[str, Any] = {}
    for name, at in columns.at.items():
        text = row[at].strip()
        if not text:
            if name in _NEEDED:
                problems.append(_problem("required", number, columns.titles[at], "必填", text))
            continue
        try:
            found[name] = _READERS[name](text)
        except Fault as fault:
            title = columns.titles[at]
            problems.append(_problem(fault.code, number, title, fault.expected, text))
    if "load_kg" in found:
        found["load_kg"] *= columns.load_factor
    _check_stay(found, number, columns, problems)
    return found


def _check_stay(
    found: dict[str, Any], number: int, columns: _Columns, problems: list[Problem]
) -> None:
    if "arrived_seconds" not in found or "released_seconds" not in found:
        return
    title = columns.titles[columns.at["released_seconds"]]
    stay_seconds = found["released_seconds"] - found["arrived_seconds"]
    if stay_seconds < 0:
        problems.append(_problem("order", number, title, "不早于到达时间", "早于到达时间"))
    elif stay_seconds > _MAX_STAY_SECONDS:
        problems.append(
            _problem("too_long_stay", number, title, "到达后7天以内", "晚于到达7天以上")
        )


def _problem(code: str, row: int, column: str, expected: str, text: str) -> Problem:
    said = f"{text!r:.80}" if text else "空白"
    return Problem(code, said, row=row, column=column[:80], expected=expected)


def _check_doubles(
    read: Sequence[Mapping[str, Any]], numbers: Sequence[int], problems: list[Problem]
) -> None:
    """A vehicle stands before one gate at a time: the same arrival twice is the same row twice."""
    seen: dict[tuple[Any, ...], int] = {}
    for row, number in zip(read, numbers, strict=True):
        key = tuple(row.get(name) for name in ("vehicle", "gate", "arrived_seconds"))
        if key[0] is None or key[2] is None:
            continue
        first = seen.setdefault(key, number)
        if first != number:
            said = f"与第 {first} 行相同"
            problems.append(Problem("duplicate", said, row=number, expected="每次通行一行"))


def _read_name(text: str) -> str | None:
    return clean_text(text, max_length=_NAME_LENGTH)


def _read_load(text: str) -> float:
    found = parse_decimal(text)
    if found < 0:
        raise Fault("negative", "不小于 0 的数")
    return float(found)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "project": _read_name,
    "vehicle": _read_name,
    "gate": _read_name,
    "arrived_seconds": parse_instant,
    "released_seconds": parse_instant,
    "is_inspected": parse_boolean,
    "load_kg": _read_load,
}

plugin = GateLogCsv()
