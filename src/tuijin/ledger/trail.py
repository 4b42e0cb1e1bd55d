"""Append to the trail, in the transaction of the change itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction

from tuijin.ledger import scope
from tuijin.ledger.models.trail import TrailEvent, TrailHead

_BATCH = 2000
_followers: list[Callable[[Sequence[Any]], None]] = []


@dataclass(frozen=True, slots=True)
class Event:
    """One act on one entry; `changes` is `{field: (old, new)}`, `seq` its number once appended."""

    action: str
    object_type: str
    object_id: str
    changes: Mapping[str, tuple[Any, Any]]
    project_id: int | None = None
    place_id: str = ""
    seq: int = 0


def as_plain(value: Any) -> Any:
    """Return the JSON form of a ledger value; decimals and dates become text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return value


def canonical(value: Any) -> bytes:
    """Return the one JSON spelling of a value that hashes are taken of."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=as_plain
    ).encode()


def follow(follower: Callable[[Sequence[Any]], None]) -> None:
    """
    Tell a room above of every event, in the transaction of the change; from its `ready()`.

    It is handed `Event`s or `TrailEvent`s; those of a bulk insert say no values.
    """
    if follower not in _followers:
        _followers.append(follower)


def tell(events: Sequence[Any]) -> None:
    """Hand events that were just appended to those who follow."""
    for follower in _followers:
        follower(events)


def lock() -> TrailHead:
    """
    Wait for the end of the trail, and hold it to the end of the transaction.

    Whoever writes takes it first and other rows after, so that no two writers wait for each other.
    """
    head = TrailHead.objects.select_for_update().filter(id=1).first()
    return head or TrailHead.objects.select_for_update().get_or_create(id=1)[0]


def last_seq() -> int:
    """Return the number of the last event; 0 before the first."""
    return TrailHead.objects.filter(id=1).values_list("seq", flat=True).first() or 0


def append(events: Iterable[Event], *, batch: str = "") -> None:
    """Append events of the current actor, numbered without a gap and chained."""
    with transaction.atomic():
        head = lock()
        rows = _chain(events, seq=head.seq, previous=head.hash, batch=batch)
        for start in range(0, len(rows), _BATCH):
            TrailEvent.objects.bulk_create(rows[start : start + _BATCH])
        if rows:
            head.seq, head.hash = rows[-1].seq, rows[-1].hash
            head.save()
            tell(rows)


def _chain(events: Iterable[Event], *, seq: int, previous: str, batch: str) -> list[TrailEvent]:
    who, now = scope.current(), datetime.now(UTC)
    rows = []
    for event in events:
        seq += 1
        changes = {k: [as_plain(old), as_plain(new)] for k, (old, new) in event.changes.items()}
        row = TrailEvent(
            seq=seq, at=now, actor=who.actor, role=who.role.code, address=who.address,
            action=event.action, object_type=event.object_type, object_id=event.object_id,
            project_id=event.project_id, place_id=event.place_id, changes=changes,
            changes_sha256=hashlib.sha256(canonical(changes)).hexdigest(), batch=batch,
            request_id=who.request_id, prev_hash=previous,
        )  # fmt: skip
        row.hash = previous = hash_event(row)
        rows.append(row)
    return rows


def hash_event(row: TrailEvent) -> str:
    """SHA-256 of a leaf byte, the event without its values, and the hash before."""
    body = canonical([
        row.seq, row.at.isoformat(), row.actor, row.role, row.address, row.action, row.object_type,
        row.object_id, row.project_id, row.place_id, row.changes_sha256, row.batch, row.request_id,
    ])  # fmt: skip
    return hashlib.sha256(b"\x00" + body + row.prev_hash.encode()).hexdigest()


def first_broken(rows: Sequence[TrailEvent]) -> int | None:
    """Return the number of the first event that does not follow from the one before, or None."""
    previous = rows[0].prev_hash if rows else ""
    for number, row in enumerate(rows):
        is_whole = (
            row.seq == rows[0].seq + number
            and row.prev_hash == previous
            and row.changes_sha256 == hashlib.sha256(canonical(row.changes)).hexdigest()
            and row.hash == hash_event(row)
        )
        if not is_whole:
            return row.seq
        previous = row.hash
    return None
