"""The job worker: holds a lock while it lives, so that `/healthz` can tell."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command

from tuijin import background

_PR_SET_PDEATHSIG = 1


def lock_path(home: Path) -> Path:
    return home / "worker.lock"


def is_running(home: Path) -> bool:
    """Whether some worker holds the lock."""
    descriptor = os.open(lock_path(home), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def held(home: Path) -> Iterator[None]:
    """Be the worker of this home for as long as the block runs; waits for another to end."""
    descriptor = os.open(lock_path(home), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


_WARM = "; ".join(
    f"from tuijin.engines.{engine}.__main__ import warm; warm()" for engine in ("flow", "returns")
)


def warm_kernels() -> subprocess.Popen[bytes]:
    """
    Have the compiled code of the engines ready before somebody waits for it.

    In a process of its own, behind all others: it takes a minute once after an installation and
    two seconds later, and ends with the worker.
    """
    return subprocess.Popen(
        [sys.executable, "-c", _WARM],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_stay_behind,  # noqa: PLW1509  the worker has one thread: nothing is locked
    )


def _stay_behind() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    background.stay_behind()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuijin.site.settings")
    django.setup()
    from django.conf import settings  # settings exist only from here on

    try:
        with held(settings.CONFIG.home):
            warm_kernels()
            call_command("db_worker", interval=0.5, verbosity=0, startup_delay=False)
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
