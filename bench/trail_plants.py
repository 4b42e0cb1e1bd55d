"""
Falsify the trail in 50,000 ways and count what the check finds.

    python -m bench.trail_plants [--plants 50000] [--events 200] [--seed N] [--written 200]

A trail is written to a database as the product writes it, with checkpoints kept elsewhere, the last
one at its end: what is behind the last checkpoint is proven by nobody. Each plant is one
falsification of a copy: an edit of any column, events removed, added, exchanged, the tail cut, the
head or a checkpoint bent; and each of these by somebody who then hashes everything anew and sets
the head right. The check is the one of `tuijin trail verify`, on the copy in memory; `--written` of
the plants are also written to the database, where `chain.check` must find the very same.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

os.environ.setdefault("TUIJIN_HOME", tempfile.mkdtemp(prefix="tuijin-plants-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuijin.site.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import transaction

from tuijin.ledger import chain, scope, trail
from tuijin.ledger.chain import Checkpoint, Finding, Noted
from tuijin.ledger.models import TrailEvent, TrailHead

TEXTS = ("actor", "role", "address", "action", "object_type", "object_id", "place_id", "batch",
         "request_id", "changes_sha256", "prev_hash", "hash")  # fmt: skip


@dataclass
class Copy:
    """A trail that can be bent: its events, the head, and the checkpoints kept elsewhere."""

    rows: list[TrailEvent]
    head: Noted
    points: list[Checkpoint]

    def check(self) -> Finding:
        parts = [self.rows] if self.rows else []
        return chain.walk(parts, checkpoints=self.points, head=self.head)

    def own(self, at: int) -> TrailEvent:
        """The event at a position, to be changed without changing the original."""
        self.rows[at] = copy.copy(self.rows[at])
        return self.rows[at]

    def hash_anew(self, since: int) -> None:
        """What somebody with the whole database can do."""
        previous = self.rows[since - 1].hash if since else ""
        for at in range(since, len(self.rows)):
            row = self.own(at)
            row.seq, row.prev_hash = at + 1, previous
            row.changes_sha256 = hashlib.sha256(trail.canonical(row.changes)).hexdigest()
            row.hash = previous = trail.hash_event(row)
        self.head = Noted(len(self.rows), previous)


def other_text(rng: random.Random, text: str) -> str:
    """The text with one letter changed, added or left out."""
    at = rng.randrange(len(text) + 1)
    return rng.choice([text[:at] + "x" + text[at:], text[:at] + "y" + text[at + 1 :], text[:-1]])


def edit(rng: random.Random, bent: Copy) -> int:
    at = rng.randrange(len(bent.rows))
    row = bent.own(at)
    kind = rng.choice(["text", "at", "project", "values", "seq"])
    if kind == "text":
        name = rng.choice(TEXTS)
        old = getattr(row, name)
        new = other_text(rng, old)
        setattr(row, name, new if new != old else old + "z")
    elif kind == "at":
        row.at += timedelta(microseconds=rng.choice([1, -1, 10**6, -(10**9)]))
    elif kind == "project":
        row.project_id = None if row.project_id else rng.randrange(1, 99)
    elif kind == "values":
        name = rng.choice(list(row.changes))
        row.changes = {**row.changes, name: [row.changes[name][0], rng.random()]}
    else:
        row.seq += rng.choice([1, -1, 10**6])
    return at


def remove(rng: random.Random, bent: Copy) -> int:
    at = rng.randrange(len(bent.rows) - 1)
    del bent.rows[at : at + rng.choice([1, 1, 2, 5])]
    return at


def add(rng: random.Random, bent: Copy) -> int:
    at = rng.randrange(len(bent.rows))
    bent.rows.insert(at, copy.copy(bent.rows[rng.randrange(len(bent.rows))]))
    return at


def exchange(rng: random.Random, bent: Copy) -> int:
    first, second = sorted(rng.sample(range(len(bent.rows)), 2))
    bent.rows[first], bent.rows[second] = bent.rows[second], bent.rows[first]
    return first


def cut(rng: random.Random, bent: Copy) -> int:
    kept = rng.randrange(len(bent.rows))
    del bent.rows[kept:]
    if rng.random() < 0.5:
        bent.head = Noted(kept, bent.rows[-1].hash if kept else "")
    return kept


def bend_head(rng: random.Random, bent: Copy) -> int:
    size, begins = bent.head.size, bent.head.begins
    bent.head = rng.choice([
        Noted(size + rng.randrange(1, 9), begins), Noted(size, other_text(rng, begins) + "f"),
        Noted(size - rng.randrange(1, 9), begins),
    ])  # fmt: skip
    return len(bent.rows)


def bend_checkpoint(rng: random.Random, bent: Copy) -> int:
    at = rng.randrange(len(bent.points))
    point = bent.points[at]
    name = rng.choice(["size", "hash", "at", "key_id", "signature"])
    old = getattr(point, name)
    new = old + rng.choice([1, -1]) if name == "size" else other_text(rng, old)
    bent.points[at] = replace(point, **{name: new if new != old else f"{old}z"})
    return len(bent.rows)


BENDS = (edit, remove, add, exchange, cut, bend_head, bend_checkpoint)
HIDDEN = (edit, remove, add, exchange, cut)  # those that can be hashed anew afterwards


def plant(rng: random.Random, whole: Copy) -> tuple[str, Copy]:
    """A falsified copy, and how it was made."""
    bent = Copy(list(whole.rows), whole.head, list(whole.points))
    is_hidden = rng.random() < 0.5
    bend = rng.choice(HIDDEN if is_hidden else BENDS)
    since = bend(rng, bent)
    if is_hidden:
        bent.hash_anew(min(since, max(len(bent.rows) - 1, 0)) if bent.rows else 0)
    return f"{bend.__name__}{', hashed anew' if is_hidden else ''}", bent


def is_none(bent: Copy, whole: Copy) -> bool:
    """
    Whether a plant happens to falsify nothing.

    Such as an edit of a hash that is hashed anew, or an event "added" where the next writer would
    have put it: behind the last checkpoint.
    """
    columns = [f.attname for f in TrailEvent._meta.concrete_fields]
    count = len(whole.rows)
    end = Noted(len(bent.rows), bent.rows[-1].hash if bent.rows else "")
    return (
        bent.head == (end if len(bent.rows) > count else whole.head)
        and bent.points == whole.points
        and [[getattr(r, c) for c in columns] for r in bent.rows[:count]]
        == [[getattr(r, c) for c in columns] for r in whole.rows]
    )


def write(number: int) -> Copy:
    """A trail as the product writes it, with checkpoints on the way and at its end."""
    points = []
    with scope.active(scope.system_scope("plants")):
        for seq in range(1, number + 1):
            changes = {"name": (None, f"名称 {seq}"), "value_yuan": (seq, seq + 1)}
            trail.append([
                trail.Event("change", "project", str(seq % 7), changes,
                            project_id=seq % 7 or None, place_id="150222")
            ])  # fmt: skip
            if seq % 20 == 0 or seq == number:
                points.append(chain.make_checkpoint())
    head = TrailHead.objects.get()
    return Copy(list(TrailEvent.objects.order_by("seq")), Noted(head.seq, head.hash), points)


def check_written(bent: Copy) -> Finding | None:
    """What `chain.check` finds of the copy in the database; None where no table can hold it."""
    numbers = [row.seq for row in bent.rows]
    if len(set(numbers)) < len(numbers) or numbers != sorted(numbers):
        return None
    with transaction.atomic():
        TrailEvent.objects.all().delete()
        TrailEvent.objects.bulk_create([copy.copy(row) for row in bent.rows])
        TrailHead.objects.update(seq=bent.head.size, hash=bent.head.begins)
        found = chain.check(bent.points)
        transaction.set_rollback(True)
    return found


def run(*, plants: int, events: int, seed: int, written: int) -> dict[str, object]:
    rng = random.Random(seed)
    whole = write(events)
    assert whole.check().is_whole
    assert chain.check(whole.points).is_whole
    planted: Counter[str] = Counter()
    missed: list[str] = []
    differ, compared, begun = 0, 0, time.monotonic()
    while planted.total() < plants:
        how, bent = plant(rng, whole)
        if is_none(bent, whole):
            continue
        planted[how] += 1
        found = bent.check()
        if found.is_whole:
            missed.append(how)
        if compared < written:
            again = check_written(bent)
            if again is not None:
                compared += 1
                differ += again != found
    return {
        "plants": planted.total(), "found": planted.total() - len(missed),
        "missed": dict(Counter(missed)), "compared_with_database": compared, "differ": differ,
        "seconds": round(time.monotonic() - begun, 1), "by_kind": dict(sorted(planted.items())),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (("plants", 50_000), ("events", 200), ("seed", 20251128), ("written", 200)):
        parser.add_argument(f"--{name}", type=int, default=value)
    args = parser.parse_args()
    call_command("migrate", verbosity=0)
    found = run(**vars(args))
    print(json.dumps(found, indent=1))
    return 0 if found["found"] == found["plants"] and not found["differ"] else 1


if __name__ == "__main__":
    sys.exit(main())
