"""
200 people at once on a real server, with a verification job and an import running.

    python -m bench.load [--users 200] [--seconds 60] [--think 10] [--projects 650]

`tuijin up` is started on loopback with the example and 650 made-up projects, on SQLite and, where
it is installed, on PostgreSQL with its durable settings. Each person has an account, a session for
pages and a token for the API, and a think time drawn from an exponential around `--think` seconds:
who reads a page of figures takes about that long. One of seven acts is a write (a project's column
with its ETag, a month's report, an issue raised), the others are pages and lists. All the while one
more person starts one verification of all claims after the other, and another imports one workbook
of 500 projects after the other, with two seconds' look at each preview. The clients run in this
process, on the same cores as the server; the machine's load when it starts is told. Wanted: p95
under 300 ms for reads and 500 ms for writes, no errors.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from scripts.postgres import find_binaries, postgres_server

READ_P95_MS, WRITE_P95_MS = 300, 500
LOOK_SECONDS = 2  # at a preview, before it is accepted
FILES = 20  # as many as one person may import in an hour
KEPT_SECONDS = 15  # a browser gives an idle connection up before the server does (30 s)
READS = (
    "/", "/projects/", "/projects/?sort=-total_investment_yuan&light=red", "/projects/{id}/",
    "/projects/{id}/", "/map/", "/issues/", "/claims/", "/today/", "/inbox/",
    "/api/v1/projects?size=50", "/api/v1/overview", "/api/v1/projects/{id}", "/api/v1/issues",
)  # fmt: skip


@dataclass
class Person:
    """One account, its way in, and the projects it works on."""

    token: str
    cookie: str
    project_ids: list[int]
    rng: random.Random


@dataclass
class Seen:
    """What was measured: milliseconds by act, and what went wrong."""

    reads: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    writes: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    runs: int = 0
    imports: int = 0


class Wire:
    """One connection that speaks just enough HTTP/1.1, kept while it is used often."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.used = 0.0

    async def ask(
        self, method: str, path: str, head: dict[str, str], body: bytes = b""
    ) -> tuple[int, dict[str, str], bytes]:
        if self.streams is not None and time.monotonic() - self.used > KEPT_SECONDS:
            self.streams[1].close()
            self.streams = None
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            return await self._ask(method, path, head, body)
        finally:
            self.used = time.monotonic()

    async def _ask(
        self, method: str, path: str, head: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        assert self.streams is not None
        reader, writer = self.streams
        own = {"Host": f"127.0.0.1:{self.port}", "Content-Length": str(len(body))}
        lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in {**own, **head}.items())]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        found = dict(line.lower().split(": ", 1) for line in rest if ": " in line)
        if found.get("transfer-encoding") == "chunked":
            data = b""
            while size := int((await reader.readline()).strip(), 16):
                data += await reader.readexactly(size)
                await reader.readline()
            await reader.readline()
        else:
            data = await reader.readexactly(int(found.get("content-length", 0)))
        if found.get("connection") == "close":
            writer.close()
            self.streams = None
        return int(first.split()[1]), found, data


async def live(person: Person, wire: Wire, seen: Seen, *, until: float, think: float) -> None:
    """Read and write as somebody at a desk does, until the time is over."""
    await asyncio.sleep(person.rng.uniform(0, think))
    while time.monotonic() < until:
        try:
            if person.rng.random() < 1 / 7:
                await write_one(person, wire, seen)
            else:
                await read_one(person, wire, seen)
        except (OSError, asyncio.IncompleteReadError) as error:
            seen.errors.append(f"{type(error).__name__}: {error}")
            wire.streams = None
        await asyncio.sleep(person.rng.expovariate(1 / think))


async def read_one(person: Person, wire: Wire, seen: Seen) -> None:
    template = person.rng.choice(READS)
    path = template.format(id=person.rng.choice(person.project_ids))
    if path.startswith("/api/"):
        head = {"Authorization": f"Bearer {person.token}"}
    else:
        head = {"Cookie": person.cookie}
    await timed(wire, seen.reads[template], seen, ("GET", path, head, b""), wanted={200})


