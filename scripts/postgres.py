"""
Run a command beside a PostgreSQL server of its own: `postgres.py COMMAND [ARGUMENT…]`.

The server is made of Debian's binaries in a temporary folder, listens on a free port of the
loopback interface, and ends with the command. The command finds it in TUIJIN_DATABASE_URL.
PostgreSQL refuses to run as root, so root hands it to the user that Debian made for it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

_OWNERS = ("postgres", "nobody")
# Tests make and drop databases by the hundred; what they check is not power loss.
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def find_binaries() -> Path | None:
    """Folder of the newest PostgreSQL server installed, or None."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(versions, key=lambda p: int(p.parts[-3]), default=None)
    if newest is None:
        found = shutil.which("postgres")
        return Path(found).resolve().parent if found else None
    return newest.parent


def _find_owner() -> pwd.struct_passwd | None:
    """Who is to run the server: somebody else where we are root, else nobody else."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in _OWNERS if name in known)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres_server(settings: dict[str, str] = _QUICK) -> Iterator[str]:
    """
    Address of a running server, `postgresql://tuijin@127.0.0.1:PORT/tuijin`.

    Raises
    ------
    FileNotFoundError
        If no server is installed.
    """
    binaries = find_binaries()
    if binaries is None:
        raise FileNotFoundError("no PostgreSQL server is installed: apt-get install postgresql")
    home = Path(tempfile.mkdtemp(prefix="tuijin-pg-"))
    owner = _find_owner()
    if owner:
        os.chown(home, owner.pw_uid, owner.pw_gid)
    spawn = partial(
        subprocess.Popen,
        cwd=home,
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
        stdout=subprocess.DEVNULL,
    )
    data, port = home / "data", _free_port()
    try:
        initdb = [binaries / "initdb", "-D", data, "-U", "tuijin", "-A", "trust", "-E", "UTF8"]
        if spawn([*initdb, "--locale=C.UTF-8", "--no-sync"]).wait() != 0:
            raise RuntimeError(f"initdb failed in {home}")
        options = {"listen_addresses": "127.0.0.1", "port": str(port), "max_connections": "60"}
        options |= {"unix_socket_directories": str(home)} | settings
        flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (home / "log").open("wb") as log:
            server = spawn([binaries / "postgres", "-D", data, *flags], stderr=log)
        try:
            _create_database(binaries, port=port, server=server, log=home / "log")
            yield f"postgresql://tuijin@127.0.0.1:{port}/tuijin"
        finally:
            server.send_signal(2)  # SIGINT: the fast shutdown, which waits for no client
            server.wait(timeout=30)
    finally:
        shutil.rmtree(home)


def _create_database(
    binaries: Path, *, port: int, server: subprocess.Popen[Any], log: Path
) -> None:
    address = ["-h", "127.0.0.1", "-p", str(port), "-U", "tuijin"]
    for _ in range(300):
        ready = subprocess.run(
            [binaries / "pg_isready", "-q", "-t", "1", *address, "-d", "postgres"], check=False
        )
        if ready.returncode == 0:
            break
        if server.poll() is not None:
            raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}")
        time.sleep(0.1)
    subprocess.run([binaries / "createdb", *address, "tuijin"], check=True)


def main(command: list[str]) -> int:
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    if find_binaries() is None:
        print("skipped: no PostgreSQL server is installed (apt-get install postgresql)")
        return 1 if os.environ.get("TUIJIN_TEST_EVERYTHING") else 0
    with postgres_server() as url:
        environment = os.environ | {"TUIJIN_DATABASE_URL": url}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
