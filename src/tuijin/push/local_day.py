"""
Which day it is, asked at the edge only: pages, operations, commands and jobs.

No rule reads a clock; each is given the day. A simulation says which day it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from django.utils import timezone

_pretended: ContextVar[date | None] = ContextVar("tuijin_day", default=None)


def today() -> date:
    """Return the day of the place the product is used in."""
    return _pretended.get() or timezone.localdate()


@contextmanager
def pretend(day: date) -> Iterator[None]:
    """Let it be another day while the block runs."""
    token = _pretended.set(day)
    try:
        yield
    finally:
        _pretended.reset(token)
