"""
The cells of a sheet's XML as arrays.

A sheet of a million cells is some 35 MB of very regular bytes. Cells written the way every common
program writes them are read by array operations, block by block; any other cell is read one by one
with a regular expression, so nothing that is well-formed is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from tuijin.importers.cells import Kind, column_number
from tuijin.importers.prescan import refuse, unreadable
from tuijin.importers.xlsx_texts import decode_text, rich_text

_BLOCK_BYTES = 1 << 20
_PAD = 32
_LT, _GT, _SLASH, _QUOTE, _SPACE, _DOT, _MINUS, _EQUALS = b'<>/" .-='
_C, _V, _R, _O, _W, _T, _S, _N, _B = b"cvrowtsnb"
_MAX_DIGITS = 17
_SHORT = 7  # most numbers have no more characters
_EXACT = 2**53
MAX_CELL_CHARACTERS = 32_767
_ROW = re.compile(rb"""<row\b[^>]*?\sr\s*=\s*["'](\d{1,9})["']""")
_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c\s*>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb"""\s([a-z]+)\s*=\s*["']([^"']*)["']""")
_REFERENCE = re.compile(rb"([A-Z]{1,3})([1-9]\d{0,8})")
_FORMULA = re.compile(rb"<f\b[^>]*?(?:/>|>(.*?)</f\s*>)", re.DOTALL)
_VALUE = re.compile(rb"<v\b[^>]*>(.*?)</v\s*>", re.DOTALL)
_INLINE = re.compile(rb"<is\b[^>]*>(.*)</is\s*>", re.DOTALL)