async def write_one(person: Person, wire: Wire, seen: Seen) -> None:
    pk, chance = person.rng.choice(person.project_ids), person.rng
    head = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json"}
    kind = chance.choice(["change", "report", "issue"])
    if kind == "change":
        path = f"/api/v1/projects/{pk}"
        _, found, _ = await wire.ask("GET", path, head)
        body: dict[str, Any] = {"summary": f"第 {chance.randrange(10**9)} 次修改"}
        head["If-Match"] = found.get("etag", "")
        call = ("PATCH", path, head, json.dumps(body).encode())
    elif kind == "report":
        period = f"{chance.randrange(1991, 2090)}-{chance.randrange(1, 13):02}"
        body = {"project": f"synthetic:{pk_number(pk)}", "period": period, "year_done_yuan": "5"}
        call = ("POST", "/api/v1/reports", head, json.dumps(body).encode())
    else:
        body = {"title": "合成问题", "project": f"synthetic:{pk_number(pk)}", "category": "other"}
        call = ("POST", "/api/v1/issues", head, json.dumps(body).encode())
    # 409: the month is on record; 412: a colleague saved first
    await timed(wire, seen.writes[kind], seen, call, wanted={200, 201, 409, 412})


_numbers: dict[int, int] = {}


def pk_number(pk: int) -> int:
    """The number of a made-up project."""
    return _numbers[pk]


async def timed(
    wire: Wire, into: list[float], seen: Seen, call: tuple[str, str, dict[str, str], bytes],
    *, wanted: set[int],
) -> None:  # fmt: skip
    begun = time.monotonic()
    status, _, body = await wire.ask(*call)
    into.append((time.monotonic() - begun) * 1000)
    if status not in wanted:
        seen.errors.append(f"{call[0]} {call[1]} {status} {body[:200]!r}")


async def verify_again(person: Person, wire: Wire, seen: Seen, *, until: float) -> None:
    """One verification of all claims after the other."""
    head = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json"}
    while time.monotonic() < until:
        status, found, body = await wire.ask("POST", "/api/v1/runs", head, b'{"which": "all"}')
        if status != 202:
            seen.errors.append(f"run {status} {body[:200]!r}")
            return
        while time.monotonic() < until:
            await asyncio.sleep(1)
            _, _, said = await wire.ask("GET", found["location"], head)
            if json.loads(said).get("status") not in ("queued", "running", "waiting", "ready"):
                seen.runs += 1
                break


