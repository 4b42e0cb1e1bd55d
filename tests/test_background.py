"""A job stays behind those who wait for a page, in a session of its own as well."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SAYS = """
import os
from pathlib import Path
from tuijin import background
background.stay_behind()
group = Path("/proc/self/autogroup")
print(os.nice(0), *(group.read_text().split()[-1:] if group.exists() else ()))
"""


def said(*, own_session: bool) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SAYS], capture_output=True, text=True, check=True,
        start_new_session=own_session,
    )  # fmt: skip
    return done.stdout.split()


def groups_sessions() -> bool:
    switch = Path("/proc/sys/kernel/sched_autogroup_enabled")
    return switch.exists() and switch.read_text().strip() == "1"


def test_the_process_is_nice():
    assert said(own_session=False)[0] == "10"


@pytest.mark.skipif(not groups_sessions(), reason="this kernel groups no sessions")
def test_the_session_is_nice_too():
    assert said(own_session=True) == ["10", "10"]
