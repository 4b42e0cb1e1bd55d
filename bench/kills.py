"""
Kill the importing and editing process with SIGKILL, again and again, and count what is lost.

    python bench/kills.py [--kills 1000] [--seed N]

Each child imports files of twenty projects with their plans and reports, and edits projects in
between, and says so on a pipe after each COMMIT returned. It is killed at a random moment. Then:
what was acknowledged is there; every import is there whole or not at all, with its batch and its
events; the chain of the trail is unbroken; the sums equal the rows. At the end SQLite checks itself
and every sum is counted anew.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

os.environ.setdefault("TUIJIN_HOME", tempfile.mkdtemp(prefix="tuijin-kills-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuijin.site.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction

from tuijin.importers import Parsed
from tuijin.importers.tables import build_table
from tuijin.ledger import batches, records, scope, seed, tallies, trail
from tuijin.ledger.models import (
    AnnualPlan,
    ImportBatch,
    ProgressReport,
    Project,
    Tally,
    TrailEvent,
)

PROJECTS_PER_FILE = 20
EVENTS_PER_FILE = 3 * PROJECTS_PER_FILE + 1
PLACES = ("150222", "150223", "150202")


def build_file(number: int) -> Parsed:
    """What a workbook of twenty lines says."""
    keys = [f"kill-{number}-{line}" for line in range(PROJECTS_PER_FILE)]
    rows = range(2, PROJECTS_PER_FILE + 2)
    projects = [
        {"key": key, "name": f"样例 {key}", "place": PLACES[line % 3], "stage": "building",
         "total_investment_yuan": Decimal(line)}
        for line, key in enumerate(keys)
    ]  # fmt: skip
    plans = [{"project": key, "year": 2025, "planned_yuan": Decimal(10)} for key in keys]
    reports = [{"project": k, "period": "2025-09", "year_done_yuan": Decimal(5)} for k in keys]
    found = (("project", projects), ("plan", plans), ("report", reports))
    return Parsed(tuple(build_table(noun, entries, rows) for noun, entries in found))


def batch_of(number: int) -> ImportBatch:
    return ImportBatch(
        id=uuid.uuid5(uuid.NAMESPACE_OID, f"kill-{number}"), importer="ledger_xlsx",
        sha256=f"{number:064}", shown_name=f"kill-{number}.xlsx", size_bytes=1,
        status=ImportBatch.Status.PREVIEW,
    )  # fmt: skip


def work(first: int, edit: int, pipe: int) -> None:
    """Import and edit until killed; say each step after it is committed."""
    number = first
    with scope.active(scope.system_scope("kills")):
        Project.objects.exists()
        os.write(pipe, b"ready\n")
        while True:
            batches.accept_parsed(batch_of(number), build_file(number))
            os.write(pipe, f"import {number}\n".encode())
            pk = Project.objects.get(key=f"kill-{number}-0").pk
            for _ in range(3):
                edit += 1
                records.change(Project, {pk: {"summary": f"edit {edit}"}})
                os.write(pipe, f"edit {pk} {edit}\n".encode())
            number += 1


class Check:
    """What has been acknowledged so far, held against the ledger."""

    def __init__(self) -> None:
        self.imports: set[int] = set()
        self.edits: dict[int, int] = {}
        self.seq = 0
        self.last_project = 0
        self.previous = ""
        self.faults: list[str] = []
        self.floor = 0  # files below have been looked at; all of them are again at the end
        self.acknowledged = 0
        self.cut_short = 0

    def hear(self, lines: list[str]) -> None:
        for line in lines:
            what, *values = line.split()
            self.acknowledged += 1
            if what == "import":
                self.imports.add(int(values[0]))
            else:
                self.edits[int(values[0])] = int(values[1])

    def look(self) -> int:
        """Compare; return the number of the next file."""
        with scope.active(scope.system_scope("kills")):
            found = self._count_files()
            for number in {n for n in self.imports if n >= self.floor} - found.keys():
                self.faults.append(f"acknowledged import {number} is gone")
            for number, counts in found.items():
                whole = (PROJECTS_PER_FILE,) * 3 + (1,)
                if counts != whole:
                    self.faults.append(f"import {number} is there in part: {counts}")
            self.cut_short += len(found.keys() - self.imports)
            self.imports |= found.keys()
            self._look_at_edits()
            self._look_at_trail()
            self._look_at_sums()
            self.floor = max(found, default=self.floor - 1) + 1
            return self.floor

    def _count_files(self) -> dict[int, tuple[int, ...]]:
        counts: dict[int, list[int]] = {}
        newest = Project.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        last = self.last_project if self.floor else 0
        sources: list[Any] = [
            Project.objects.filter(pk__gt=last).values_list("key", flat=True),
            AnnualPlan.objects.filter(project__gt=last).values_list("project__key", flat=True),
            ProgressReport.objects.filter(project__gt=last).values_list("project__key", flat=True),
        ]
        self.last_project = newest
        for at, keys in enumerate(sources):
            for key in keys:
                counts.setdefault(int(key.split("-")[1]), [0, 0, 0, 0])[at] += 1
        accepted = ImportBatch.objects.filter(status=ImportBatch.Status.ACCEPTED)
        for name in accepted.values_list("shown_name", flat=True):
            number = int(name.split("-")[1][:-5])
            if number >= self.floor:
                counts.setdefault(number, [0, 0, 0, 0])[3] += 1
        return {number: tuple(row) for number, row in counts.items()}

    def _look_at_edits(self) -> None:
        recent = list(self.edits)[-500:] if self.floor else []
        rows = Project.objects.filter(pk__in=recent).values_list("pk", "summary")
        for pk, summary in rows:
            if int(summary.split()[-1]) < self.edits[pk]:
                self.faults.append(f"edit {self.edits[pk]} is gone: {summary}")

    def _look_at_trail(self) -> None:
        events = list(TrailEvent.objects.filter(seq__gt=self.seq).order_by("seq"))
        if not events:
            return
        if events[0].seq != self.seq + 1 or events[0].prev_hash != self.previous:
            self.faults.append(f"the trail does not go on after {self.seq}")
        broken = trail.first_broken(events)
        if broken is not None:
            self.faults.append(f"the trail is broken at {broken}")
        self.seq, self.previous = events[-1].seq, events[-1].hash

    def _look_at_sums(self) -> None:
        kept = sum(Tally.objects.filter(place="150200").values_list("projects_count", flat=True))
        if kept != Project.objects.count():
            self.faults.append(f"sums say {kept} projects, there are {Project.objects.count()}")


def kill_once(check: Check, first: int, wait_seconds: float) -> None:
    """Fork, let work, kill, and read what it had acknowledged."""
    connection.close()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            work(first, 1_000_000 + check.acknowledged, writer)
        finally:
            os._exit(1)
    os.close(writer)
    os.read(reader, len("ready\n"))
    time.sleep(wait_seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        check.faults.append("the child ended by itself")
    with os.fdopen(reader) as stream:
        check.hear([line for line in stream.read().split("\n")[:-1] if line])


def check_database() -> list[str]:
    """SQLite's own checks, and every sum counted anew."""
    faults = []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        if (said := cursor.fetchone()[0]) != "ok":
            faults.append(f"integrity_check: {said}")
        cursor.execute("PRAGMA foreign_key_check")
        if cursor.fetchall():
            faults.append("foreign_key_check found rows")
    names = ("place_id", "status", "stage", "light", *tallies.SUMS)
    with scope.active(scope.system_scope("kills")), transaction.atomic():
        kept = sorted(Tally.objects.exclude(projects_count=0).values_list(*names))
        tallies.rebuild()
        if kept != sorted(Tally.objects.exclude(projects_count=0).values_list(*names)):
            faults.append("the kept sums differ from a recount")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20250921)
    args = parser.parse_args()
    call_command("migrate", verbosity=0)
    with scope.active(scope.system_scope("kills")):
        seed.load_places()
    chance, check, first = random.Random(args.seed), Check(), 0
    begun = datetime.now(UTC)
    for number in range(1, args.kills + 1):
        kill_once(check, first, chance.uniform(0, 0.6))
        first = check.look()
        if check.faults:
            break
        if number % 100 == 0:
            print(f"{number} kills, {check.acknowledged} steps acknowledged", flush=True)
    check.floor = 0
    check.look()
    check.faults += check_database()
    seconds = (datetime.now(UTC) - begun).total_seconds()
    print(
        f"{number} kills in {seconds:.0f} s: {check.acknowledged} steps acknowledged, "
        f"{len(check.imports)} imports, {check.cut_short} committed but not yet acknowledged, "
        f"{len(check.faults)} faults"
    )
    for fault in check.faults[:20]:
        print(f"  {fault}")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
