"""Ledger workbooks: our own template, and the sheets clerks already keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tuijin.importers import ColumnMapping, Parsed
from tuijin.importers.sheets import parse_grids
from tuijin.importers.xlsx_book import read_workbook


@dataclass(frozen=True, slots=True)
class LedgerXlsx:
    id: str = "ledger_xlsx"
    title_zh: str = "台账工作簿"
    title_en: str = "Ledger workbook"
    suffixes: tuple[str, ...] = (".xlsx",)

    def recognises(self, data: bytes, *, name: str) -> bool:
        return name.lower().endswith(self.suffixes)

    def parse(
        self, data: bytes, *, name: str, mappings: Mapping[str, ColumnMapping] | None = None
    ) -> Parsed:
        book = read_workbook(data, name=name)
        return parse_grids(book.grids, mappings=mappings, notes=book.notes)


plugin = LedgerXlsx()
