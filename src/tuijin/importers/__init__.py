"""
Importers: bytes in, entries out. Pure: no database, no network, no clock.

Each folder is one source and form. It never decides what is new or changed: that is the ledger's
work (`ledger/intake.py`), which compares these tables with what is on record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from tuijin.errors import Problem


@dataclass(frozen=True, slots=True)
class Table:
    """
    Entries of one noun, column by column.

    Parameters
    ----------
    noun
        Key of `nouns.NOUNS`.
    columns
        Column name to object array, each of shape (n_rows,); a missing value is None. Text is
        str (NFC, stripped), money and decimals Decimal in the column's base unit, dates
        `datetime.date`, a month its first day, a period `2025-09` or with its 旬 `2025-09-1`,
        coordinates float, whole numbers int. A column the file does not have is not in the mapping:
        absent means "leave as it is", None means "the file says nothing".
    rows
        Row number in the file of each entry, from 1, shape (n_rows,).
    sheet
        Sheet, or "" where the form has none.
    """

    noun: str
    columns: Mapping[str, np.ndarray]
    rows: np.ndarray
    sheet: str = ""

    def __len__(self) -> int:
        return int(self.rows.size)


@dataclass(frozen=True, slots=True)
class Header:
    """A header row found in a file, and how its columns were matched."""

    sheet: str
    row: int
    titles: tuple[str, ...]
    columns: tuple[str | None, ...]  # "noun.column", "plan.planned_yuan@2025", or None: not matched
    units: tuple[str | None, ...]
    letters: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()  # the first value below each title
    noun: str = ""  # what a row is; "" where a row may be several nouns

    @property
    def signature(self) -> str:
        """What a remembered mapping is found again by: the titles in order."""
        return "\x1f".join(self.titles)


@dataclass(frozen=True, slots=True)
class Parsed:
    """
    What a file says; a file that cannot be read raises.

    Any problem refuses the whole file. The tables may still hold rows that have one, with None in
    place of the bad cell, so that everything wrong with them can be told at once.
    """

    tables: tuple[Table, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()  # flags that refuse nothing: formula_cached, external_link, …
    headers: tuple[Header, ...] = ()
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """
    A person's answer to "which column is which", kept by header signature.

    `columns` has one "noun.column" or None for each title; `units` one unit code or None.
    """

    columns: Sequence[str | None]
    units: Sequence[str | None] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


class Importer(Protocol):
    """One source and form; the plug-in's id is its folder's name."""

    id: str
    title_zh: str
    title_en: str
    suffixes: tuple[str, ...]

    def recognises(self, data: bytes, *, name: str) -> bool:
        """Tell quickly, from name and first bytes or header, whether this is ours."""

    def parse(
        self, data: bytes, *, name: str, mappings: Mapping[str, ColumnMapping] | None = None
    ) -> Parsed:
        """
        Read the whole file.

        Parameters
        ----------
        mappings
            Remembered mappings by `Header.signature`.

        Raises
        ------
        BadInput, ImportFailed, TypeNotAllowed, TooLarge
            With the exact code of the security reference; the file as a whole is refused.
        """
