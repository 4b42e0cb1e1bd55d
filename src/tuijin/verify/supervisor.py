"""
Watch over a run: it has a process of its own, with limits, that can be ended at any moment.

The worker beats the heart of the run and looks whether somebody asked to cancel; the process tests
the claims (`tuijin.verify.job`) and writes its progress. What was kept before it ended stays.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time

from django.utils import timezone

from tuijin import background
from tuijin.verify.models import Run

CPU_SECONDS = 300
WALL_SECONDS = 600
MEMORY_BYTES = 1 << 30
OUT_OF_MEMORY = 77  # exit code of the job
_LOOK_SECONDS = 0.2
_BEAT_SECONDS = 1.0
_GRACE_SECONDS = 1.5  # from SIGTERM to SIGKILL; cancelling must end within two seconds
_PR_SET_PDEATHSIG = 1
# All that the process gets of the environment.
_PASSED_ON = (
    "PATH", "LANG", "PYTHONPATH", "TUIJIN_HOME", "TUIJIN_DATABASE_URL", "TUIJIN_CHECKPOINTS",
)  # fmt: skip


def supervise(run_id: str) -> None:
    """Run a queued run to its end, whatever that is."""
    now = timezone.now()
    queued = Run.objects.filter(pk=run_id, status=Run.Status.QUEUED)
    if not queued.update(status=Run.Status.RUNNING, started_at=now, alive_at=now):
        return  # cancelled while it waited, or taken by another worker
    process = subprocess.Popen(
        [sys.executable, "-m", "tuijin.verify.job", run_id],
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_limit,  # noqa: PLW1509  the worker runs one thread: nothing is locked meanwhile
    )
    try:
        status, reason = _watch(process, run_id)
    finally:
        _end(process)
    Run.objects.filter(pk=run_id, status=Run.Status.RUNNING).update(
        status=status, reason=reason, finished_at=timezone.now()
    )


def _limit() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    background.stay_behind()


def _watch(process: subprocess.Popen[bytes], run_id: str) -> tuple[str, str]:
    """Wait for the process, a cancellation or the time limit; say how the run ended."""
    started = beaten = time.monotonic()
    while process.poll() is None:
        time.sleep(_LOOK_SECONDS)
        now = time.monotonic()
        run = Run.objects.filter(pk=run_id).values("is_cancel_asked", "status").get()
        if run["is_cancel_asked"]:
            return Run.Status.CANCELLED, ""
        if now - started > WALL_SECONDS:
            return Run.Status.FAILED, "wall_limit"
        if now - beaten > _BEAT_SECONDS:
            beaten = now
            Run.objects.filter(pk=run_id).update(alive_at=timezone.now())
    return _outcome(process.returncode)


def _outcome(code: int) -> tuple[str, str]:
    if code == 0:
        return Run.Status.DONE, ""
    reasons = {-signal.SIGXCPU: "cpu_limit", OUT_OF_MEMORY: "memory_limit"}
    return Run.Status.FAILED, reasons.get(code, "crashed")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and all it started: SIGTERM, then SIGKILL."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
