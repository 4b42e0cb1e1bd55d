"""Fifteen kills of the thousand that `bench/kills.py` does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_nothing_acknowledged_is_lost_and_nothing_is_half_saved(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO", "TUIJIN"))}
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / "kills.py", "--kills", "15"],
        env={**environment, "TUIJIN_HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 faults" in done.stdout
