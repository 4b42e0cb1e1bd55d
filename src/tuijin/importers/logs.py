"""
What logs of operation say, row by row, before anything is measured.

These rows are no entries of the ledger: the ledger measures them (`ledger/measuring.py`) and only
figures and evidence are accepted. Times are seconds since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuijin.importers import Table

# Noun -> column -> type of its values, which may also be None where the log does not say.
LOGS: Mapping[str, Mapping[str, type]] = {
    "passage": {
        "project": str,
        "vehicle": str,
        "gate": str,
        "arrived_seconds": float,
        "released_seconds": float,
        "is_inspected": bool,
        "load_kg": float,
    },
    "vehicle_state": {
        "manufacturer": str,
        "serial": str,
        "time_seconds": float,
        "node": str,
        "trigger": str,  # "", "pending" or "finished": a wait for a release, as at a gate
        "handling": str,  # "", "pick" or "drop"
        "is_driving": bool,
        "is_charging": bool,
        "has_order": bool,
        "is_available": bool,
        "load_kg": float,
    },
}


def build_log(noun: str, columns: Mapping[str, Sequence[Any]], rows: Sequence[int]) -> Table:
    """Build the table of a log noun."""
    built = {}
    for name in LOGS[noun]:
        values = np.empty(len(rows), dtype=object)
        values[:] = columns[name]
        built[name] = values
    return Table(noun, built, np.asarray(rows, dtype=np.int64))
