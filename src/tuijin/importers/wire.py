"""What an importer made of a file, as bytes between two processes; nothing in them can run."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from tuijin import errors
from tuijin.errors import BadInput, ImportFailed, Problem, TuijinError
from tuijin.importers import ColumnMapping, Header, Parsed, Table
from tuijin.importers.headers import HeaderUnmatched

_LENGTH = struct.Struct("<Q")
_FEN = Decimal("0.01")
# What a table may hold, each as one array of fixed width; the first value stands for None.
_NOTHING = {"fen": -(2**63), "whole": -(2**63), "day": 0, "word": -1, "truth": -1}
_WIDTHS = {"fen": "<i8", "whole": "<i8", "day": "<i4", "word": "<i4", "truth": "i1", "real": "<f8"}


class _Writer:
    """Collects arrays behind a description."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def add(self, values: np.ndarray, form: str) -> int:
        self.pieces.append(values.astype(_WIDTHS[form]).tobytes())
        return len(self.pieces) - 1


def dump_parsed(parsed: Parsed) -> bytes:
    """Write a result."""
    writer = _Writer()
    tables = [
        {
            "noun": table.noun,
            "sheet": table.sheet,
            "rows": writer.add(table.rows, "whole"),
            "columns": {n: _dump_column(v.tolist(), writer) for n, v in table.columns.items()},
        }
        for table in parsed.tables
    ]
    head = {
        "tables": tables,
        "problems": [asdict(p) for p in parsed.problems],
        "notes": [asdict(p) for p in parsed.notes],
        "headers": [asdict(h) for h in parsed.headers],
        "encoding": parsed.encoding,
    }
    return _join(head, writer.pieces)


def dump_error(error: TuijinError) -> bytes:
    """Write a refusal."""
    head = {
        "error": type(error).__name__,
        "code": error.code,
        "detail": error.detail,
        "problems": [asdict(p) for p in error.problems],
        "headers": [asdict(h) for h in getattr(error, "headers", ())],
    }
    return _join(head, [])


def _join(head: Mapping[str, Any], pieces: Sequence[bytes]) -> bytes:
    text = json.dumps({**head, "sizes": [len(p) for p in pieces]}, ensure_ascii=True).encode()
    return b"".join((_LENGTH.pack(len(text)), text, *pieces))


def _dump_column(values: list[Any], writer: _Writer) -> dict[str, Any]:
    kinds = set(map(type, values)) - {type(None)}
    if kinds <= {str}:
        distinct = {text: code for code, text in enumerate(dict.fromkeys(values) or ())}
        distinct.pop(None, None)
        codes = {text: code for code, text in enumerate(distinct)}
        at = writer.add(np.array([codes.get(v, -1) for v in values]), "word")
        return {"form": "word", "at": at, "texts": list(codes)}
    if kinds == {Decimal}:
        return _dump_decimals(values, writer)
    form = {date: "day", int: "whole", float: "real", bool: "truth"}.get(kinds.copy().pop())
    if form is None or len(kinds) > 1:
        return {"form": "json", "values": values}
    if form == "day":
        values = [None if v is None else v.toordinal() for v in values]
    nothing = _NOTHING.get(form, float("nan"))
    given = [nothing if v is None else v for v in values]
    return {"form": form, "at": writer.add(np.array(given), form)}


def _dump_decimals(values: list[Any], writer: _Writer) -> dict[str, Any]:
    """As whole hundredths where all of them are; else as texts."""
    fen = [None if v is None else v.scaleb(2) for v in values]
    if all(v is None or (v == v.to_integral_value() and abs(v) < 2**62) for v in fen):
        given = [_NOTHING["fen"] if v is None else int(v) for v in fen]
        return {"form": "fen", "at": writer.add(np.array(given, dtype=np.int64), "fen")}
    column = _dump_column([None if v is None else format(v, "f") for v in values], writer)
    return {**column, "is_decimal": True}


