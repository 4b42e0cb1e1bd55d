"""
Has anybody rewritten the trail?

The chain of hashes shows an edit; only a checkpoint kept elsewhere shows a cut tail or a trail
written anew. Checkpoints are appended to a file after every 1,000 events or ten minutes, whichever
comes first; `TUIJIN_CHECKPOINTS` puts it where the application cannot rewrite it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from tuijin.ledger import trail
from tuijin.ledger.models.trail import TrailEvent, TrailHead

EVERY_EVENTS, EVERY_SECONDS = 1000, 600
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How long the trail was, its last hash, when; signed with the installation's key."""

    size: int
    hash: str
    at: str
    key_id: str
    signature: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; `first_bad` is the first event that is not what it was, 0 if none."""

    is_whole: bool
    size: int
    first_bad: int
    reason: str
    last_good: Checkpoint | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def check(checkpoints: Iterable[Checkpoint] | None = None) -> Finding:
    """
    Walk the whole trail.

    Parameters
    ----------
    checkpoints
        Those kept elsewhere; by default those of the installation's own file.
    """
    known = sorted(read_checkpoints() if checkpoints is None else checkpoints, key=lambda c: c.size)
    by_size = {point.size: point for point in known}
    last_good: Checkpoint | None = None
    size, previous = 0, ""
    for rows in _batches():
        bad = trail.first_broken(rows)
        if bad is None and (rows[0].prev_hash != previous or rows[0].seq != size + 1):
            bad = rows[0].seq
        for row in rows:
            if bad is not None and row.seq >= bad:
                return Finding(
                    is_whole=False, size=size, first_bad=bad, reason="edited", last_good=last_good
                )
            size, previous = row.seq, row.hash
            point = by_size.get(size)
            if point is None:
                continue
            if not _is_signed(point) or point.hash != row.hash:
                first = last_good.size + 1 if last_good else 1
                return Finding(
                    is_whole=False,
                    size=size,
                    first_bad=first,
                    reason="rewritten",
                    last_good=last_good,
                )
            last_good = point
    head = TrailHead.objects.filter(id=1).first()
    longest = max(known[-1].size if known else 0, head.seq if head else 0)
    if longest > size:
        return Finding(
            is_whole=False, size=size, first_bad=size + 1, reason="cut", last_good=last_good
        )
    return Finding(is_whole=True, size=size, first_bad=0, reason="", last_good=last_good)


def _batches() -> Iterator[list[TrailEvent]]:
    """Read the trail in order, a few thousand events at a time."""
    last = 0
    while rows := list(TrailEvent.objects.filter(seq__gt=last).order_by("seq")[:_BATCH]):
        yield rows
        last = rows[-1].seq


def make_checkpoint() -> Checkpoint | None:
    """Append a checkpoint of the trail as it is now, and return it; None while it is empty."""
    head = TrailHead.objects.filter(id=1).first()
    if head is None or head.seq == 0:
        return None
    at = datetime.now(UTC).isoformat(timespec="seconds")
    key_id = hashlib.sha256(_key()).hexdigest()[:8]
    point = Checkpoint(head.seq, head.hash, at, key_id, _sign(head.seq, head.hash, at))
    with _path().open("a", encoding="ascii") as stream:
        stream.write(json.dumps(asdict(point)) + "\n")
    return point


def follow(events: Sequence[TrailEvent]) -> None:
    """Have a checkpoint made, once the events are committed, if it is time for one."""
    step = partial(_keep_up, before=events[0].seq - 1, after=events[-1].seq)
    transaction.on_commit(step, robust=True)  # what is committed stays, whatever the file says


def _keep_up(*, before: int, after: int) -> None:
    try:
        age_seconds = time.time() - _path().stat().st_mtime
    except FileNotFoundError:
        age_seconds = EVERY_SECONDS
    if before // EVERY_EVENTS != after // EVERY_EVENTS or age_seconds >= EVERY_SECONDS:
        make_checkpoint()


def read_checkpoints(path: Path | None = None) -> list[Checkpoint]:
    """Read checkpoints of a file, by default the installation's own; a torn last line is left."""
    try:
        lines = (path or _path()).read_text("ascii").splitlines()
    except FileNotFoundError:
        return []
    return [Checkpoint(**json.loads(line)) for line in lines if line.endswith("}")]


def _path() -> Path:
    return Path(settings.CONFIG.checkpoints)


def _key() -> bytes:
    return hashlib.sha256(b"trail checkpoint\x00" + settings.SECRET_KEY.encode()).digest()


def _sign(size: int, last_hash: str, at: str) -> str:
    return hmac.new(_key(), f"{size}\n{last_hash}\n{at}".encode(), hashlib.sha256).hexdigest()


def _is_signed(point: Checkpoint) -> bool:
    return hmac.compare_digest(point.signature, _sign(point.size, point.hash, point.at))
