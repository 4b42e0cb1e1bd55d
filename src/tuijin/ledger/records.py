"""
Write to the ledger: the one way in.

Each function saves, tallies and appends to the trail in one transaction, as the current scope's
actor. Callers have checked that the action is allowed; that the entries are the actor's own is
checked here. Values have been parsed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import models, transaction

from tuijin.errors import NotFound, VersionConflict
from tuijin.ledger import bulk, ownership, scope, tallies, trail
from tuijin.ledger.chunks import chunks
from tuijin.ledger.models.projects import Project

M = TypeVar("M", bound=models.Model)
_SILENT = frozenset({"id", "version", "updated_at", "entered_at", "entered_by", "is_current"})


def save_new(entries: Sequence[M], *, batch: str = "", action: str = "create") -> None:
    """Insert entries of one kind."""
    if not entries:
        return
    model = type(entries[0])
    ownership.refuse_foreign(entries)
    with transaction.atomic():
        trail.lock()
        for entry in entries:
            if hasattr(entry, "entered_by"):
                entry.entered_by = scope.current().actor
        model._default_manager.bulk_create(entries, batch_size=500)
        if model is Project:
            tallies.apply(before=(), after=[_tallied(entry) for entry in entries])
        trail.append((_created(entry, action=action) for entry in entries), batch=batch)


def change(
    model: type[M],
    changes: Mapping[Any, Mapping[str, Any]],
    *,
    versions: Mapping[Any, int] | None = None,
    batch: str = "",
    action: str = "change",
) -> int:
    """
    Change columns of entries by primary key; what is already so is left alone.

    Parameters
    ----------
    changes
        `{pk: {column: new value}}`; foreign keys as `place_id` and the like.
    versions
        Version each caller saw, by pk; another version raises.

    Returns
    -------
    Number of entries that really changed.

    Raises
    ------
    NotFound
        If an entry is missing or not visible.
    NotAllowed
        If an entry is not the actor's own, or would leave the actor's scope.
    VersionConflict
        If somebody else saved first.
    """
    ownership.refuse_shared(model)
    with transaction.atomic():
        trail.lock()
        rows: dict[Any, Any] = model._default_manager.select_for_update(of=("self",)).in_bulk(
            list(changes)
        )
        if len(rows) < len(changes):
            raise NotFound
        ownership.refuse_foreign(list(rows.values()))
        if versions and any(rows[pk].version != seen for pk, seen in versions.items()):
            raise VersionConflict
        changed, events, before = [], [], []
        for pk, columns in changes.items():
            row = rows[pk]
            old = {name: getattr(row, name) for name in columns}
            diff = {n: (old[n], new) for n, new in columns.items() if old[n] != new}
            if not diff:
                continue
            if model is Project:
                before.append(_tallied(row))
            for name, (_, new) in diff.items():
                setattr(row, name, new)
            row.version += 1
            changed.append(row)
            events.append(_event(row, action=action, changes=diff))
        if changed:
            ownership.refuse_foreign(changed)
            names = {"version", *(n for columns in changes.values() for n in columns)}
            if model is Project:
                names.add("updated_at")  # `auto_now` does not reach a bulk update
                for row in changed:
                    row.updated_at = datetime.now(UTC)
            model._default_manager.bulk_update(changed, sorted(names), batch_size=200)
            if model is Project:
                tallies.apply(before=before, after=[_tallied(row) for row in changed])
            trail.append(events, batch=batch)
        return len(changed)


def correct_many(
    model: type[M],
    changes: Mapping[Any, Mapping[str, Any]],
    *,
    batch: str = "",
    authors: Mapping[Any, str] | None = None,
) -> list[M]:
    """
    Record new entries in place of current ones; the old ones stay, no longer current.

    Parameters
    ----------
    changes
        `{pk of the current entry: {column: new value}}`; other columns carry over.
    authors
        Who enters the new one, by pk of the current entry; the actor where it says nothing.

    Raises
    ------
    NotFound
        If an entry is missing, not visible, or no longer current.
    NotAllowed
        If an entry is not the actor's own, or would leave the actor's scope.
    """
    actor, authors = scope.current().actor, authors or {}
    with transaction.atomic():
        trail.lock()
        manager = model._default_manager
        rows = (
            manager.select_for_update(of=("self",)).filter(is_current=True).in_bulk(list(changes))
        )
        if len(rows) < len(changes):
            raise NotFound
        ownership.refuse_foreign(list(rows.values()))
        manager.filter(pk__in=list(rows)).update(is_current=False)
        fresh = []
        for pk, columns in changes.items():
            entry = copy_of(rows[pk])
            diff = {n: (getattr(entry, n), new) for n, new in columns.items()}
            for name, new in columns.items():
                setattr(entry, name, new)
            entry.supersedes_id = pk  # type: ignore[attr-defined]  # only entries have it
            entry.entered_by = authors.get(pk, actor)  # type: ignore[attr-defined]  # as above
            fresh.append((entry, diff))
        ownership.refuse_foreign([entry for entry, _ in fresh])
        manager.bulk_create([entry for entry, _ in fresh], batch_size=500)
        events = [_event(entry, action="correct", changes=diff) for entry, diff in fresh]
        trail.append(events, batch=batch)
    return [entry for entry, _ in fresh]


def copy_of(row: M) -> M:
    """An unsaved twin of a row."""
    silent = _SILENT | {"supersedes_id"}
    fields = row._meta.concrete_fields
    return type(row)(
        **{f.attname: getattr(row, f.attname) for f in fields if f.attname not in silent}
    )


def mark(columns: Mapping[int, Mapping[str, Any]]) -> int:
    """Write kept columns of projects (lights, sums, claim counts); derived, so no trail."""
    names = sorted({name for values in columns.values() for name in values})
    wanted = list(dict.fromkeys((*tallies.COLUMNS, *names)))
    before, after, changed = [], [], []
    with transaction.atomic():
        trail.lock()
        for part in chunks(columns):
            rows = Project.objects.filter(pk__in=part).values_list("pk", *wanted)
            for pk, *values in rows:
                old = dict(zip(wanted, values, strict=True))
                new = {**old, **columns[pk]}
                if new == old:
                    continue
                before.append(tuple(old[name] for name in tallies.COLUMNS))
                after.append(tuple(new[name] for name in tallies.COLUMNS))
                changed.append((*(new[name] for name in names), pk))
        if changed:
            bulk.update(Project, names, changed)
            tallies.apply(before=before, after=after)
    return len(changed)


def _tallied(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in tallies.COLUMNS)


def _created(entry: models.Model, *, action: str) -> trail.Event:
    values = {
        f.attname: (None, getattr(entry, f.attname))
        for f in entry._meta.concrete_fields
        if f.attname not in _SILENT and getattr(entry, f.attname) not in (None, "")
    }
    return _event(entry, action=action, changes=values)


def _event(
    entry: models.Model, *, action: str, changes: Mapping[str, tuple[Any, Any]]
) -> trail.Event:
    is_project = isinstance(entry, Project)
    return trail.Event(
        action=action,
        object_type=entry._meta.model_name or "",
        object_id=str(entry.pk),
        changes=changes,
        project_id=entry.pk if is_project else getattr(entry, "project_id", None),
        place_id=getattr(entry, "place_id", None) or "",
    )
