"""Build a `Table` from entries written as dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuijin.importers import Table
from tuijin.importers.nouns import NOUNS


def build_table(noun: str, entries: Sequence[Mapping[str, Any]], rows: Sequence[int]) -> Table:
    """
    One column for each name that any entry has; an entry without it gets None there.

    Parameters
    ----------
    rows
        Row in the file of each entry, from 1.
    """
    known = [column.name for column in NOUNS[noun].columns]
    used = {name for entry in entries for name in entry}
    if not used <= set(known):
        raise ValueError(f"{noun} has no column {', '.join(sorted(used - set(known)))}")
    columns = {}
    for name in known:
        if name in used:
            values = np.empty(len(entries), dtype=object)
            values[:] = [entry.get(name) for entry in entries]
            columns[name] = values
    return Table(noun, columns, np.asarray(rows, dtype=np.int64))
