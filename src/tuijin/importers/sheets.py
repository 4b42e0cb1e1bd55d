"""
From grids to tables: one line of a clerk's sheet may be a project, its plan and its report.

Subtotals, headings of groups, blank rows and the template's example row are left out and noted. A
row with a problem brings no entry of any noun.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from tuijin.errors import Problem
from tuijin.importers import ColumnMapping, Header, Parsed, Table
from tuijin.importers.cells import Cells, Grid, Kind
from tuijin.importers.fields import Position, read_cells
from tuijin.importers.headers import Found, HeaderUnmatched, find_header, guess_header
from tuijin.importers.nouns import NOUNS, Column
from tuijin.importers.prescan import refuse

MAX_ROWS = 50_000
EXAMPLE_MARK = "示例"
_SUBTOTAL = re.compile(r"^(?:[合小总共]\s*计|总\s*数|[^\d]{0,20}[合小]计)[:：]?$")
_GROUP = re.compile(
    r"^(?:[一二三四五六七八九十]+\s*[、.．]|[（(][一二三四五六七八九十]+[)）]).{0,60}$"
)
_ORDINAL = re.compile(r"^[（(]?[一二三四五六七八九十]+[)）]?[、.．]?$")
# What such a line begins or ends with: asked first, because there are tens of thousands.
_BEGINS, _ENDS = frozenset("总一二三四五六七八九十（(" + EXAMPLE_MARK[0]), frozenset("计:：")
_LOOKS_LIKE_KEY = re.compile(r"[a-z0-9][a-z0-9_.:-]*")
_FILLED_DOWN = (
    "ref",
    "choice",
)  # a merged amount may be the sum of the rows it spans: never spread


@dataclass(slots=True)
class _Sheet:
    """One sheet being read."""

    grid: Grid
    found: Found
    keep: np.ndarray  # indices into grid.rows of the entries
    rows: np.ndarray
    values: dict[str, np.ndarray] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def parse_grids(
    grids: Iterable[Grid],
    *,
    mappings: Mapping[str, ColumnMapping] | None = None,
    notes: Sequence[Problem] = (),
    encoding: str = "",
) -> Parsed:
    """
    Read every sheet that has a header; the others are noted.

    Raises
    ------
    HeaderUnmatched
        If no sheet has a header, or one lacks a required column.
    ImportFailed
        too_many_rows
    """
    tables: list[Table] = []
    problems: list[Problem] = []
    said = list(notes)
    headers: list[Header] = []
    skipped: list[Grid] = []
    for grid in grids:
        found = find_header(grid, mappings=mappings)
        if found is None:
            skipped.append(grid)
            continue
        headers.append(found.header)
        sheet = _read_sheet(grid, found)
        tables.extend(_build_tables(sheet))
        problems.extend(sheet.problems)
        said.extend(sheet.notes)
    if not headers:
        raise _unmatched(skipped)
    said.extend(Problem("sheet_skipped", "没有找到表头，未读取", grid.name) for grid in skipped)
    problems.sort(key=lambda p: (p.sheet, p.row, len(p.column), p.column))
    return Parsed(tuple(tables), tuple(problems), tuple(said), tuple(headers), encoding)


def _unmatched(grids: Sequence[Grid]) -> HeaderUnmatched:
    guesses = [found.header for grid in grids if (found := guess_header(grid)) is not None]
    expected = "、".join(c.zh for c in NOUNS["project"].columns if c.required)
    problems = [
        Problem("header", f"表头为：{'、'.join(h.titles)[:200]}", h.sheet, h.row, expected=expected)
        for h in guesses
    ]
    return HeaderUnmatched(
        f"没有找到表头；至少应有：{expected}", headers=guesses, problems=problems
    )


def _read_sheet(grid: Grid, found: Found) -> _Sheet:
    header = found.header
    _check_header(header, is_answered=found.is_answered)
    keep, notes = _select_rows(grid, found)
    if keep.size > MAX_ROWS:
        raise refuse("too_many_rows", f"{keep.size} 行，上限 {MAX_ROWS}", sheet=grid.name)
    sheet = _Sheet(grid, found, keep, grid.rows[keep], notes=notes)
    for number, name, unit, letter in zip(
        found.numbers, header.columns, header.units, header.letters, strict=True
    ):
        if name is None:
            continue
        column = _column(name)
        cells = grid.columns[number]
        if column.kind in _FILLED_DOWN:
            cells = _fill_down(grid, number, cells)
        at = Position(grid.name, letter, sheet.rows)
        values, problems, said = read_cells(
            column, cells.take(keep), at, unit=unit, epoch_1904=grid.epoch_1904
        )
        sheet.values[name] = values
        sheet.problems.extend(problems)
        sheet.notes.extend(said)
    _note_formulas(sheet)
    return sheet


def _column(name: str) -> Column:
    noun, _, column = name.partition("@")[0].partition(".")
    return NOUNS[noun].column(column)


def _check_header(header: Header, *, is_answered: bool) -> None:
    """Refuse a sheet that lacks a required column of its main noun, or names one twice."""
    names = [name for name in header.columns if name]
    main = _main_noun(header)
    missing = [
        column.zh
        for column in NOUNS[main].columns
        if column.required and f"{main}.{column.name}" not in names
    ]
    problems = [
        Problem("header", "缺少必填列", header.sheet, header.row, field=zh, expected=zh)
        for zh in missing
    ]
    problems += [
        Problem("header", "两列含义相同", header.sheet, header.row, letter, name, "每列只出现一次")
        for letter, name in zip(header.letters, header.columns, strict=True)
        if name and names.count(name) > 1
    ]
    problems += [
        Problem(
            "header", f"“{title}”出现多次", header.sheet, header.row, letter, name, "每列只出现一次"
        )
        for letter, title, name in zip(header.letters, header.titles, header.columns, strict=True)
        if name and header.titles.count(title) > 1 and not is_answered
    ]
    if problems:
        found = "、".join(header.titles)[:300]
        detail = f"工作表“{header.sheet}”第 {header.row} 行表头：{found}"
        if missing:
            detail += f"；缺少：{'、'.join(missing)}"
        raise HeaderUnmatched(detail, headers=[header], problems=problems)


def _main_noun(header: Header) -> str:
    if header.noun:
        return header.noun
    nouns = [name.partition(".")[0] for name in header.columns if name]
    return "project" if "project" in nouns else max(set(nouns), key=nouns.count)


def _select_rows(grid: Grid, found: Found) -> tuple[np.ndarray, list[Problem]]:
    """Leave out subtotals, group headings and examples: rows that are no entry."""
    below = np.arange(found.first, grid.rows.size)
    drop: dict[int, str] = {}
    mapped = [n for n, name in zip(found.numbers, found.header.columns, strict=True) if name]
    for number in found.numbers[:4]:
        cells = grid.columns[number]
        is_text = np.flatnonzero(cells.kinds[below] == Kind.TEXT) + found.first
        codes = cells.codes[is_text]
        used = np.zeros(len(cells.texts), dtype=bool)
        used[codes] = True
        distinct = np.flatnonzero(used)
        for code, text in zip(
            distinct.tolist(), map(str.strip, cells.texts[distinct]), strict=True
        ):
            if not text or (text[0] not in _BEGINS and text[-1] not in _ENDS):
                continue
            if mark := _row_mark(text):
                drop |= dict.fromkeys(is_text[codes == code].tolist(), mark)
    filled = np.zeros(grid.rows.size, dtype=np.int64)
    for number in mapped:
        filled += grid.columns[number].kinds != Kind.EMPTY
    drop = {
        index: mark for index, mark in drop.items() if mark != "group_row" or filled[index] <= 1
    }
    sections = _find_sections(grid, found, below)
    drop |= dict.fromkeys(sections.tolist(), "group_row")
    empty = below[filled[below] == 0]  # only columns nobody mapped
    gone = sorted({*drop, *empty.tolist()})
    keep = np.setdiff1d(below, np.array(gone, dtype=np.int64), assume_unique=True)
    said = {
        "subtotal_row": "合计行，未读取",
        "group_row": "分组标题行，未读取",
        "example_row": "示例行，未读取",
    }
    notes = [
        Problem(mark, said[mark], grid.name, int(grid.rows[index]))
        for index, mark in sorted(drop.items())
    ]
    return keep, notes


def _find_sections(grid: Grid, found: Found, below: np.ndarray) -> np.ndarray:
    """
    Headings of groups with their totals: numbered 一, （二） where entries are numbered 1, 2.

    Only those without a value that an entry must have; the others are entries.
    """
    names = found.header.columns
    required = {f"{_main_noun(found.header)}.{c.name}"
                for c in NOUNS[_main_noun(found.header)].columns if c.required}  # fmt: skip
    lacking = np.zeros(below.size, dtype=bool)
    for number, name in zip(found.numbers, names, strict=True):
        if name in required:
            lacking |= _fill_down(grid, number, grid.columns[number]).kinds[below] == Kind.EMPTY
    if not lacking.any():
        return below[:0]
    is_section = np.zeros(below.size, dtype=bool)
    for number, name in list(zip(found.numbers, names, strict=True))[:4]:
        if name is not None:
            continue
        texts = grid.columns[number].take(below)
        is_ordinal = np.zeros(below.size, dtype=bool)
        at = np.flatnonzero(lacking & (texts.kinds == Kind.TEXT))
        is_ordinal[at] = [
            bool(_ORDINAL.match(str(texts.texts[c]).strip())) for c in texts.codes[at]
        ]
        if is_ordinal.any() and _has_numbers(texts):
            is_section |= is_ordinal
    return below[is_section]


def _has_numbers(cells: Cells) -> bool:
    """Whether entries are numbered in these cells, as numbers or as digits."""
    used = np.unique(cells.codes[cells.kinds == Kind.TEXT])
    return bool((cells.kinds == Kind.NUMBER).any()) or any(
        str(text).strip().isdigit() for text in cells.texts[used]
    )


def _row_mark(text: str) -> str:
    if text.startswith(EXAMPLE_MARK):
        return "example_row"
    if len(text) <= 24 and _SUBTOTAL.match(text):
        return "subtotal_row"
    return "group_row" if _GROUP.match(text) else ""


def _fill_down(grid: Grid, number: int, cells: Cells) -> Cells:
    """A merged cell that names a place or an owner holds for every row it spans."""
    spans = [m for m in grid.merges if m[1] == number and m[2] > m[0]]
    if not spans:
        return cells
    index = np.arange(len(cells))
    for top, _, bottom, _ in spans:
        first, last = np.searchsorted(grid.rows, (top, bottom + 1))
        if first < last and grid.rows[first] == top:
            index[first:last] = first
    return cells.take(index)


def _note_formulas(sheet: _Sheet) -> None:
    rows = set(sheet.rows.tolist())
    flagged = sorted({row for row, _ in sheet.grid.formulas if row in rows})
    sheet.notes.extend(
        Problem("formula_cached", "采用公式已保存的值", sheet.grid.name, row) for row in flagged
    )
    hidden_rows = rows.intersection(sheet.grid.hidden_rows)
    sheet.notes.extend(
        Problem("hidden_row", "隐藏行，已读取", sheet.grid.name, row) for row in sorted(hidden_rows)
    )
    for number, letter in zip(sheet.found.numbers, sheet.found.header.letters, strict=True):
        if number in sheet.grid.hidden_columns:
            sheet.notes.append(
                Problem("hidden_column", "隐藏列，已读取", sheet.grid.name, 0, letter)
            )


def _build_tables(sheet: _Sheet) -> list[Table]:
    main = _main_noun(sheet.found.header)
    _require(sheet, main)
    bad = np.isin(sheet.rows, _unusable_rows(sheet, main))
    groups: dict[tuple[str, str], dict[str, np.ndarray]] = {}
    for name, values in sheet.values.items():
        full, _, when = name.partition("@")
        noun, _, column = full.partition(".")
        groups.setdefault((noun, when), {})[column] = values
    tables = []
    if main == "project" and "owner" in groups.get(("project", ""), {}):
        tables.extend(_owners(sheet, groups, ~bad))
    groups.pop(("organisation", ""), None) if main == "project" else None
    for (noun, when), columns in groups.items():
        if noun == main:
            tables.append(_table(sheet, noun, columns, ~bad))
        else:
            tables.extend(_beside(sheet, noun, when, columns, groups[main, ""], ~bad))
    return tables


def _unusable_rows(sheet: _Sheet, main: str) -> list[int]:
    """
    Rows that cannot be told apart or placed.

    Other rows with a problem go on, so that a clerk is told of an unknown place and a wrong amount
    in the same answer; the file is refused as a whole either way.
    """
    noun = NOUNS[main]
    needed = {column.name for column in noun.columns if column.required} | {*noun.key}
    return [p.row for p in sheet.problems if p.row and (p.field in needed or not p.field)]


def _require(sheet: _Sheet, main: str) -> None:
    """Every entry has its required values; a cell that already has a problem has but one."""
    known = {(problem.row, problem.field) for problem in sheet.problems}
    letters = dict(zip(sheet.found.header.columns, sheet.found.header.letters, strict=True))
    for column in NOUNS[main].columns:
        values = sheet.values.get(f"{main}.{column.name}")
        if not column.required or values is None:
            continue
        for row in sheet.rows[values == None].tolist():  # noqa: E711  # element by element
            if (row, column.name) not in known:
                letter = letters[f"{main}.{column.name}"]
                sheet.problems.append(Problem("required", f"{column.zh}是必填项", sheet.grid.name,
                                              row, letter, column.name, column.zh))  # fmt: skip


def _table(sheet: _Sheet, noun: str, columns: Mapping[str, np.ndarray], where: np.ndarray) -> Table:
    kept = columns if where.all() else {name: values[where] for name, values in columns.items()}
    return Table(noun, dict(kept), sheet.rows[where], sheet.grid.name)


def _owners(
    sheet: _Sheet, groups: dict[tuple[str, str], dict[str, np.ndarray]], where: np.ndarray
) -> list[Table]:
    """Organisations named by their projects: each name once, with its USCC where one is given."""
    owners = groups["project", ""]["owner"]
    codes = groups.get(("organisation", ""), {}).get("uscc")
    first: dict[str, int] = {}
    for index in np.flatnonzero(where).tolist():
        name = owners[index]
        if name and name not in first and not _LOOKS_LIKE_KEY.fullmatch(name):
            first[name] = index
    if not first:
        return []
    chosen = np.fromiter(first.values(), np.int64, len(first))
    columns = {"name": owners[chosen]}
    if codes is not None:
        columns["uscc"] = codes[chosen]
    return [Table("organisation", columns, sheet.rows[chosen], sheet.grid.name)]


def _beside(
    sheet: _Sheet,
    noun: str,
    when: str,
    columns: dict[str, np.ndarray],
    project: Mapping[str, np.ndarray],
    where: np.ndarray,
) -> list[Table]:
    """Entries of another noun on a project's line; their project is the one on the line."""
    spec = NOUNS[noun]
    whole = dict(columns)
    whole["project"] = _project_reference(project)
    dated = {"plan": "year", "report": "period", "operating": "month"}.get(noun, "")
    if dated and dated not in whole:
        if not when:
            _refuse_undated(sheet, noun, dated)
            return []
        constant = np.full(sheet.rows.size, _period_value(noun, when), dtype=object)
        whole[dated] = constant
    own = [n for n in columns if n not in spec.key]
    said = np.zeros(sheet.rows.size, dtype=bool)
    for name in own:
        said |= columns[name] != None  # noqa: E711  # element by element
    for column in spec.columns:
        if column.required and column.name in whole:
            said &= whole[column.name] != None  # noqa: E711  # element by element
    table = _table(sheet, noun, whole, where & said)
    return [table] if len(table) else []


def _period_value(noun: str, when: str) -> int | str | date:
    if noun == "plan":
        return int(when)
    return date(int(when[:4]), int(when[5:7]), 1) if noun == "operating" else when


def _refuse_undated(sheet: _Sheet, noun: str, dated: str) -> None:
    header = sheet.found.header
    column = NOUNS[noun].column(dated)
    named = [t for t, n in zip(header.titles, header.columns, strict=True)
             if n and n.startswith(f"{noun}.")]  # fmt: skip
    problem = Problem(
        "header", f"“{'、'.join(named)}”没有写明{column.zh}", header.sheet, header.row,
        field=dated, expected=f"增加“{column.zh}”列，或在表头写明，如 2025年1-9月完成投资",
    )  # fmt: skip
    raise HeaderUnmatched(problem.message, headers=[header], problems=[problem])


def _project_reference(project: Mapping[str, np.ndarray]) -> np.ndarray:
    """Key, else code, else name of the project on each line."""
    reference = project["name"].copy()
    for name in ("code", "key"):
        if name in project:
            has = project[name] != None  # noqa: E711  # element by element
            reference[has] = project[name][has]
    return reference
