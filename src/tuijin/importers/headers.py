"""
Which row is the header, and which title is which column.

Clerks' sheets have a caption above, a header of two rows with merged cells, units in brackets, and
years in titles. A title matches a column by its Chinese or English name, its alias or its code;
what does not match is handed back for a person to map, and is never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tuijin.errors import ImportFailed, Problem
from tuijin.importers import ColumnMapping, Header
from tuijin.importers.cells import Grid, column_letter
from tuijin.importers.decimals import find_unit
from tuijin.importers.nouns import NOUNS, Column
from tuijin.units import UNITS

SEARCHED_ROWS = 30
# Beside the project itself, what one line of a clerk's sheet may carry, in order of preference.
BESIDE_PROJECT = ("plan", "report", "operating", "organisation")
_IGNORED = frozenset(("序号", "编号顺序", "no", "no.", "#"))
_BRACKET = re.compile(r"^(.*?)\s*[(（\[【]([^()（）\[\]【】]{1,20})[)）\]】]\s*$")
_TAIL_UNIT = re.compile(r"^(.*?)[:：,，/](\S{1,12})$")
_CAPTION_UNIT = re.compile(r"(?:金额|计量|货币)?单位\s*[:：]\s*([^\s，,；;）)]{1,6})")
_YEAR = re.compile(r"(20\d\d)\s*年度?")
_MONTH_END = re.compile(r"(?:1\s*[-—－~至]\s*)?(\d{1,2})\s*月(?:份|底|末)?")
_DONE = re.compile(r"(?:累计)?(?:完成|实际完成)(?:固定资产)?投资(?:额)?$|累计完成投资(?:额)?$")
_PLANNED = re.compile(r"(?:年度)?(?:计划(?:完成)?投资|投资计划)(?:额)?$")


class HeaderUnmatched(ImportFailed):
    """No header, or one that lacks what is required; `headers` are what was found."""

    code, title = "header", "表头不符合要求"

    def __init__(
        self, detail: str, *, headers: Sequence[Header], problems: Sequence[Problem]
    ) -> None:
        super().__init__(detail, problems=problems)
        self.headers = tuple(headers)


@dataclass(frozen=True, slots=True)
class Found:
    """A header with where its columns stand and where the entries begin."""

    header: Header
    numbers: tuple[int, ...]  # column numbers of the titles
    first: int  # index into grid.rows of the first row below
    is_answered: bool = False  # a person has said what the titles mean


@dataclass(frozen=True, slots=True)
class _Context:
    """What the lines above the header say."""

    unit: str | None
    year: str
    month: str


def _fold(title: str) -> str:
    folded = unicodedata.normalize("NFKC", title).casefold()
    return re.sub(r"[\s*:：]+|[(（]必填[)）]", "", folded)


def _build_index() -> dict[str, dict[str, str]]:
    """Noun to folded title to column name."""
    index: dict[str, dict[str, str]] = {}
    for noun in NOUNS.values():
        titles = index.setdefault(noun.name, {})
        for column in noun.columns:
            for title in (column.zh, column.en, column.name, *column.aliases):
                titles.setdefault(_fold(title), column.name)
    return index


_INDEX = _build_index()
_NOUN_BY_SHEET = {
    _fold(title): noun.name
    for noun in NOUNS.values()
    for title in (noun.zh, noun.en, noun.name, f"{noun.name}s")
}


def find_header(grid: Grid, *, mappings: Mapping[str, ColumnMapping] | None = None) -> Found | None:
    """
    Find the header row of a sheet, or None where no row looks like one.

    A remembered mapping decides for a header with the same titles.
    """
    own = _NOUN_BY_SHEET.get(_fold(grid.name), "")
    best: Found | None = None
    score = 0
    found_at = 0
    for index in range(min(SEARCHED_ROWS, grid.rows.size)):
        if score >= 3 and index > found_at + 2:
            break  # what follows a header is entries
        for depth in (1, 2):
            found = _read_header(grid, index, depth, own)
            if found is None:
                continue
            answer = (mappings or {}).get(found.header.signature)
            if answer is not None:
                return _apply(found, answer)
            matched = sum(name is not None for name in found.header.columns)
            if matched > score:
                best, score, found_at = found, matched, index
    return best if score >= 2 else None


def guess_header(grid: Grid) -> Found | None:
    """Find the row with the most texts: for a person to say what its titles mean."""
    candidates = [
        found
        for index in range(min(SEARCHED_ROWS, grid.rows.size))
        if (found := _read_header(grid, index, 1, "")) is not None
    ]
    return max(candidates, key=lambda found: len(found.numbers), default=None)


def _apply(found: Found, answer: ColumnMapping) -> Found:
    count = len(found.numbers)
    columns = (*answer.columns, *[None] * count)[:count]
    given = (*answer.units, *[None] * count)[:count]
    units = tuple(new or old for new, old in zip(given, found.header.units, strict=True))
    return replace(
        found, header=replace(found.header, columns=columns, units=units), is_answered=True
    )


def _read_header(grid: Grid, index: int, depth: int, own: str) -> Found | None:
    """Read the header whose first row is `index`, `depth` rows deep."""
    if index + depth > grid.rows.size:
        return None
    rows = [int(n) for n in grid.rows[index : index + depth]]
    if depth == 2 and not _spans(grid, rows):
        return None
    levels = [_level(grid, row, spread=depth == 2) for row in rows]
    numbers = sorted({number for level in levels for number in level})
    if len(numbers) < 2:
        return None
    context = _read_context(grid, index)
    pairs = [tuple(level.get(number, "") for level in levels) for number in numbers]
    titles = ["/".join(dict.fromkeys(t for t in pair if t)) for pair in pairs]
    matches = _match_all(pairs, own, context)
    below = index + depth
    samples = [grid.columns[n].text_at(below) if below < grid.rows.size else "" for n in numbers]
    header = Header(
        grid.name, rows[-1], tuple(titles), tuple(name for name, _ in matches),
        tuple(unit for _, unit in matches), tuple(column_letter(n) for n in numbers),
        tuple(samples), own,
    )  # fmt: skip
    return Found(header, tuple(numbers), below)


def _spans(grid: Grid, rows: list[int]) -> bool:
    """Whether merges bind the two rows together: across the top one, or down through both."""
    return (
        any(
            top == rows[0] and (bottom >= rows[1] or (right > left and bottom == top))
            for top, left, bottom, right in grid.merges
        )
        and rows[1] == rows[0] + 1
    )


def _level(grid: Grid, row: int, *, spread: bool) -> dict[int, str]:
    """Titles of one header row by column; a merged title counts for all its columns."""
    titles = {
        number: text
        for number in grid.columns
        if (text := " ".join(grid.text(row, number).split()))
    }
    if spread:
        for top, left, bottom, right in grid.merges:
            if top <= row <= bottom and (text := grid.text(top, left).strip()):
                titles.update(dict.fromkeys(range(left, right + 1), " ".join(text.split())))
    return {number: text for number, text in titles.items() if number in grid.columns}


def _read_context(grid: Grid, index: int) -> _Context:
    above = " ".join(
        text
        for row in grid.rows[:index].tolist()
        for number in grid.columns
        if (text := grid.text(row, number))
    )
    units = [unit for label in _CAPTION_UNIT.findall(above) if (unit := find_unit(label))]
    year = _YEAR.search(unicodedata.normalize("NFKC", above))
    month = _MONTH_END.search(above[year.end() :]) if year else None
    return _Context(units[0] if units else None, year[1] if year else "", month[1] if month else "")


def _match_all(
    pairs: Sequence[tuple[str, ...]], own: str, context: _Context
) -> list[tuple[str | None, str | None]]:
    """Match titles to columns; a column taken by one title is not taken again."""
    nouns: tuple[str, ...] = (
        (own,) if own else _choose_nouns([pair[-1] or pair[0] for pair in pairs])
    )
    if own == "project":
        nouns = ("project", *BESIDE_PROJECT)
    taken: set[str] = set()
    matches: list[tuple[str | None, str | None]] = []
    for pair in pairs:
        name, unit = _match(pair, nouns, context, taken)
        if name:
            taken.add(name)
            noun, _, column = name.partition("@")[0].partition(".")
            unit = unit or _default_unit(NOUNS[noun].column(column), pair, context)
        matches.append((name, unit))
    return [(_settle_period(name, matches), unit) for name, unit in matches]


def _settle_period(
    name: str | None, matches: Sequence[tuple[str | None, str | None]]
) -> str | None:
    """A year or period column says when; else what another title of the same noun says holds."""
    full, _, when = (name or "").partition("@")
    noun, _, column = full.partition(".")
    own = {"plan": "year", "report": "period"}.get(noun)
    if name is None or own is None or column == own:
        return name
    said = {n for n, _ in matches if n and n.startswith(f"{noun}.")}
    if f"{noun}.{own}" in said:
        return full
    others = {n.partition("@")[2] for n in said} - {""}
    return f"{full}@{others.pop()}" if not when and len(others) == 1 else name


def _choose_nouns(titles: Sequence[str]) -> tuple[str, ...]:
    """A sheet with a project's name is of projects; else the noun that most titles fit."""
    folded = {_fold(_split_unit(title)[0]) for title in titles}
    if folded & {t for t, c in _INDEX["project"].items() if c in ("name", "code")}:
        return ("project", *BESIDE_PROJECT)
    best = max(_INDEX, key=lambda noun: len(folded & _INDEX[noun].keys()))
    return (best,)


