"""Some cuts of the many that `bench/power_loss.py` makes; with syncs ignored it finds the loss."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def cut(tmp_path, *words):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO", "TUIJIN"))}
    return subprocess.run(
        [sys.executable, "-m", "bench.power_loss", "--steps", "20", *words],
        env={**environment, "TUIJIN_HOME": str(tmp_path)}, cwd=ROOT,
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


@pytest.mark.skipif(shutil.which("gcc") is None, reason="absent: gcc, which builds the recorder")
def test_what_was_synced_survives_and_what_was_not_is_missed(tmp_path):
    done = cut(tmp_path / "sound", "--cuts", "15")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert (found["faults"], found["cuts"]) == (0, 15)
    assert found["syncs"] >= 20
    assert found["acknowledged"] >= 20
    broken = cut(tmp_path / "broken", "--cuts", "6", "--ignore-syncs")
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert json.loads(broken.stdout)["faults"] > 0