async def import_again(
    person: Person, wire: Wire, seen: Seen, files: list[bytes], *, until: float
) -> None:
    """One workbook after the other, each read, previewed and accepted."""
    for number, data in enumerate(files):
        if time.monotonic() >= until:
            return
        mark = uuid.uuid4().hex
        form = (
            f"--{mark}\r\nContent-Disposition: form-data; "
            f'name="file"; filename="l{number}.xlsx"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode() + data + f"\r\n--{mark}--\r\n".encode()  # fmt: skip
        head = {"Authorization": f"Bearer {person.token}"}
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        status, _, body = await wire.ask("POST", "/api/v1/imports", {**head, **kind}, form)
        batch = json.loads(body)
        if status != 201 or batch["status"] != "preview":
            seen.errors.append(f"import {status} {body[:300]!r}")
            return
        await asyncio.sleep(LOOK_SECONDS)
        kind = {"Content-Type": "application/json"}
        body = json.dumps({"digest": batch["digest"]}).encode()
        path = f"/api/v1/imports/{batch['id']}/accept"
        status, _, said = await wire.ask("POST", path, {**head, **kind}, body)
        if status != 200:
            seen.errors.append(f"accept {status} {said[:300]!r}")
            return
        seen.imports += 1


def prepare(n_users: int, n_projects: int) -> tuple[list[Person], list[bytes]]:
    """Fill the ledger, and give everybody an account with a session and a token."""
    import django

    django.setup()
    from django.test import Client

    from bench import synthetic
    from tuijin.cli import first_start
    from tuijin.ledger import scope
    from tuijin.ledger.models import Project, User
    from tuijin.site import tokens

    first_start.prepare(with_example=True, say=lambda _: None)
    synthetic.fill(n_projects)
    with scope.active(scope.system_scope("load")):
        rows = Project.objects.filter(key__startswith="synthetic:").values_list("pk", "key")
        _numbers.update({pk: int(key.split(":")[1]) for pk, key in rows})
    ids, people = list(_numbers), []
    for number in range(n_users + 2):
        user = User.objects.create(
            username=f"load-{number}", display_name=f"合成用户{number}", role="city_coordinator"
        )
        client = Client()
        client.force_login(user)
        with scope.active(scope.build_scope(user)):
            token = tokens.create(user, name="load")
        rng = random.Random(number)
        cookie = "; ".join(f"{k}={morsel.value}" for k, morsel in client.cookies.items())
        people.append(Person(token, cookie, rng.sample(ids, min(40, len(ids))), rng))

    return people, [build_file(number) for number in range(1, FILES + 1)]


def build_file(number: int) -> bytes:
    """A workbook of 500 projects that nobody has seen yet."""
    from bench import import_workbook

    def row(line: int, chance: random.Random) -> list[Any]:
        return import_workbook.project_row(number * 1000 + line, chance)

    return import_workbook.build(import_workbook.PROJECTS, row, 500)


async def measure(
    people: list[Person], files: list[bytes], *, port: int, seconds: float, think: float
) -> Seen:
    seen, until = Seen(), time.monotonic() + seconds
    *users, verifier, importer = people
    works: list[Awaitable[None]] = [
        live(person, Wire(port), seen, until=until, think=think) for person in users
    ]
    works.append(verify_again(verifier, Wire(port), seen, until=until))
    works.append(import_again(importer, Wire(port), seen, files, until=until))
    await asyncio.gather(*works)
    return seen


def start_server(port: int) -> subprocess.Popen[bytes]:
    server = subprocess.Popen([sys.executable, "-m", "tuijin", "up", "--port", str(port)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        try:
            status = asyncio.run(Wire(port).ask("GET", "/healthz", {}))[0]
        except OSError:
            status = 0
        if status == 200:
            return server
        time.sleep(0.5)
    server.terminate()
    raise TimeoutError("the server was not healthy in 240 s")


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)] if values else 0.0


def report(seen: Seen, *, name: str, load: float) -> dict[str, Any]:
    reads = [ms for values in seen.reads.values() for ms in values]
    writes = [ms for values in seen.writes.values() for ms in values]
    by_act = {k: round(p95(v)) for k, v in sorted({**seen.reads, **seen.writes}.items())}
    return {
        "database": name, "load_before": load, "reads": len(reads), "writes": len(writes),
        "read_p50_ms": round(sorted(reads)[len(reads) // 2]) if reads else None,
        "read_p95_ms": round(p95(reads)), "write_p95_ms": round(p95(writes)),
        "errors": len(seen.errors), "first_errors": seen.errors[:5], "runs": seen.runs,
        "imports": seen.imports, "p95_by_act_ms": by_act,
    }  # fmt: skip


def run_inside(args: argparse.Namespace) -> int:
    load = round(os.getloadavg()[0], 1)
    people, files = prepare(args.users, args.projects)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = start_server(port)
    try:
        seen = asyncio.run(measure(people, files, port=port, seconds=args.seconds,
                                   think=args.think))  # fmt: skip
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
    found = report(seen, name=args.inside, load=load)
    print(json.dumps(found, indent=1, ensure_ascii=False), flush=True)
    is_good = found["read_p95_ms"] < READ_P95_MS and found["write_p95_ms"] < WRITE_P95_MS
    return 0 if is_good and not seen.errors else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=10)
    parser.add_argument("--projects", type=int, default=650)
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        return run_inside(args)
    worst = run_beside(args, "SQLite", "")
    if find_binaries() is None:
        print("PostgreSQL: not installed here, not measured")
        return worst
    with postgres_server({}) as url:  # as it comes: fsync and synchronous_commit on
        return max(worst, run_beside(args, "PostgreSQL", url))


def run_beside(args: argparse.Namespace, name: str, url: str) -> int:
    """Measure in a process of its own: Django is bound to one database."""
    words = [f"--{n}={getattr(args, n)}" for n in ("users", "seconds", "think", "projects")]
    with tempfile.TemporaryDirectory(prefix="tuijin-load-") as home:
        environment = {**os.environ, "TUIJIN_HOME": home, "TUIJIN_DATABASE_URL": url,
                       "DJANGO_SETTINGS_MODULE": "tuijin.site.settings"}  # fmt: skip
        command = [sys.executable, "-m", "bench.load", "--inside", name, *words]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