@dataclass(slots=True)
class RawCells:
    """Cells that hold something, in any order; arrays of shape (n_cells,)."""

    rows: np.ndarray
    columns: np.ndarray
    kinds: np.ndarray
    numbers: np.ndarray
    codes: np.ndarray
    styles: np.ndarray
    texts: list[str] = field(default_factory=list)  # inline texts, numbered after the shared ones
    formulas: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Odd:
    """Cells read one by one."""

    first_code: int
    values: list[tuple[int, int, int, float, int, int]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    formulas: list[tuple[int, int]] = field(default_factory=list)

    def add_text(self, kind: Kind, text: str) -> tuple[int, float, int]:
        if len(text) > MAX_CELL_CHARACTERS:
            raise refuse("cell_too_long", f"单元格超过 {MAX_CELL_CHARACTERS} 字符")
        if not text.strip():
            return Kind.EMPTY, 0.0, 0
        self.texts.append(text)
        return kind, 0.0, self.first_code + len(self.texts) - 1


def read_cells_xml(body: bytes, *, n_shared: int) -> RawCells:
    """
    Read the inside of `<sheetData>`, without comments, CDATA, prefixes or single quotes.

    Raises
    ------
    ImportFailed
        unreadable, cell_too_long
    """
    odd = _Odd(n_shared)
    data = np.frombuffer(body + b" " * _PAD, dtype=np.uint8)
    blocks, last_row = [], 0
    for begin, end in _cut(body):
        block, last_row = _read_block(body, data[begin : end + _PAD], begin, odd, last_row=last_row)
        blocks.append(block)
    lonely = np.array(odd.values, dtype=np.float64).reshape(-1, 6)
    types = (np.int32, np.int32, np.uint8, np.float64, np.int32, np.int32)
    blocks.append(tuple(lonely[:, n].astype(t) for n, t in enumerate(types)))
    merged = [np.concatenate(columns) for columns in zip(*blocks, strict=True)]
    is_text = (merged[2] == Kind.TEXT) | (merged[2] == Kind.ERROR)
    if (merged[4][is_text] >= n_shared + len(odd.texts)).any():
        raise unreadable("共享文字的编号超出范围")
    rows, columns, kinds, numbers, codes, styles = merged
    return RawCells(
        rows, columns, kinds, numbers, codes, styles, texts=odd.texts, formulas=odd.formulas
    )


def _cut(body: bytes) -> list[tuple[int, int]]:
    """Cut into blocks that begin with a row."""
    cuts = [0]
    while cuts[-1] + _BLOCK_BYTES < len(body):
        at = body.find(b"<row", cuts[-1] + _BLOCK_BYTES)
        if at < 0:
            break
        cuts.append(at)
    return list(zip(cuts, [*cuts[1:], len(body)], strict=True))


def _read_block(
    body: bytes, block: np.ndarray, begin: int, odd: _Odd, *, last_row: int
) -> tuple[tuple[np.ndarray, ...], int]:
    tags = np.flatnonzero(block[:-_PAD] == _LT)
    first = np.concatenate([block[tags + 1], np.zeros(4, np.uint8)])
    second = block[tags + 2]
    row_tags = tags[(first[:-4] == _R) & (second == _O) & (block[tags + 3] == _W)]
    if not row_tags.size:
        return tuple(np.zeros(0, t) for t in "iiBdii"), last_row
    row_numbers = _number_rows(body, block, row_tags, begin, last_row=last_row)
    is_cell = (second <= _SPACE) | (second == _GT) | (second == _SLASH)
    cells = np.flatnonzero((first[:-4] == _C) & is_cell)
    starts = tags[cells]
    nexts = np.append(tags, block.size - _PAD)[cells + 1]
    rows = row_numbers[np.searchsorted(row_tags, starts) - 1]
    is_blank = (block[nexts - 2] == _SLASH) & (block[nexts - 1] == _GT) & (first[cells + 1] != _V)
    plain = (first[cells + 1] == _V) & (first[cells + 2] == _SLASH) & (first[cells + 3] == _SLASH)
    parts, good = _read_plain(
        block, starts[plain], nexts[plain], tags[cells[plain] + 2], rows[plain]
    )
    is_odd = ~plain & ~is_blank
    is_odd[np.flatnonzero(plain)[~good]] = True
    ends = np.append(starts[1:], block.size - _PAD)
    previous = (0, 0)
    for index in np.flatnonzero(is_odd).tolist():
        piece = body[begin + int(starts[index]) : begin + int(ends[index])]
        before = _column_before(body, begin, starts, rows, index)
        previous = _read_odd(piece, int(rows[index]), odd, previous=previous, before=before)
    return tuple(part[good] for part in (rows[plain], *parts)), int(row_numbers[-1])


def _column_before(
    body: bytes, begin: int, starts: np.ndarray, rows: np.ndarray, index: int
) -> int:
    """Column of the cell before, where it stands in the same row and says so; else 0."""
    if index == 0 or rows[index - 1] != rows[index]:
        return 0
    at = begin + int(starts[index - 1])
    found = re.match(rb"""<c\b[^>]*?\sr=["']([A-Z]{1,3})\d""", body[at : at + 80])
    return column_number(found[1].decode()) if found else -1


def _number_rows(
    body: bytes, block: np.ndarray, row_tags: np.ndarray, begin: int, *, last_row: int
) -> np.ndarray:
    """Row numbers by their `r`; a row without one follows the row before."""
    at = row_tags + 8
    regular = (block[row_tags + 5] == _R) & (block[row_tags + 6] == _EQUALS)
    ends = at + 1
    for _ in range(8):
        ends = np.where(block[np.minimum(ends, block.size - 1)] == _QUOTE, ends, ends + 1)
    mantissas, decimals, exact = _read_digits(block, at, np.minimum(ends, block.size - 1))
    regular &= exact & (decimals <= 0) & (mantissas > 0)
    numbers = np.where(regular, mantissas, -1)
    for index in np.flatnonzero(~regular).tolist():
        found = _ROW.match(body, begin + int(row_tags[index]))
        before = int(numbers[index - 1]) if index else last_row
        numbers[index] = int(found[1]) if found else before + 1
    if (np.diff(numbers, prepend=last_row) <= 0).any():
        raise unreadable("行号不是由小到大")
    return numbers.astype(np.int32)


def _read_plain(
    block: np.ndarray, starts: np.ndarray, values: np.ndarray, ends: np.ndarray, rows: np.ndarray
) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """
    Read `<c r="B7" s="3" t="s"><v>12</v></c>` with style and type each there or not.

    Returns
    -------
    (columns, kinds, numbers, codes, styles), is_regular
    """
    at = starts + 6
    one, two, three = (block[at + n].astype(np.int32) - 64 for n in range(3))
    is_two = (two > 0) & (two <= 26)
    is_three = is_two & (three > 0) & (three <= 26)
    columns = np.where(is_two, one * 26 + two, one)
    columns = np.where(is_three, columns * 26 + three, columns)
    good = (block[starts + 3] == _R) & (block[starts + 4] == _EQUALS) & (one > 0) & (one <= 26)
    widths = 1 + is_two + is_three + 1 + np.searchsorted(10 ** np.arange(1, 10), rows, side="right")
    quote = np.minimum(at + widths, block.size - 1)
    good &= (block[quote] == _QUOTE) & (block[quote - 1] == rows % 10 + 48)
    typed = (block[values - 2] == _QUOTE) & (block[values - 4] == _QUOTE)
    typed &= (block[values - 6] == _T) & (block[values - 7] == _SPACE)
    kind_mark = np.where(typed, block[values - 3], _N)
    good &= (block[values - 1] == _GT) & (block[values + 2] == _GT)
    rest = values - 2 - quote - 6 * typed  # characters of ` s="12"`
    styles = np.zeros(starts.size, dtype=np.int32)
    styled = rest > 0
    good &= (rest == 0) | ((rest >= 6) & (rest <= 9))
    good &= ~styled | ((block[quote + 2] == _S) & (block[quote + 4] == _QUOTE))
    for place in range(4):
        position = np.minimum(quote + 5 + place, block.size - 1)
        digit = block[position] - 48
        live = styled & (place < rest - 5)
        styles = np.where(live, styles * 10 + digit, styles)
        good &= ~live | (digit < 10)
    mantissas, decimals, exact = _read_digits(block, values + 3, ends)
    good &= exact & np.isin(kind_mark, (_N, _S, _B))
    is_text = kind_mark == _S
    good &= ~is_text | (decimals < 0)
    numbers = mantissas / 10.0 ** np.maximum(decimals, 0)
    kinds = np.where(is_text, Kind.TEXT, np.where(kind_mark == _B, Kind.BOOLEAN, Kind.NUMBER))
    codes = np.where(is_text & good, mantissas, 0).astype(np.int32)
    return (columns, kinds.astype(np.uint8), np.where(is_text, 0.0, numbers), codes, styles), good


def _read_digits(
    block: np.ndarray, begin: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Read decimals such as `-12.50`: mantissa -1250, two decimal places (-1: no point).

    Returns
    -------
    mantissas, decimals, is_exact
        A quotient of a whole number below 2**53 by a power of ten is rounded correctly.
    """
    lengths = end - begin
    negative = block[np.minimum(begin, block.size - 1)] == _MINUS
    exact = (lengths > negative) & (lengths <= _MAX_DIGITS)
    mantissas = np.zeros(begin.size, dtype=np.int64)
    decimals = np.full(begin.size, -1, dtype=np.int64)
    _add_places(block, begin, lengths, range(_SHORT), mantissas, decimals, exact)
    long = np.flatnonzero(exact & (lengths > _SHORT))
    if long.size:
        parts = mantissas[long], decimals[long], exact[long]
        _add_places(block, begin[long], lengths[long], range(_SHORT, _MAX_DIGITS), *parts)
        mantissas[long], decimals[long], exact[long] = parts
    exact &= mantissas < _EXACT
    return np.where(negative, -mantissas, mantissas), decimals, exact


def _add_places(
    block: np.ndarray,
    begin: np.ndarray,
    lengths: np.ndarray,
    places: range,
    mantissas: np.ndarray,
    decimals: np.ndarray,
    exact: np.ndarray,
) -> None:
    """Read the characters at some places of every number into the three arrays."""
    for place in range(places.start, min(int(lengths.max(initial=0)), places.stop)):
        live = (place < lengths) & exact
        byte = block[np.minimum(begin + place, block.size - 1)]
        digit = byte - 48
        is_digit = (digit < 10) & live
        np.copyto(mantissas, mantissas * 10 + digit, where=is_digit)
        decimals += is_digit & (decimals >= 0)
        is_point = live & (byte == _DOT) & (decimals < 0)
        decimals[is_point] = 0
        is_sign = (byte == _MINUS) if place == 0 else False
        exact &= ~live | is_digit | is_point | is_sign


def _read_odd(
    piece: bytes, row: int, odd: _Odd, *, previous: tuple[int, int], before: int
) -> tuple[int, int]:
    """Read one cell of any form; returns its row and column."""
    found = _CELL.match(piece)
    if not found:
        raise unreadable("单元格结构已损坏")
    attributes = dict(_ATTRIBUTE.findall(found[1]))
    reference = attributes.get(b"r")
    if reference is None:
        known = previous[1] if previous[0] == row and before < 0 else max(before, 0)
        column = known + 1
    else:
        place = _REFERENCE.fullmatch(reference)
        if not place or int(place[2]) != row:
            raise unreadable(
                f"单元格的位置与所在行不符：{reference[:12].decode('ascii', 'replace')}"
            )
        column = column_number(place[1].decode())
    style = attributes.get(b"s", b"0")
    kind, number, code = _read_content(attributes.get(b"t", b"n"), found[2] or b"", odd)
    if kind != Kind.FORMULA_WITHOUT_VALUE and _FORMULA.search(found[2] or b""):
        odd.formulas.append((row, column))
    if kind != Kind.EMPTY:
        odd.values.append((row, column, kind, number, code, int(style) if style.isdigit() else 0))
    return row, column


def _read_content(kind: bytes, content: bytes, odd: _Odd) -> tuple[int, float, int]:
    inline = _INLINE.search(content)
    if kind == b"inlineStr" or inline:
        return odd.add_text(
            Kind.TEXT, rich_text(inline[1].decode("utf-8", "replace")) if inline else ""
        )
    found = _VALUE.search(content)
    text = decode_text(found[1].decode("utf-8", "replace")) if found else ""
    if kind in (b"str", b"d"):
        return odd.add_text(Kind.TEXT, text.removesuffix("T00:00:00") if kind == b"d" else text)
    if not text.strip():
        has_formula = _FORMULA.search(content) is not None
        return (Kind.FORMULA_WITHOUT_VALUE if has_formula else Kind.EMPTY), 0.0, 0
    if kind == b"e":
        return odd.add_text(Kind.ERROR, text)
    try:
        number = float(text)
    except ValueError:
        raise unreadable("单元格的数值已损坏") from None
    if not -1e308 < number < 1e308:
        raise unreadable("单元格的数值超出范围")
    if kind == b"s":
        return Kind.TEXT, 0.0, int(number)
    return (Kind.BOOLEAN if kind == b"b" else Kind.NUMBER), number, 0
