"""A workbook's sheets as grids, after the pre-scan."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

import numpy as np
from lxml import etree

from tuijin.errors import Problem
from tuijin.importers.cells import Cells, Grid, Kind, column_number
from tuijin.importers.marker import check_marker
from tuijin.importers.prescan import open_parts, parse_xml, refuse, unreadable
from tuijin.importers.xlsx_cells import RawCells, read_cells_xml
from tuijin.importers.xlsx_texts import read_shared_texts

MAX_ROWS = 50_000
MAX_COLUMN = 512
MAX_ROW = 200_000
MAX_MERGES = 5_000
MAX_MERGED_CELLS = 100_000
HEADER_ROWS = 30  # rows that may stand above the data and do not count as data
_MARKED_ROWS = 50
_MERGE = re.compile(rb'<mergeCell\b[^>]*?ref="([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?"')
_HIDDEN_ROW = re.compile(rb'<row\b(?=[^>]*?\shidden="(?:1|true)")[^>]*?\sr="(\d{1,7})"')
_COLUMN = re.compile(rb"<col\b[^>]*>")
_NUMBER_FORMAT_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_FORMAT_LITERALS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')


@dataclass(frozen=True, slots=True)
class Workbook:
    grids: tuple[Grid, ...]
    notes: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str
    is_hidden: bool


def read_workbook(data: bytes, *, name: str) -> Workbook:
    """
    Read every worksheet of an .xlsx file.

    Raises
    ------
    TuijinError
        With the code of the item of the security reference that refuses the file.
    """
    parts = open_parts(data, name=name)
    book = parse_xml(_main_part(parts))
    epoch_1904 = any(node.get("date1904") in ("1", "true") for node in book.iter("{*}workbookPr"))
    shared = read_shared_texts(_part(parts, "sharedStrings.xml") or b"")
    dated = _dated_styles(_part(parts, "styles.xml"))
    grids = tuple(
        _read_grid(parts.pop(sheet.part), sheet, shared, dated, epoch_1904=epoch_1904)
        for sheet in _list_sheets(book, parts)
    )
    notes = [Problem("hidden_sheet", "工作表是隐藏的", g.name) for g in grids if g.is_hidden]
    if any("externallinks/" in part.lower() for part in parts):
        notes.append(Problem("external_link", "含外部链接；只用已保存的值，不读取外部文件"))
    return Workbook(grids, tuple(notes))


def _main_part(parts: dict[str, bytes]) -> bytes:
    return next(c for p, c in parts.items() if p.lower().endswith("workbook.xml"))


def _part(parts: dict[str, bytes], ending: str) -> bytes | None:
    return next((c for p, c in parts.items() if p.lower().endswith("/" + ending.lower())), None)


def _list_sheets(book: etree._Element, parts: dict[str, bytes]) -> list[_Sheet]:
    """Worksheets in their order; chart sheets are left out."""
    path = next(p for p in parts if p.lower().endswith("workbook.xml"))
    folder = posixpath.dirname(path)
    rels = parts.get(f"{folder}/_rels/{posixpath.basename(path)}.rels")
    if rels is None:
        raise unreadable("缺少工作表的关系")
    targets = {
        node.get("Id"): posixpath.normpath(
            posixpath.join("/" + folder, node.get("Target") or "")
        ).lstrip("/")
        for node in parse_xml(rels).iter("{*}Relationship")
        if (node.get("Type") or "").endswith("/worksheet")
    }
    sheets: list[_Sheet] = []
    for node in book.iter("{*}sheet"):
        link = next((v for k, v in node.attrib.items() if str(k).endswith("}id")), None)
        part = targets.get(str(link))
        if part in parts and part not in (s.part for s in sheets):
            sheets.append(
                _Sheet(node.get("name") or "", part, node.get("state") in ("hidden", "veryHidden"))
            )
    if not sheets:
        raise unreadable("没有工作表")
    return sheets


def _dated_styles(xml: bytes | None) -> np.ndarray:
    """Tell for each cell style whether it shows a number as a date."""
    if xml is None:
        return np.zeros(1, dtype=bool)
    root = parse_xml(xml)
    formats = {
        node.get("numFmtId"): node.get("formatCode") or "" for node in root.iter("{*}numFmt")
    }
    styles = [
        _is_date(node.get("numFmtId") or "0", formats)
        for parent in root.iter("{*}cellXfs")
        for node in parent.iter("{*}xf")
    ]
    return np.array(styles or [False], dtype=bool)


def _is_date(number: str, formats: dict[str | None, str]) -> bool:
    if number in formats:
        code = _FORMAT_LITERALS.sub("", formats[number]).lower()
        return any(mark in code for mark in "yde") and "general" not in code and "0" not in code
    return number.isdigit() and int(number) in _NUMBER_FORMAT_DATES


def _read_grid(
    xml: bytes, sheet: _Sheet, shared: np.ndarray, dated: np.ndarray, *, epoch_1904: bool
) -> Grid:
    head, body, tail = _split(xml)
    merges = _read_merges(tail, sheet.name)
    raw = read_cells_xml(body, n_shared=shared.size)
    texts = _all_texts(shared, raw.texts)
    rows, columns = _arrange(raw, texts, dated, sheet.name)
    hidden_rows = [int(n) for n in _HIDDEN_ROW.findall(body)] if b"hidden=" in body else []
    hidden = set(hidden_rows[:MAX_ROW])
    grid = Grid(
        sheet.name, rows, columns, merges, tuple(raw.formulas),
        tuple(n for n in rows.tolist() if n in hidden) if hidden else (),
        _hidden_columns(head), sheet.is_hidden, epoch_1904,
    )  # fmt: skip
    _check_marked(grid)
    return grid


def _split(xml: bytes) -> tuple[bytes, bytes, bytes]:
    """Cut a sheet at its data; drop the namespace prefix some writers use."""
    found = re.search(rb"<(?:(\w+):)?sheetData\b[^>]*?(/?)>", xml)
    if not found:
        raise unreadable("工作表没有数据部分")
    if found[1]:
        xml = xml.replace(b"<" + found[1] + b":", b"<").replace(b"</" + found[1] + b":", b"</")
        return _split(xml)
    if found[2]:
        return xml[: found.start()], b"", xml[found.end() :]
    end = xml.rfind(b"</sheetData")
    if end < found.end():
        raise unreadable("工作表的数据部分没有结尾")
    return xml[: found.start()], xml[found.end() : end], xml[end:]


def _read_merges(tail: bytes, sheet: str) -> tuple[tuple[int, int, int, int], ...]:
    if tail.count(b"<mergeCell ") > MAX_MERGES:
        raise refuse("merge_too_large", f"合并区域超过 {MAX_MERGES} 个", sheet=sheet)
    merges = []
    area = 0
    for first, top, last, bottom in _MERGE.findall(tail):
        left, right = column_number(first.decode()), column_number((last or first).decode())
        merge = (int(top), left, int(bottom or top), right)
        area += (merge[2] - merge[0] + 1) * (right - left + 1)
        merges.append(merge)
    if area > MAX_MERGED_CELLS:
        raise refuse(
            "merge_too_large", f"合并区域共 {area} 格，上限 {MAX_MERGED_CELLS}", sheet=sheet
        )
    return tuple(merges)


def _hidden_columns(head: bytes) -> tuple[int, ...]:
    hidden: set[int] = set()
    for tag in _COLUMN.findall(head):
        first, last = re.search(rb'min="(\d{1,5})"', tag), re.search(rb'max="(\d{1,5})"', tag)
        if re.search(rb'hidden="(?:1|true)"', tag) and first and last:
            hidden.update(range(int(first[1]), min(int(last[1]), MAX_COLUMN) + 1))
    return tuple(sorted(hidden))


def _all_texts(shared: np.ndarray, inline: list[str]) -> np.ndarray:
    texts = np.empty(shared.size + len(inline) + 1, dtype=object)
    texts[: shared.size] = shared
    texts[shared.size :] = [*inline, ""]
    return texts


def _arrange(
    raw: RawCells, texts: np.ndarray, dated: np.ndarray, sheet: str
) -> tuple[np.ndarray, dict[int, Cells]]:
    """Order the cells by column, dense over the rows that hold a value."""
    blank = np.array([not text or text.isspace() for text in texts], dtype=bool)
    if blank[:-1].any():  # the last is the "" that stands for no text
        keep = (raw.kinds != Kind.TEXT) | ~blank[raw.codes]
        for name in ("rows", "columns", "kinds", "numbers", "codes", "styles"):
            setattr(raw, name, getattr(raw, name)[keep])
    if not raw.rows.size:
        return np.zeros(0, dtype=np.int64), {}
    if raw.columns.max() > MAX_COLUMN or raw.rows.max() > MAX_ROW:
        raise refuse(
            "sheet_too_large", f"第 {MAX_COLUMN} 列以右或第 {MAX_ROW} 行以下有内容", sheet=sheet
        )
    has_value = np.zeros(int(raw.rows.max()) + 1, dtype=bool)
    has_value[raw.rows] = True
    rows = np.flatnonzero(has_value)
    if rows.size > MAX_ROWS + HEADER_ROWS:
        raise refuse("too_many_rows", f"有内容的行超过 {MAX_ROWS}", sheet=sheet)
    at = (np.cumsum(has_value) - 1)[raw.rows]
    is_dated = dated[np.minimum(raw.styles, dated.size - 1)] & (raw.styles < dated.size)
    order = np.argsort(raw.columns.astype(np.int16), kind="stable")
    numbers, firsts = np.unique(raw.columns[order], return_index=True)
    columns = {}
    for number, where in zip(numbers.tolist(), np.split(order, firsts[1:]), strict=True):
        columns[number] = _dense(raw, texts, is_dated, at, where, rows.size)
    return rows, columns


def _dense(
    raw: RawCells, texts: np.ndarray, dated: np.ndarray, at: np.ndarray, where: np.ndarray, n: int
) -> Cells:
    rows = at[where]
    kinds, numbers = np.zeros(n, np.uint8), np.zeros(n)
    codes, is_dated = np.zeros(n, np.int32), np.zeros(n, bool)
    kinds[rows], numbers[rows] = raw.kinds[where], raw.numbers[where]
    codes[rows], is_dated[rows] = raw.codes[where], dated[where]
    return Cells(kinds, numbers, codes, texts, is_dated)


def _check_marked(grid: Grid) -> None:
    """Look for the mark of a classified document in the first rows."""
    first = int(np.searchsorted(grid.rows, _MARKED_ROWS + 1))
    for cells in grid.columns.values():
        for index in np.flatnonzero(cells.kinds[:first] == Kind.TEXT).tolist():
            check_marker(cells.texts[cells.codes[index]])
