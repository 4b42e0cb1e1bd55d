"""Rows that ship with a room: its published rules, and the sources they name."""

from __future__ import annotations

import csv
from pathlib import Path

from tuijin.ledger.models import Source


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def load_sources(path: Path) -> dict[str, int]:
    """Load the sources of a file that are not there yet; return the id of every source by key."""
    known = set(Source.objects.values_list("key", flat=True))
    rows = [row for row in read_rows(path) if row["key"] not in known]
    Source.objects.bulk_create(Source(**row) for row in rows)
    return dict(Source.objects.values_list("key", "pk"))
