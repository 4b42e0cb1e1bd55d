"""`tuijin up`: set up what is missing, then serve web, API and worker in one process tree."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from types import FrameType

from django.conf import settings

from tuijin.cli import first_start
from tuijin.ledger import first_run

_PR_SET_PDEATHSIG = 1
_STOP_SECONDS = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000, help="default 8000")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--no-example", action="store_true", help="start with an empty ledger, places only"
    )


def run(args: argparse.Namespace) -> int:
    first_start.prepare(with_example=not args.no_example, say=_say)
    _say(f"http://{args.host}:{args.port}/")
    token = first_run.offer_token()
    if token is not None:
        path = f"first-run/?token={token}"
        _say(
            f"首个管理员，30 分钟内有效 first administrator: http://{args.host}:{args.port}/{path}"
        )
    return Tree(_commands(args.host, args.port)).serve()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _commands(host: str, port: int) -> list[list[str]]:
    workers = min(os.cpu_count() or 1, 4)
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--backlog", "512",
        "--no-access-log", "--log-level", "warning", "--respawn-failed-workers",
        "tuijin.site.wsgi:application",
    ]  # fmt: skip
    return [web, [sys.executable, "-m", "tuijin.site.worker"]]


def _die_with_parent() -> None:
    """A kill -9 of the parent must leave no child holding the port."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Tree:
    """The children, started again when one ends, stopped together."""

    def __init__(self, commands: list[list[str]]) -> None:
        self._commands = commands
        self._children: list[subprocess.Popen[bytes]] = []
        self._is_stopping = False

    def serve(self) -> int:
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, self._stop)
        self._children = [self._start(command) for command in self._commands]
        while not self._is_stopping:
            for number, child in enumerate(self._children):
                if child.poll() is not None and not self._is_stopping:
                    _say(
                        f"{self._commands[number][2]} ended with {child.returncode}; starting again"
                    )
                    time.sleep(1)
                    self._children[number] = self._start(self._commands[number])
            time.sleep(0.2)
        return self._wait()

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "TUIJIN_HOME": str(settings.CONFIG.home)}
        # preexec_fn is unsafe beside threads; this process has none.
        return subprocess.Popen(
            command,
            env=environment,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  see above
            start_new_session=True,
        )

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._is_stopping = True

    def _wait(self) -> int:
        for child in self._children:
            child.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for child in self._children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            _end_group(child.pid)
        return 0


def _end_group(leader: int) -> None:
    """End what a child left behind: granian, stopped while it starts, leaves its workers."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
