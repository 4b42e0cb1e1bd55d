"""Raw columns: what a file holds, before any field grammar has looked at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np


class Kind(IntEnum):
    """What a raw cell is."""

    EMPTY = 0
    NUMBER = 1
    TEXT = 2
    BOOLEAN = 3
    ERROR = 4
    FORMULA_WITHOUT_VALUE = 5


@dataclass(frozen=True, slots=True)
class Cells:
    """
    One raw column, or any selection of cells; every array has shape (n_cells,) except `texts`.

    Parameters
    ----------
    kinds
        `Kind` of each cell, uint8.
    numbers
        Value of NUMBER and BOOLEAN cells, float64; 0 elsewhere.
    codes
        Index into `texts` for TEXT and ERROR cells, int32; 0 elsewhere.
    texts
        Distinct or shared strings, object array, shared between columns.
    dated
        True where a number is shown as a date.
    """

    kinds: np.ndarray
    numbers: np.ndarray
    codes: np.ndarray
    texts: np.ndarray
    dated: np.ndarray

    def __len__(self) -> int:
        return int(self.kinds.size)

    def take(self, index: np.ndarray) -> Cells:
        return Cells(
            self.kinds[index], self.numbers[index], self.codes[index], self.texts, self.dated[index]
        )

    def text_at(self, index: int) -> str:
        """Show one cell as a person would read it; empty is ""."""
        kind = self.kinds[index]
        if kind in (Kind.TEXT, Kind.ERROR):
            return str(self.texts[self.codes[index]])
        if kind == Kind.NUMBER:
            return f"{self.numbers[index]:.15g}"
        if kind == Kind.BOOLEAN:
            return "TRUE" if self.numbers[index] else "FALSE"
        return ""


def build_text_cells(values: Sequence[str]) -> Cells:
    """Build a column of texts; "" is an empty cell."""
    distinct = {value: code for code, value in enumerate(dict.fromkeys(values))}
    codes = np.fromiter(map(distinct.__getitem__, values), np.int32, len(values))
    texts = np.array([*distinct, ""], dtype=object)
    blank = distinct.get("", -1)
    kinds = np.where(codes == blank, Kind.EMPTY, Kind.TEXT).astype(np.uint8)
    none = np.zeros(len(values))
    return Cells(kinds, none, codes, texts, none.astype(bool))


@dataclass(frozen=True, slots=True)
class Grid:
    """
    The cells of one sheet that hold a value, column by column.

    Parameters
    ----------
    rows
        Numbers of the rows that hold a value, ascending from 1, shape (n_rows,).
    columns
        Column number from 1 to its cells, dense over `rows`.
    merges
        Merged ranges as (first row, first column, last row, last column), from 1.
    formulas, links
        (row, column) of cells whose value was calculated by a formula.
    hidden_rows, hidden_columns
        Numbers of rows and columns that a person looking at the sheet does not see.
    """

    name: str
    rows: np.ndarray
    columns: dict[int, Cells]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    formulas: tuple[tuple[int, int], ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    is_hidden: bool = False
    epoch_1904: bool = False

    def text(self, row: int, column: int) -> str:
        """Text of one cell by its row and column number."""
        at = int(np.searchsorted(self.rows, row))
        if column not in self.columns or at >= self.rows.size or self.rows[at] != row:
            return ""
        return self.columns[column].text_at(at)


def column_letter(number: int) -> str:
    """Name a column as a spreadsheet does: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Count a column's letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
