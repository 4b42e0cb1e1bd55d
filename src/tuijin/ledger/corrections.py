"""
A figure on record is corrected by two people: one asks and says why, another agrees.

The first entry stands until then, and stays afterwards, superseded. Nobody decides what they asked
for. What a person's import would change asks in the same way, when the import is accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from tuijin.errors import Conflict, ImportFailed, NotAllowed, NotFound, Problem
from tuijin.importers.faults import Fault
from tuijin.importers.texts import clean_text
from tuijin.ledger import kept, ownership, records, scope, trail
from tuijin.ledger.models import Figure, FigureCorrection


def propose(figure: Figure, columns: Mapping[str, Any], *, reason: Any) -> FigureCorrection:
    """
    Ask for new column values of a current figure.

    Raises
    ------
    ImportFailed
        Without a reason, if nothing would change, or if the figure would be about nothing.
    NotAllowed
        If the figure would leave the actor's scope.
    Conflict
        If another correction of it waits already.
    """
    found = _build(figure, columns, reason=_check_reason(reason))
    if not found.changes:
        raise ImportFailed("与现有数据相同，没有可更正的", code="unchanged")
    _check_subjects([found])
    with transaction.atomic():
        trail.lock()
        try:
            with transaction.atomic():
                found.save()
        except IntegrityError as error:
            raise Conflict("这项数据已有一项更正待批", code="pending") from error
        trail.append([_proposed(found)])
    return found


def propose_many(
    changes: Mapping[int, Mapping[str, Any]], *, reason: str, batch: str
) -> list[FigureCorrection]:
    """
    Ask for new values of many current figures at once, `{pk: {column: new value}}`.

    Raises
    ------
    NotFound, NotAllowed
        If a figure is missing, no longer current, not the actor's own, or would not be.
    """
    with transaction.atomic():
        trail.lock()
        figures = Figure.objects.select_related("project").filter(is_current=True)
        rows = figures.in_bulk(list(changes))
        if len(rows) < len(changes):
            raise NotFound
        ownership.refuse_foreign(list(rows.values()))
        found = [
            _build(rows[pk], columns, reason=reason, batch=batch) for pk, columns in changes.items()
        ]
        _check_subjects(found)
        FigureCorrection.objects.bulk_create(found, batch_size=500)
        trail.append(map(_proposed, found), batch=batch)
    return found


def waiting(figure_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """New values that wait for a second person, as the trail writes them, by figure."""
    wanted, rows = set(figure_ids), FigureCorrection.objects.filter(is_approved=None)
    return {
        pk: {name: new for name, (_old, new) in changes.items()}
        for pk, changes in rows.values_list("figure_id", "changes")
        if pk in wanted
    }


def _build(
    figure: Figure, columns: Mapping[str, Any], *, reason: str, batch: str = ""
) -> FigureCorrection:
    changes = {
        name: [trail.as_plain(getattr(figure, name)), trail.as_plain(new)]
        for name, new in columns.items()
        if getattr(figure, name) != new
    }
    return FigureCorrection(
        figure=figure, changes=changes, reason=reason, batch=batch,
        asked_by=scope.current().actor, asked_at=datetime.now(UTC),
    )  # fmt: skip


def _check_subjects(found: Sequence[FigureCorrection]) -> None:
    """Refuse what would move a figure out of the actor's scope, or leave it about nothing."""
    would_be = []
    for row in found:
        figure = records.copy_of(row.figure)
        for name, (_old, new) in row.changes.items():
            setattr(figure, name, Figure._meta.get_field(name).to_python(new))
        if figure.project_id is None and figure.place_id is None:
            said = "数据须属于一个项目或一个地区"
            problem = Problem("required", said, field="project", expected="项目或地区")
            raise ImportFailed(said, code="required", problems=[problem])
        would_be.append(figure)
    ownership.refuse_foreign(would_be)


def _proposed(found: FigureCorrection) -> trail.Event:
    changes = {name: (old, new) for name, (old, new) in found.changes.items()}
    return _event("propose_correction", found, {**changes, "reason": (None, found.reason)})


def _check_reason(reason: Any) -> str:
    try:
        said = (
            clean_text(reason, max_length=1000, is_long=True) if isinstance(reason, str) else None
        )
    except Fault as fault:
        raise ImportFailed(
            f"reason：{fault.expected}", code=fault.code,
            problems=[Problem(fault.code, "不符合要求", field="reason", expected=fault.expected)],
        ) from fault  # fmt: skip
    if not said:
        problem = Problem("required", "请写明更正原因", field="reason")
        raise ImportFailed("请写明更正原因", code="required", problems=[problem])
    return said


