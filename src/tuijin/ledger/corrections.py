"""
A figure on record is corrected by two people: one asks and says why, another agrees.

The first entry stands until then, and stays afterwards, superseded. Nobody decides what they asked
for. An import shows its differences in a preview and is accepted as a whole: it does not wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction

from tuijin.errors import Conflict, ImportFailed, NotAllowed, NotFound, Problem
from tuijin.importers.faults import Fault
from tuijin.importers.texts import clean_text
from tuijin.ledger import kept, records, scope, trail
from tuijin.ledger.models import Figure, FigureCorrection


def propose(figure: Figure, columns: Mapping[str, Any], *, reason: Any) -> FigureCorrection:
    """
    Ask for new column values of a current figure.

    Raises
    ------
    ImportFailed
        Without a reason, or if nothing would change.
    Conflict
        If another correction of it waits already.
    """
    said = _check_reason(reason)
    who = scope.current()
    diff = {n: (getattr(figure, n), new) for n, new in columns.items() if getattr(figure, n) != new}
    if not diff:
        raise ImportFailed("与现有数据相同，没有可更正的", code="unchanged")
    with transaction.atomic():
        trail.lock()
        try:
            with transaction.atomic():
                found = FigureCorrection.objects.create(
                    figure=figure, reason=said, asked_by=who.actor, asked_at=datetime.now(UTC),
                    changes={n: [trail.as_plain(v) for v in pair] for n, pair in diff.items()},
                )  # fmt: skip
        except IntegrityError as error:
            raise Conflict("这项数据已有一项更正待批", code="pending") from error
        _record("propose_correction", found, {**diff, "reason": (None, said)})
    return found


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
    waiting = list(rows.filter(is_approved=None)[:200])
    return waiting + list(rows.exclude(is_approved=None)[: 200 - len(waiting)])


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
        found = _hold(correction_id)
        figure = found.figure
        if not figure.is_current:
            raise Conflict("这项数据此后已另有更正，请重新提出", code="superseded")
        columns = {
            name: Figure._meta.get_field(name).to_python(new)
            for name, (_old, new) in found.changes.items()
        }
        _decide(found, is_approved=True)
        fresh = records.correct_many(Figure, {figure.pk: columns})[0]
        Figure.objects.filter(pk=fresh.pk).update(entered_by=found.asked_by)
        if figure.project:
            kept.refresh([figure.project.key])
    return fresh


def reject(correction_id: int) -> None:
    """Turn a correction down; the figure stays as it is."""
    with transaction.atomic():
        trail.lock()
        _decide(_hold(correction_id), is_approved=False)


def _hold(correction_id: int) -> FigureCorrection:
    rows = FigureCorrection.objects.select_for_update(of=("self",))
    found = rows.select_related("figure__project").filter(pk=correction_id).first()
    if found is None:
        raise NotFound
    who = scope.current()
    who.require("approve", place_id=found.place_id, project_id=found.figure.project_id)
    if found.asked_by == who.actor:
        raise NotAllowed("不能批准或退回自己提出的更正", code="self_approval")
    if found.is_approved is not None:
        raise Conflict("这项更正已经办理", code="decided")
    return found


def _decide(found: FigureCorrection, *, is_approved: bool) -> None:
    found.is_approved = is_approved
    found.decided_by, found.decided_at = scope.current().actor, datetime.now(UTC)
    found.save()
    _record("approve_correction" if is_approved else "reject_correction", found,
            {"asked_by": (None, found.asked_by)})  # fmt: skip


def _record(action: str, found: FigureCorrection, changes: Mapping[str, tuple[Any, Any]]) -> None:
    event = trail.Event(
        action, "figure", str(found.figure_id), changes, project_id=found.figure.project_id,
        place_id=found.place_id or "",
    )  # fmt: skip
    trail.append([event])
