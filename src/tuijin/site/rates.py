"""
How many requests a minute, counted in the memory of each server process.

A count in the database would make every read a write. `tuijin up` starts at most four processes,
each of which gets its share; a burst that falls on one of them alone is refused early.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict

from django.http import HttpRequest

from tuijin.errors import TooMany
from tuijin.site.addresses import client_address

PER_USER, PER_ADDRESS, WINDOW_SECONDS = 600, 60, 60
_lock = threading.Lock()
_counts: dict[str, int] = defaultdict(int)
_window = [0]


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
    if _add(who, now) > (PER_USER if is_known else PER_ADDRESS):
        error = TooMany("每分钟请求次数过多", code="rate_limit")
        error.retry_after_seconds = WINDOW_SECONDS - int(now % WINDOW_SECONDS)
        raise error


def is_within(who: str, *, most: int) -> bool:
    """Count something of somebody, and say whether it is among the first of this minute."""
    return _add(who, time.monotonic()) <= most


def _add(who: str, now: float) -> int:
    """Count one more, and return how many it is in this window."""
    with _lock:
        if int(now // WINDOW_SECONDS) != _window[0]:
            _window[0] = int(now // WINDOW_SECONDS)
            _counts.clear()
        _counts[who] += 1
        return _counts[who]


def forget() -> None:
    """Count from nothing."""
    with _lock:
        _counts.clear()