def visible() -> list[FigureCorrection]:
    """Those the reader may see: what waits first, then the newest decided; at most 200."""
    rows = FigureCorrection.objects.select_related("figure__project", "figure__place")
    first = list(rows.filter(is_approved=None)[:200])
    return first + list(rows.exclude(is_approved=None)[: 200 - len(first)])


def to_decide() -> QuerySet[FigureCorrection]:
    """Corrections that wait for the actor: in their own scope, and asked for by somebody else."""
    who = scope.current()
    if not who.may("approve"):
        return FigureCorrection.objects.none()
    rows = FigureCorrection.objects.filter(is_approved=None).exclude(asked_by=who.actor)
    if who.everywhere:
        return rows
    near = Q(figure__project__place_id__in=who.places) | Q(figure__place_id__in=who.places)
    return rows.filter(near | Q(figure__project_id__in=who.projects))


def approve(correction_id: int) -> Figure:
    """
    Put a correction in force, as somebody else than who asked for it.

    Raises
    ------
    NotFound, NotAllowed
    Conflict
        If it is decided already, or the figure was corrected otherwise meanwhile.
    """
    with transaction.atomic():
        trail.lock()
        return _put_in_force([_hold(correction_id)])[0]


def reject(correction_id: int) -> None:
    """Turn a correction down; the figure stays as it is."""
    with transaction.atomic():
        trail.lock()
        _decide([_hold(correction_id)], is_approved=False)


def decide_batch(batch: str, *, is_approved: bool) -> int:
    """
    Approve or turn down at once what waits of one import and is the decider's to decide.

    Returns
    -------
    Number of corrections decided.

    Raises
    ------
    NotFound
        If nothing of it waits that the decider may see.
    NotAllowed
        If all that waits is elsewhere, or the decider's own.
    Conflict
        If a figure was corrected otherwise meanwhile.
    """
    with transaction.atomic():
        trail.lock()
        rows = list(_held().filter(batch=batch, is_approved=None)) if batch else []
        if not rows:
            raise NotFound
        who = scope.current()
        near = [
            row for row in rows
            if who.owns(place_id=row.place_id, project_id=row.figure.project_id)
        ] or rows  # fmt: skip
        for row in near:
            _check_decider(row)
        if is_approved:
            _put_in_force(near)
        else:
            _decide(near, is_approved=False)
    return len(near)


def _held() -> QuerySet[FigureCorrection]:
    rows = FigureCorrection.objects.select_for_update(of=("self",))
    return rows.select_related("figure__project").order_by("id")


def _hold(correction_id: int) -> FigureCorrection:
    found = _held().filter(pk=correction_id).first()
    if found is None:
        raise NotFound
    _check_decider(found)
    if found.is_approved is not None:
        raise Conflict("这项更正已经办理", code="decided")
    return found


def _check_decider(found: FigureCorrection) -> None:
    who = scope.current()
    who.require("approve", place_id=found.place_id, project_id=found.figure.project_id)
    if found.asked_by == who.actor:
        raise NotAllowed("不能批准或退回自己提出的更正", code="self_approval")


def _put_in_force(rows: Sequence[FigureCorrection]) -> list[Figure]:
    """Enter the new figures in the name of who asked for them."""
    if not all(row.figure.is_current for row in rows):
        raise Conflict("这项数据此后已另有更正，请重新提出", code="superseded")
    _decide(rows, is_approved=True)
    changes = {
        row.figure_id: {
            name: Figure._meta.get_field(name).to_python(new)
            for name, (_old, new) in row.changes.items()
        }
        for row in rows
    }
    authors = {row.figure_id: row.asked_by for row in rows}
    fresh = records.correct_many(Figure, changes, authors=authors)
    kept.refresh({row.figure.project.key for row in rows if row.figure.project})
    return fresh


def _decide(rows: Sequence[FigureCorrection], *, is_approved: bool) -> None:
    who, now = scope.current().actor, datetime.now(UTC)
    for row in rows:
        row.is_approved, row.decided_by, row.decided_at = is_approved, who, now
    columns = ["is_approved", "decided_by", "decided_at"]
    FigureCorrection.objects.bulk_update(rows, columns, batch_size=500)
    action = "approve_correction" if is_approved else "reject_correction"
    trail.append(
        [_event(action, row, {"asked_by": (None, row.asked_by)}) for row in rows],
        batch=rows[0].batch,
    )


def _event(
    action: str, found: FigureCorrection, changes: Mapping[str, tuple[Any, Any]]
) -> trail.Event:
    return trail.Event(
        action, "figure", str(found.figure_id), changes, project_id=found.figure.project_id,
        place_id=found.place_id or "",
    )  # fmt: skip
