"""A CSV file as rows of text, within the limits of the security reference (3.3)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from tuijin.errors import BadInput, ImportFailed, Problem, TooLarge
from tuijin.importers.decode import decode_text

MAX_FILE_BYTES = 20_000_000
MAX_ROWS = 50_000
MAX_COLUMNS = 512
MAX_CELL_CHARACTERS = 32_767
MAX_LINE_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class CsvRows:
    """Header and rows as they stand; `numbers` counts from 1, the header being row 1."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    encoding: str

    def dicts(self) -> list[dict[str, str]]:
        """Rows by column title."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]


def read_header(data: bytes) -> tuple[str, ...]:
    """Titles of the first line, or () where there is none: for telling a file quickly."""
    line = data[:65_536].split(b"\n", 1)[0]
    try:
        text, _ = decode_text(line)
        return tuple(next(csv.reader([text.strip("\r")]), []))
    except (BadInput, csv.Error):
        return ()


def read_csv(data: bytes) -> CsvRows:
    """
    Read a whole file whose first row is the header; blank rows are left out.

    Raises
    ------
    BadInput, ImportFailed, TooLarge
        encoding, nul, cell_too_long, too_many_rows, uneven_columns, unclosed_quote, too_large.
    """
    text, encoding = _read_text(data)
    header: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    for number, row in _walk(text):
        _check_row(row, header, number)
        if not header:
            header = row
            continue
        rows.append(row)
        numbers.append(number)
        if len(rows) > MAX_ROWS:
            raise _refuse("too_many_rows", f"more than {MAX_ROWS} rows", number)
    return CsvRows(header, tuple(rows), tuple(numbers), encoding)


def read_ragged(data: bytes) -> tuple[list[tuple[int, tuple[str, ...]]], str]:
    """
    Read numbered rows of any width, for a file with lines above its header, and the encoding.

    Raises
    ------
    BadInput, ImportFailed, TooLarge
        As `read_csv`, but for what a header decides.
    """
    text, encoding = _read_text(data)
    rows = []
    for number, row in _walk(text):
        if any(len(cell) > MAX_CELL_CHARACTERS for cell in row):
            raise _cell_too_long(number)
        if len(row) > MAX_COLUMNS:
            raise _refuse("header", f"{len(row)} columns; at most {MAX_COLUMNS} are read", number)
        rows.append((number, row))
        if len(rows) > MAX_ROWS:
            raise _refuse("too_many_rows", f"more than {MAX_ROWS} rows", number)
    return rows, encoding


def _read_text(data: bytes) -> tuple[str, str]:
    if len(data) > MAX_FILE_BYTES:
        raise TooLarge(f"{len(data)} bytes; at most {MAX_FILE_BYTES} are read")
    text, encoding = decode_text(data)
    if max(map(len, text.split("\n"))) > MAX_LINE_CHARACTERS:
        raise _refuse("cell_too_long", f"a line exceeds {MAX_LINE_CHARACTERS} characters", 0)
    return text, encoding


def _walk(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows that are not blank, numbered from 1."""
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for number, cells in enumerate(reader, 1):
            if any(cell.strip() for cell in cells):
                yield number, tuple(cells)
    except csv.Error as error:
        if "field limit" in str(error):
            raise _cell_too_long(number + 1) from error
        raise _refuse("unclosed_quote", "a quote is not closed", number + 1) from error


def _check_row(row: tuple[str, ...], header: tuple[str, ...], number: int) -> None:
    if any(len(cell) > MAX_CELL_CHARACTERS for cell in row):
        raise _cell_too_long(number)
    if not header and len(row) > MAX_COLUMNS:
        raise _refuse("header", f"{len(row)} columns; at most {MAX_COLUMNS} are read", number)
    if not header and len(set(row)) < len(row):
        raise _refuse("header", "two columns have the same title", number)
    if header and len(row) != len(header):
        detail = f"row {number} has {len(row)} columns, the header {len(header)}"
        raise _refuse("uneven_columns", detail, number)


def _cell_too_long(number: int) -> ImportFailed:
    return _refuse("cell_too_long", f"a cell exceeds {MAX_CELL_CHARACTERS} characters", number)


def _refuse(code: str, detail: str, row: int) -> ImportFailed:
    return ImportFailed(detail, code=code, problems=[Problem(code, detail, row=row)])
