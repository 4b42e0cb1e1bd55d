"""
How many requests a minute, counted in the memory of each server process.

A count in the database would make every read a write. `tuijin up` starts at most four processes,
each of which gets its share; a burst that falls on one of them alone is refused early.
"""

from __future__ import annotations

import threading
import time

from django.http import HttpRequest

from tuijin.errors import TooMany
from tuijin.site.addresses import client_address

PER_USER, PER_ADDRESS, WINDOW_SECONDS = 600, 60, 60
_lock = threading.Lock()
_counts: dict[str, tuple[float, int]] = {}  # who: begin of the window, how many in it
_swept = [0.0]


def count(request: HttpRequest) -> None:
    """
    Count an API request of a user, or of an address where nobody is signed in.

    Raises
    ------
    TooMany
        With the seconds until the window ends.
    """
    is_known = request.user.is_authenticated
    who = f"user:{request.user.pk}" if is_known else f"address:{client_address(request)}"
    now = time.monotonic()
    begun, number = _add(who, now)
    if number > (PER_USER if is_known else PER_ADDRESS):
        error = TooMany("每分钟请求次数过多", code="rate_limit")
        error.retry_after_seconds = WINDOW_SECONDS - int(now - begun)
        raise error


def is_within(who: str, *, most: int) -> bool:
    """Count something of somebody, and say whether it is among the first of their minute."""
    return _add(who, time.monotonic())[1] <= most


def _add(who: str, now: float) -> tuple[float, int]:
    """Count one more; return when this window of theirs began and how many it holds."""
    with _lock:
        if now - _swept[0] >= WINDOW_SECONDS:
            _swept[0] = now
            for key in [k for k, (begun, _) in _counts.items() if now - begun >= WINDOW_SECONDS]:
                del _counts[key]
        begun, number = _counts.get(who, (now, 0))
        if now - begun >= WINDOW_SECONDS:
            begun, number = now, 0
        _counts[who] = begun, number + 1
        return begun, number + 1


def forget() -> None:
    """Count from nothing."""
    with _lock:
        _counts.clear()
        _swept[0] = 0.0