def _match(
    pair: tuple[str, ...], nouns: Sequence[str], context: _Context, taken: set[str]
) -> tuple[str | None, str | None]:
    whole, unit = _split_unit(pair[-1] or pair[0])
    above, above_unit = _split_unit(pair[0])
    if _fold(whole) in _IGNORED:
        return None, None
    for title in dict.fromkeys((whole, above + whole, whole if len(pair) == 1 else "")):
        for noun in nouns:
            name = _INDEX[noun].get(_fold(title))
            if name is None or not _may_stand_beside(noun, name, nouns):
                continue
            full = _with_period(f"{noun}.{name}", above + whole, context)
            if full not in taken:
                return full, unit or above_unit
    for title in dict.fromkeys((whole, above + whole)) if "project" in nouns else ():
        dated = _match_dated(title, context)
        if dated and dated not in taken:
            return dated, unit or above_unit
    return None, unit or above_unit


def _may_stand_beside(noun: str, column: str, nouns: Sequence[str]) -> bool:
    """Beside a project only what is the other noun's own: not its key, name, note or source."""
    if noun == nouns[0]:
        return True
    if noun == "organisation":
        return column == "uscc"
    return column not in ("key", "project", "note", "source")


def _match_dated(title: str, context: _Context) -> str | None:
    """Match `2025年计划投资` and `2025年1-9月完成投资`, whose year stands in the title."""
    folded = _fold(title)
    year = _YEAR.search(folded)
    rest = re.sub(r"20\d\d年度?|截[至止]|(?:1[-—~至])?\d{1,2}月(?:份|底|末)?", "", folded)
    if year and _PLANNED.fullmatch(rest):
        return f"plan.planned_yuan@{year[1]}"
    if _DONE.fullmatch(rest) and (year or _MONTH_END.search(folded)):
        return _with_period("report.year_done_yuan", title, context)
    return None


