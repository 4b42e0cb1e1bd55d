"""
Cut the power at any write of a recorded run, and see what is left.

    python -m bench.power_loss [--cuts 300] [--steps 60] [--seed N] [--ignore-syncs]

A child imports and edits as `bench.kills` does, with `write_recorder.c` loaded before libc:
every write, truncation, sync and removal below its folder is recorded in order, and so is each
acknowledgement. Then the power is cut at records chosen by chance: of each file there is what was
synced, and of what was not a part chosen by chance, each write whole, missing, or torn at sectors
of 512 bytes. On each such image the database must open and check itself; all that was acknowledged
before the cut is there; every import is whole or not at all; the chain of the trail and its head
are whole; the kept sums equal a recount. `--ignore-syncs` takes every sync for nothing, which must
lose something, or the bench would show nothing. SQLite's shared memory is made anew, not kept.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("TUIJIN_HOME", tempfile.mkdtemp(prefix="tuijin-power-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuijin.site.settings")

from django.core.management import call_command
from django.db import DatabaseError, connection

from bench import kills  # sets Django up
from tuijin.ledger import chain, scope, seed

SECTOR_BYTES = 512
DATABASE = "tuijin.sqlite3"
_HEAD = struct.Struct("<cIQQ")


@dataclass(frozen=True)
class Record:
    """One call: W write, T truncate, S sync, U unlink."""

    op: str
    name: str
    offset: int
    data: bytes


def read_records(path: Path) -> Iterator[Record]:
    with path.open("rb") as stream:
        while len(head := stream.read(_HEAD.size)) == _HEAD.size:
            op, length, offset, size = _HEAD.unpack(head)
            name = Path(stream.read(length).decode()).name
            yield Record(op.decode(), name, offset, stream.read(size))


@dataclass
class Disk:
    """One file: what is safe, and what was done to it since."""

    safe: bytearray | None = None
    pending: list[Record] = field(default_factory=list)

    def sync(self) -> None:
        for record in self.pending:
            self.safe = apply(self.safe, record)
        self.pending = []

    def after_cut(self, rng: random.Random) -> bytearray | None:
        """What a reader finds after the power came back."""
        left = None if self.safe is None else bytearray(self.safe)
        chance = rng.choice([0.0, 0.5, 1.0, rng.random()])  # how much had reached the disk
        for record in self.pending:
            if rng.random() >= chance:
                continue
            for part in tear(rng, record) if rng.random() < 0.3 else [record]:
                left = apply(left, part)
        return left


def apply(content: bytearray | None, record: Record) -> bytearray | None:
    if record.op == "U":
        return None
    content = bytearray() if content is None else content
    if record.op == "T":
        del content[record.offset :]
        content.extend(bytes(record.offset - len(content)))
        return content
    end = record.offset + len(record.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    content[record.offset : end] = record.data
    return content


def tear(rng: random.Random, record: Record) -> list[Record]:
    """Some of the sectors of a write; it begins at a boundary of the disk, not of the write."""
    if record.op != "W":
        return [record]
    starts = [0, *range(-record.offset % SECTOR_BYTES or SECTOR_BYTES, len(record.data),
                        SECTOR_BYTES), len(record.data)]  # fmt: skip
    return [
        Record("W", record.name, record.offset + a, record.data[a:b])
        for a, b in itertools.pairwise(starts)
        if a < b and rng.random() < 0.5
    ]


def record_run(home: Path, *, steps: int) -> Path:
    """Let a child work until it has said enough, then kill it; return what was recorded."""
    library, log = home.parent / "recorder.so", home.parent / "records"
    source = Path(__file__).with_name("write_recorder.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl", "-lpthread"],
                   check=True)  # fmt: skip
    environment = {**os.environ, "LD_PRELOAD": str(library), "RECORD_UNDER": str(home),
                   "RECORD_TO": str(log), "TUIJIN_HOME": str(home)}  # fmt: skip
    acks = home / "acks"
    child = subprocess.Popen([sys.executable, "-m", "bench.power_loss", "--child"], env=environment)
    deadline = time.monotonic() + 300
    try:
        while not acks.exists() or acks.read_bytes().count(b"\n") < steps:
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the child that is recorded did not get on")
            time.sleep(0.05)
    finally:
        child.kill()
        child.wait()
    return log


def work() -> None:
    acks = os.open(Path(os.environ["TUIJIN_HOME"]) / "acks", os.O_WRONLY | os.O_CREAT, 0o600)
    kills.work(0, 1_000_000, acks)


def look(image: dict[str, bytearray], acks: list[str], folder: Path) -> list[str]:
    """What is wrong with what the cut left."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in image.items():
        (folder / name).write_bytes(content)
    connection.close()
    connection.settings_dict["NAME"] = folder / DATABASE
    try:
        check = kills.Check()
        check.hear(acks)
        check.look()
        faults = check.faults + kills.check_database()
        with scope.active(scope.system_scope("power")):
            found = chain.check([])
        if not found.is_whole:
            faults.append(f"trail: {found.reason} at {found.first_bad}")
    except (DatabaseError, IndexError) as error:
        faults = [f"{type(error).__name__}: {error}"]
    connection.close()
    return faults


def cut_at(
    records: list[Record], base: bytearray, *, cuts: int, rng: random.Random, keeps_syncs: bool,
    folder: Path,
) -> tuple[list[str], int]:  # fmt: skip
    """Go through the records, cut at some of them, and gather what was wrong."""
    disks = {DATABASE: Disk(bytearray(base))}
    begun = next(n for n, r in enumerate(records) if r.name == "acks")
    chosen = set(rng.sample(range(begun, len(records)), min(cuts, len(records) - begun)))
    said, faults = bytearray(), []
    for number, record in enumerate(records):
        if record.name == "acks":
            said = apply(said, record) or said
        elif record.name.startswith(DATABASE) and not record.name.endswith("-shm"):
            disk = disks.setdefault(record.name, Disk())
            if record.op != "S":
                disk.pending.append(record)
            elif keeps_syncs:
                disk.sync()
        if number in chosen:
            image = {n: left for n, d in disks.items() if (left := d.after_cut(rng)) is not None}
            acks = [line for line in said.decode().split("\n")[:-1] if line != "ready"]
            faults += [f"cut at {number}: {fault}" for fault in look(image, acks, folder)[:3]]
    return faults, len(chosen)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=300)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--seed", type=int, default=20251128)
    parser.add_argument("--ignore-syncs", action="store_true")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        work()
        return 0
    home = Path(os.environ["TUIJIN_HOME"]).resolve()
    call_command("migrate", verbosity=0)
    with scope.active(scope.system_scope("power")):
        seed.load_places()
    connection.close()  # the last to close writes the log into the database
    with tempfile.TemporaryDirectory(prefix="tuijin-cut-") as folder:
        recorded = Path(folder) / "home"
        shutil.copytree(home, recorded)
        base = bytearray((recorded / DATABASE).read_bytes())
        records = list(read_records(record_run(recorded, steps=args.steps)))
        begun = time.monotonic()
        faults, cuts = cut_at(
            records, base, cuts=args.cuts, rng=random.Random(args.seed),
            keeps_syncs=not args.ignore_syncs, folder=Path(folder) / "image",
        )  # fmt: skip
    print(json.dumps({
        "records": len(records), "syncs": sum(r.op == "S" for r in records),
        "acknowledged": sum(r.name == "acks" and r.op == "W" for r in records), "cuts": cuts,
        "faults": len(faults), "first_faults": faults[:10],
        "seconds": round(time.monotonic() - begun, 1),
    }, indent=1))  # fmt: skip
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
