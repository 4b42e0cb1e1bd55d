"""
Write many rows while the interpreter makes the next ones.

One statement takes thousands of rows, and a thread of its own waits for the database. The
connection is that thread's meanwhile: whoever holds `writing()` open asks the database nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from threading import Event
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

_PARAMETERS = 30_000  # SQLite takes 32,766 in one statement
_AHEAD = 40  # statements made before the database has taken them: a million values
Columns = Sequence[Sequence[Any]]
Write = Callable[[str, Sequence[str], Columns], None]


@contextmanager
def writing() -> Iterator[Write]:
    """
    Hand out `write(head, marks, columns)`: every row it was given is in when the block ends.

    `head` ends in VALUES; `marks` are the words of one row: `%s` where a column's value goes, or
    a literal with its `%` doubled. Goes inside a transaction, which an error has to end: after one
    statement has failed none is tried, for SQLite may have ended the transaction by itself.

    Raises
    ------
    django.db.DatabaseError
        What the database refused, from a later `write` or at the end of the block.
    """
    wrapper = connections[DEFAULT_DB_ALIAS]
    pool = ThreadPoolExecutor(1, thread_name_prefix="tuijin-rows")
    waiting: deque[Future[None]] = deque()
    has_failed = Event()

    def run(sql: str, columns: Columns) -> None:
        if has_failed.is_set():
            return
        try:
            with wrapper.wrap_database_errors:
                values = list(chain.from_iterable(zip(*columns, strict=True)))
                wrapper.connection.execute(sql, values)
        except BaseException:
            has_failed.set()
            raise

    def write(head: str, marks: Sequence[str], columns: Columns) -> None:
        if wrapper.vendor == "sqlite":
            marks = ["?" if mark == "%s" else mark.replace("%%", "%") for mark in marks]
        row, size = f"({', '.join(marks)})", _PARAMETERS // len(columns)
        for start in range(0, len(columns[0]), size):
            part = [column[start : start + size] for column in columns]
            if len(waiting) >= _AHEAD:
                waiting.popleft().result()
            waiting.append(pool.submit(run, f"{head} {', '.join([row] * len(part[0]))}", part))

    try:
        yield write
        while waiting:
            waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