def _with_period(name: str, title: str, context: _Context) -> str:
    """Add the year or month that the title, or else the caption, gives."""
    noun = name.partition(".")[0]
    if noun not in ("plan", "report") or name.endswith((".year", ".period")):
        return name
    folded = unicodedata.normalize("NFKC", title)
    year = found[1] if (found := _YEAR.search(folded)) else context.year
    if not year:
        return name
    if noun == "plan":
        return f"{name}@{year}"
    month = found[1] if (found := _MONTH_END.search(_YEAR.sub("", folded))) else context.month
    return f"{name}@{year}-{int(month):02}" if month and 1 <= int(month) <= 12 else name


def _split_unit(title: str) -> tuple[str, str | None]:
    """Take a unit off a title: `总投资（万元）`, `总投资:万元`."""
    for pattern in (_BRACKET, _TAIL_UNIT):
        found = pattern.match(title)
        if found and (unit := find_unit(found[2])):
            return found[1], unit
    return title, None


def _default_unit(column: Column, pair: tuple[str, ...], context: _Context) -> str | None:
    """Without a unit in the title: the caption's for money, the base unit for a column's code."""
    if pair[-1].strip() == column.name:
        return "yuan" if column.kind == "money" else column.unit or None
    if column.kind == "money" and context.unit and UNITS[context.unit].base == "yuan":
        return context.unit
    return None
