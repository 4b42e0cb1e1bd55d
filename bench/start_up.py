"""
Start-up: from pressing Enter to the first answer.

Medians over fresh processes, files in the page cache. `--help` has a budget of 0.3 s. `up` is timed
to the first 200 of /healthz, with a new home (tables, places, example) and with one that is there.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

_TUIJIN = Path(sys.executable).with_name("tuijin")
_HELP_BUDGET_SECONDS = 0.3
_GIVE_UP_SECONDS = 120.0


def time_command(*arguments: str, home: Path) -> float:
    """Seconds until a command has ended."""
    started = time.perf_counter()
    subprocess.run(
        [_TUIJIN, *arguments],
        env=os.environ | {"TUIJIN_HOME": str(home)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def time_up(home: Path) -> float:
    """Seconds until the site, started in this home, says that it is well."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    process = subprocess.Popen(
        [_TUIJIN, "up", "--port", str(port)],
        env=os.environ | {"TUIJIN_HOME": str(home)},
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _is_well(port):
            if process.poll() is not None or time.perf_counter() - started > _GIVE_UP_SECONDS:
                raise RuntimeError("tuijin up did not come up")
            time.sleep(0.02)
        return time.perf_counter() - started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _is_well(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.start_up", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder) / str(i) for i in range(repeats)]
        helps = [time_command("--help", home=homes[0]) for _ in range(repeats * 2)]
        first = [time_up(home) for home in homes]
        again = [time_up(home) for home in homes]
    for title, seconds in (
        ("tuijin --help", helps), ("up, new home with the example", first), ("up again", again),
    ):  # fmt: skip
        print(f"{title:32}{statistics.median(seconds):6.2f} s   worst {max(seconds):.2f} s")
    if statistics.median(helps) > _HELP_BUDGET_SECONDS:
        raise SystemExit(f"--help is over its budget of {_HELP_BUDGET_SECONDS} s")


if __name__ == "__main__":
    main()
