"""How a process stays behind those that somebody waits for."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_NICE = 10
_AUTOGROUP = Path("/proc/self/autogroup")


def stay_behind() -> None:
    """
    Take the processor only when nobody else wants it.

    Where the kernel groups processes by session (sched(7), autogroup), niceness counts among those
    of one session only: the group of a process that has a session of its own is made nice as well.
    """
    os.nice(_NICE)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # no such grouping here
            _AUTOGROUP.write_text(str(_NICE))