def load(data: bytes) -> Parsed:
    """
    Read what the other process wrote.

    Raises
    ------
    TuijinError
        The refusal it wrote, of the same class and code; BadInput if it wrote nothing readable.
    """
    try:
        (length,) = _LENGTH.unpack_from(data)
        head = json.loads(data[_LENGTH.size : _LENGTH.size + length])
        if "error" in head:
            error = _load_error(head)
        else:
            return _load_parsed(head, memoryview(data)[_LENGTH.size + length :])
    except (struct.error, ValueError, KeyError, TypeError, IndexError, AttributeError) as broken:
        raise BadInput("读取文件的进程没有给出结果", code="unreadable") from broken
    raise error


def _load_error(head: Mapping[str, Any]) -> TuijinError:
    problems = [Problem(**p) for p in head["problems"]]
    if head["error"] == "HeaderUnmatched":
        headers = [load_header(h) for h in head["headers"]]
        return HeaderUnmatched(head["detail"], headers=headers, problems=problems)
    kind = getattr(errors, head["error"], ImportFailed)
    if not (isinstance(kind, type) and issubclass(kind, TuijinError)):
        kind = ImportFailed
    return kind(head["detail"], code=head["code"], problems=problems)


def load_header(head: Mapping[str, Any]) -> Header:
    """Return a header from its JSON form."""
    given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in head.items()}
    return Header(**given)


def _load_parsed(head: Mapping[str, Any], blob: memoryview) -> Parsed:
    pieces, at = [], 0
    for size in head["sizes"]:
        pieces.append(blob[at : at + size])
        at += size
    tables = tuple(
        Table(
            table["noun"],
            {name: _load_column(spec, pieces) for name, spec in table["columns"].items()},
            np.frombuffer(pieces[table["rows"]], dtype=_WIDTHS["whole"]),
            table["sheet"],
        )
        for table in head["tables"]
    )
    return Parsed(
        tables,
        tuple(Problem(**p) for p in head["problems"]),
        tuple(Problem(**p) for p in head["notes"]),
        tuple(load_header(h) for h in head["headers"]),
        head["encoding"],
    )


def _load_column(spec: Mapping[str, Any], pieces: Sequence[memoryview]) -> np.ndarray:
    form = spec["form"]
    if form == "json":
        return _as_objects(spec["values"])
    values = np.frombuffer(pieces[spec["at"]], dtype=_WIDTHS[form])
    if form == "word":
        texts = [Decimal(t) for t in spec["texts"]] if spec.get("is_decimal") else spec["texts"]
        chosen: np.ndarray = _as_objects([*texts, None])[values]
        return chosen
    is_nothing = np.isnan(values) if form == "real" else values == _NOTHING[form]
    if form == "day":
        distinct, spread = np.unique(values, return_inverse=True)
        out = _as_objects([date.fromordinal(n) if n else None for n in distinct.tolist()])[spread]
    elif form == "fen":
        out = _as_objects(_from_fen(np.where(is_nothing, 0, values)))
    elif form == "truth":
        out = _as_objects((values == 1).tolist())
    else:
        out = _as_objects(values.tolist())
    out[is_nothing] = None
    return out


def _from_fen(fen: np.ndarray) -> list[Decimal]:
    if not (fen % 100).any():
        return list(map(Decimal, (fen // 100).tolist()))
    return [Decimal(n).scaleb(-2) for n in fen.tolist()]


def _as_objects(values: Sequence[Any]) -> np.ndarray:
    out = np.empty(len(values), dtype=object)
    for number, value in enumerate(values):
        out[number] = value
    return out


def dump_request(importer: str, name: str, mappings: Mapping[str, ColumnMapping]) -> bytes:
    """Write what is asked of the other process, to stand before the file."""
    head = {
        "importer": importer,
        "name": name,
        "mappings": {s: [list(m.columns), list(m.units)] for s, m in mappings.items()},
    }
    return _join(head, [])


def load_request(data: bytes) -> tuple[str, str, dict[str, ColumnMapping], bytes]:
    """Read importer, name, mappings and the file."""
    (length,) = _LENGTH.unpack_from(data)
    end = _LENGTH.size + length
    head = json.loads(data[_LENGTH.size : end])
    mappings = {s: ColumnMapping(tuple(c), tuple(u)) for s, (c, u) in head["mappings"].items()}
    return head["importer"], head["name"], mappings, data[end:]
