"""
Write many rows while the interpreter makes the next ones.

One statement takes thousands of rows, and a thread of its own waits for the database. The
connection is that thread's meanwhile: whoever holds `writing()` open asks the database nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

_PARAMETERS = 30_000  # SQLite takes 32,766 in one statement
Write = Callable[[str, Sequence[str], Sequence[Sequence[Any]]], None]


@contextmanager
def writing() -> Iterator[Write]:
    """
    Hand out `write(head, marks, columns)`: every row it was given is in when the block ends.

    `head` ends in VALUES; `marks` are the words of one row, `%s` where a column's value goes. Goes
    inside a transaction.

    Raises
    ------
    django.db.DatabaseError
        What the database refused, at the end of the block.
    """
    wrapper = connections[DEFAULT_DB_ALIAS]
    pool = ThreadPoolExecutor(1, thread_name_prefix="tuijin-rows")
    waiting = []

    def run(sql: str, columns: Sequence[Sequence[Any]]) -> None:
        with wrapper.wrap_database_errors:
            wrapper.connection.execute(sql, list(chain.from_iterable(zip(*columns, strict=True))))

    def write(head: str, marks: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
        row, count = f"({', '.join(marks)})", len(columns[0])
        if wrapper.vendor == "sqlite":
            row = row.replace("%s", "?").replace("%%", "%")
        size = _PARAMETERS // len(columns)
        for start in range(0, count, size):
            part = [column[start : start + size] for column in columns]
            sql = f"{head} {', '.join([row] * len(part[0]))}"
            waiting.append(pool.submit(run, sql, part))

    try:
        yield write
        for future in waiting:
            future.result()
    finally:
        pool.shutdown(cancel_futures=True)
