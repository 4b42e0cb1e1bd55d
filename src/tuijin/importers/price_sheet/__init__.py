"""Prices by date, as a clerk or a vendor tables them: CSV or workbook, one sheet a commodity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tuijin.errors import ImportFailed, Problem, TuijinError
from tuijin.importers import ColumnMapping, Parsed, Table
from tuijin.importers.cells import Grid, build_text_cells
from tuijin.importers.csv_rows import read_ragged
from tuijin.importers.marker import check_marker
from tuijin.importers.prescan import check_name, check_size
from tuijin.importers.price_sheet.headings import find_header
from tuijin.importers.price_sheet.rows import read_sheet
from tuijin.importers.xlsx_book import read_workbook

_MARKED_ROWS = 50
_PEEKED_BYTES = 65_536
_NAMED = ("价格", "行情", "报价", "price", "quote")


@dataclass(frozen=True, slots=True)
class PriceSheet:
    id: str = "price_sheet"
    title_zh: str = "价格行情表（CSV、工作簿）"
    title_en: str = "Price table (CSV, workbook)"
    suffixes: tuple[str, ...] = (".csv", ".xlsx")

    def recognises(self, data: bytes, *, name: str) -> bool:
        """Tell a CSV by its header; a workbook, which must be unpacked for that, by its name."""
        if name.lower().endswith(".xlsx"):
            return any(word in name.lower() for word in _NAMED)
        try:
            rows, _ = read_ragged(_whole_lines(data))
        except TuijinError:
            return False
        return bool(rows) and find_header(_grid(rows[:40], "")) is not None

    def parse(
        self, data: bytes, *, name: str, mappings: Mapping[str, ColumnMapping] | None = None
    ) -> Parsed:
        if name.lower().endswith(".xlsx"):
            book = read_workbook(data, name=name)
            return _parse(list(book.grids), notes=book.notes)
        check_name(name, suffix=".csv")
        check_size(data)
        rows, encoding = read_ragged(data)
        if not rows:
            raise ImportFailed("文件里没有内容", code="empty_file")
        for text in (name, *(text for _, row in rows[:_MARKED_ROWS] for text in row)):
            check_marker(text)
        return _parse([_grid(rows, "")], encoding=encoding)


def _whole_lines(data: bytes) -> bytes:
    if len(data) <= _PEEKED_BYTES:
        return data
    return data[:_PEEKED_BYTES].rpartition(b"\n")[0]


def _grid(rows: list[tuple[int, tuple[str, ...]]], name: str) -> Grid:
    width = max(len(row) for _, row in rows)
    padded = [(*row, *[""] * (width - len(row))) for _, row in rows]
    columns = {
        number: build_text_cells([text.strip() for text in column])
        for number, column in enumerate(zip(*padded, strict=True), start=1)
    }
    return Grid(name, np.array([number for number, _ in rows], dtype=np.int64), columns)


def _parse(grids: list[Grid], *, notes: tuple[Problem, ...] = (), encoding: str = "") -> Parsed:
    said, problems = list(notes), []
    tables: list[Table] = []
    for grid in grids:
        found = find_header(grid)
        if found is None:
            said.append(Problem("sheet_skipped", "没有找到“日期”和“价格”两列，未读取", grid.name))
            continue
        sheet_tables, wrong, noted = read_sheet(grid, found)
        tables += sheet_tables
        problems += wrong
        said += noted
    if not tables and not problems:
        raise _unmatched(grids)
    return Parsed(tuple(tables), tuple(problems), tuple(said), encoding=encoding)


def _unmatched(grids: list[Grid]) -> ImportFailed:
    expected = "表头至少有“日期”和“价格”两列，如：日期、价格（元/吨）"
    problems = [Problem("header", "没有找到表头", grid.name, expected=expected) for grid in grids]
    return ImportFailed(f"没有找到表头；{expected}", code="header", problems=problems)


plugin = PriceSheet()
