"""
Has anybody rewritten the trail?

The chain of hashes shows an edit; only a checkpoint kept elsewhere shows a cut tail or a trail
written anew. Checkpoints are appended to a file after every 1,000 events or ten minutes, whichever
comes first; `TUIJIN_CHECKPOINTS` puts it where the application cannot rewrite it. The worker mails
one a day (`push.checkpoints`), and every printed brief carries one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction

from tuijin.errors import UsageError
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

    def as_line(self) -> str:
        return json.dumps(self.as_dict())


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


@dataclass(frozen=True, slots=True)
class Noted:
    """What a person reads off paper: how long the trail was, and how its hash begins."""

    size: int
    begins: str


def check(
    checkpoints: Iterable[Checkpoint] | None = None, *, noted: Iterable[Noted] = ()
) -> Finding:
    """
    Walk the whole trail, while others go on writing to it.

    Parameters
    ----------
    checkpoints
        Those kept elsewhere; by default those of the installation's own file.
    noted
        Those that were printed.
    """
    head = _head()
    known = read_checkpoints() if checkpoints is None else checkpoints
    found = walk(_batches(), checkpoints=known, noted=noted, head=head)
    if found.is_whole and _head().size < found.size:
        return replace(found, is_whole=False, first_bad=found.size, reason="edited")
    return found


def walk(
    batches: Iterable[Sequence[TrailEvent]],
    *,
    checkpoints: Iterable[Checkpoint],
    noted: Iterable[Noted] = (),
    head: Noted,
) -> Finding:
    """Go through events from the first on, and hold them against what is known of them."""
    signed, read = _by_size(checkpoints), _by_size(noted)
    last_good: Checkpoint | None = None
    size, previous = 0, ""

    def bad(first: int, reason: str) -> Finding:
        return Finding(
            is_whole=False, size=size, first_bad=first, reason=reason, last_good=last_good
        )

    for rows in batches:
        broken = trail.first_broken(rows)
        if rows[0].prev_hash != previous or rows[0].seq != size + 1:
            broken = rows[0].seq
        for row in rows:
            if row.seq == broken:
                return bad(row.seq, "edited")
            size, previous = row.seq, row.hash
            points, pages = signed.pop(size, []), read.pop(size, [])
            if not all(_is_signed(p) and p.hash == row.hash for p in points) or not all(
                row.hash.startswith(page.begins) for page in pages
            ):
                return bad(last_good.size + 1 if last_good else 1, "rewritten")
            last_good = points[-1] if points else last_good
            if size == head.size and row.hash != head.begins:
                return bad(size, "edited")
    if signed or read or head.size > size:  # something was longer than the trail is now
        return bad(size + 1, "cut")
    return Finding(is_whole=True, size=size, first_bad=0, reason="", last_good=last_good)


_P = TypeVar("_P", Checkpoint, Noted)


def _by_size(points: Iterable[_P]) -> dict[int, list[_P]]:
    found: dict[int, list[_P]] = {}
    for point in points:
        found.setdefault(point.size, []).append(point)
    return found


def _head() -> Noted:
    """The end of the trail as the next writer will find it."""
    head = TrailHead.objects.filter(id=1).first()
    return Noted(head.seq, head.hash) if head else Noted(0, "")


def parse_noted(text: str) -> Noted:
    """
    Read what was printed: `1234:0f3a…`, the size and at least 16 letters of the hash.

    Raises
    ------
    UsageError
    """
    match = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{16,64})", text.strip().lower())
    if match is None:
        raise UsageError(f"a printed checkpoint is SIZE:HASH with 16 letters or more, got {text!r}")
    return Noted(int(match[1]), match[2])


def write_noted() -> str:
    """What is to be printed of the trail as it is now, or nothing while it is empty."""
    head = _head()
    return f"{head.size}:{head.begins[:32]}" if head.size else ""


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
    point = Checkpoint(head.seq, head.hash, at, _key_id(), _sign(head.seq, head.hash, at))
    with _path().open("a", encoding="ascii") as stream:
        stream.write(point.as_line() + "\n")
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
    """Read checkpoints of a file or a saved mail; other lines, and a torn one, are left."""
    try:
        lines = _read(path or _path()).splitlines()
    except FileNotFoundError:
        return []
    return [
        Checkpoint(**json.loads(line))
        for line in lines
        if line.startswith('{"size"') and line.endswith("}")
    ]


def _read(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix.lower() == ".eml":
        return str(message_from_bytes(data, policy=policy.default).get_content())
    return data.decode("utf-8", "replace")


def _path() -> Path:
    return Path(settings.CONFIG.checkpoints)


def _key() -> bytes:
    return hashlib.sha256(b"trail checkpoint\x00" + settings.SECRET_KEY.encode()).digest()


def _key_id() -> str:
    return hashlib.sha256(_key()).hexdigest()[:8]


def _sign(size: int, last_hash: str, at: str) -> str:
    return hmac.new(_key(), f"{size}\n{last_hash}\n{at}".encode(), hashlib.sha256).hexdigest()


def _is_signed(point: Checkpoint) -> bool:
    signature = _sign(point.size, point.hash, point.at)
    return point.key_id == _key_id() and hmac.compare_digest(point.signature, signature)
