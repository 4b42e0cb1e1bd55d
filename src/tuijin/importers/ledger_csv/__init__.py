"""One sheet of the ledger as CSV; the header says which noun a row is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from tuijin.importers import ColumnMapping, Parsed
from tuijin.importers.cells import Grid, build_text_cells
from tuijin.importers.csv_rows import CsvRows, read_csv
from tuijin.importers.marker import check_marker
from tuijin.importers.prescan import check_name, check_size
from tuijin.importers.sheets import parse_grids

_MARKED_ROWS = 50


@dataclass(frozen=True, slots=True)
class LedgerCsv:
    id: str = "ledger_csv"
    title_zh: str = "台账 CSV"
    title_en: str = "Ledger CSV"
    suffixes: tuple[str, ...] = (".csv",)

    def recognises(self, data: bytes, *, name: str) -> bool:
        return name.lower().endswith(self.suffixes)

    def parse(
        self, data: bytes, *, name: str, mappings: Mapping[str, ColumnMapping] | None = None
    ) -> Parsed:
        check_name(name, suffix=".csv")
        check_size(data)
        rows = read_csv(data)
        for text in (name, *rows.header, *(t for row in rows.rows[:_MARKED_ROWS] for t in row)):
            check_marker(text)
        grid = _build_grid(rows, PurePath(name).stem)
        return parse_grids([grid], mappings=mappings, encoding=rows.encoding)


def _build_grid(rows: CsvRows, name: str) -> Grid:
    first = [rows.header, *rows.rows]
    columns = {
        number: build_text_cells(column)
        for number, column in enumerate(zip(*first, strict=True), start=1)
    }
    return Grid(name, np.array([1, *rows.numbers], dtype=np.int64), columns)


plugin = LedgerCsv()
