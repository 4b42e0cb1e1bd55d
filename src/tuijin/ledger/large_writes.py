"""
What a large import asks of SQLite.

Its pages stay in memory until the commit, and the commit waits for the write-ahead log alone: what
is in the log is safe, and copying it into the database file goes on beside the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from django.db import connection

ROWS = 5_000
_CACHE_KIB = 131_072
_PAGES = 1_000  # SQLite's own: a commit that leaves a longer log copies it first


@contextmanager
def prepared(n_rows: int) -> Iterator[None]:
    """Hold the copying off while many rows are written, and begin it once they are committed."""
    is_large = n_rows >= ROWS and connection.vendor == "sqlite" and not connection.in_atomic_block
    if not is_large:
        yield
        return
    usual_cache = _get("cache_size")
    _set("cache_size", -_CACHE_KIB)
    _set("wal_autocheckpoint", 0)
    try:
        yield
    finally:
        _set("cache_size", usual_cache)
        _set("wal_autocheckpoint", _PAGES)
        Thread(target=copy_log, name="tuijin-copy-log", daemon=True).start()


def copy_log() -> None:
    """Copy the log into the database file, as far as no reader needs the old pages."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        connection.close()


def _get(name: str) -> int:
    with connection.cursor() as cursor:
        return int(cursor.execute(f"PRAGMA {name}").fetchone()[0])


def _set(name: str, value: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name} = {value}")
