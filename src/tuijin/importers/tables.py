"""Build a `Table` from entries written as dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuijin.errors import ImportFailed, Problem
from tuijin.importers import Table
from tuijin.importers.faults import Fault
from tuijin.importers.nouns import NOUNS, Column
from tuijin.importers.texts import clean_text


def build_table(noun: str, entries: Sequence[Mapping[str, Any]], rows: Sequence[int]) -> Table:
    """
    One column for each name that any entry has; an entry without it gets None there.

    Parameters
    ----------
    rows
        Row in the file of each entry, from 1.

    Raises
    ------
    ImportFailed
        bad_character, too_long: a text that must not be stored, with its row and column.
    """
    known = NOUNS[noun].columns
    used = {name for entry in entries for name in entry}
    names = {column.name for column in known}
    if not used <= names:
        raise ValueError(f"{noun} has no column {', '.join(sorted(used - names))}")
    columns = {}
    for column in known:
        if column.name in used:
            values = np.empty(len(entries), dtype=object)
            values[:] = [
                _clean(entry.get(column.name), column, row)
                for entry, row in zip(entries, rows, strict=True)
            ]
            columns[column.name] = values
    return Table(noun, columns, np.asarray(rows, dtype=np.int64))


def _clean(value: Any, column: Column, row: int) -> Any:
    if not isinstance(value, str) or column.kind not in ("text", "long_text", "ref"):
        return value
    try:
        return clean_text(value, max_length=column.max_length, is_long=column.kind == "long_text")
    except Fault as fault:
        problem = Problem(
            fault.code, f"{value!r:.80}", row=row, field=column.name, expected=fault.expected
        )
        raise ImportFailed(
            f"row {row}, {column.zh}: {fault.expected}", code=fault.code, problems=[problem]
        ) from fault
