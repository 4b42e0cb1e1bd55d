"""
A figure on record is corrected by two people: one asks and says why, another agrees.

The first entry stands until then, and stays afterwards, superseded. A project's own figures
(`OF_PROJECT`) stand in its row: they change in it once the second person agrees, and the trail and
the correction keep the old value. Nobody decides what they asked for. What a person's import would
change asks in the same way, when the import is accepted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet

from tuijin.errors import Conflict, ImportFailed, NotAllowed, NotFound, Problem
from tuijin.importers.faults import Fault
from tuijin.importers.texts import clean_text
from tuijin.ledger import kept, ownership, records, scope, trail
from tuijin.ledger.models import Figure, FigureCorrection, Project

OF_PROJECT = ("total_investment_yuan", "capacity_mw", "land_mu")


def waiting_columns(noun: str, change: Mapping[str, tuple[Any, Any]]) -> set[str]:
    """
    Which columns of a person's change wait for another person.

    All of a figure's, of a project those of `OF_PROJECT` that are filled in; the product itself
    waits for nobody.
    """
    if scope.current().user_id is None:
        return set()
    if noun == "figure":
        return set(change)
    if noun == "project":
        return {name for name in OF_PROJECT if name in change and change[name][0] is not None}
    return set()


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
    _put_down([found])
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
        _put_down(found, batch=batch)
    return found


def change_projects(
    changes: Mapping[int, Mapping[str, Any]],
    *,
    reason: Any,
    batch: str = "",
    versions: Mapping[int, int] | None = None,
) -> list[FigureCorrection]:
    """
    Change columns of projects, `{pk: {column: new value}}`; what needs a second person waits.

    Parameters
    ----------
    reason
        Of what waits; not looked at if nothing does.
    versions
        Of each project as the writer saw it.

    Returns
    -------
    The corrections that wait.

    Raises
    ------
    ImportFailed
        If something would wait and no reason is given.
    Conflict
        If a correction of one of them waits already.
    NotFound, NotAllowed, VersionConflict
        As `records.change`.
    """
    if scope.current().user_id is None:
        records.change(Project, changes, versions=versions, batch=batch)
        return []
    with transaction.atomic():
        trail.lock()
        at_once = {pk: dict(columns) for pk, columns in changes.items()}
        found = []
        for pk, row in Project.objects.in_bulk(list(changes)).items():
            change = _difference(row, changes[pk])
            later = {name: at_once[pk].pop(name) for name in waiting_columns("project", change)}
            if later:
                found.append(_build(row, later, reason=_check_reason(reason), batch=batch))
        records.change(Project, at_once, versions=versions, batch=batch)
        _put_down(found, batch=batch)
    return found


def _put_down(found: Sequence[FigureCorrection], *, batch: str = "") -> None:
    if not found:
        return
    _check_subjects([row for row in found if row.figure is not None])
    with transaction.atomic():
        trail.lock()
        try:
            with transaction.atomic():
                FigureCorrection.objects.bulk_create(found, batch_size=500)
        except IntegrityError as error:
            raise Conflict("这项数据已有一项更正待批", code="pending") from error
        trail.append(map(_proposed, found), batch=batch)


def waiting(noun: str, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """New values that wait for a second person, as the trail writes them, by figure or project."""
    of_figures = noun == "figure"
    rows = FigureCorrection.objects.filter(is_approved=None, figure__isnull=not of_figures)
    wanted = set(ids)
    return {
        pk: {name: new for name, (_old, new) in changes.items()}
        for pk, changes in rows.values_list("figure_id" if of_figures else "project_id", "changes")
        if pk in wanted
    }


def _build(
    entry: Figure | Project, columns: Mapping[str, Any], *, reason: str, batch: str = ""
) -> FigureCorrection:
    changes = {
        name: [trail.as_plain(old), trail.as_plain(new)]
        for name, (old, new) in _difference(entry, columns).items()
    }
    figure = entry if isinstance(entry, Figure) else None
    return FigureCorrection(
        figure=figure, project=figure.project if figure else entry, changes=changes, reason=reason,
        batch=batch, asked_by=scope.current().actor, asked_at=datetime.now(UTC),
    )  # fmt: skip


def _difference(entry: Figure | Project, columns: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Old and new of the columns that would change."""
    pairs = {name: (getattr(entry, name), new) for name, new in columns.items()}
    return {name: (old, new) for name, (old, new) in pairs.items() if old != new}


def _check_subjects(found: Sequence[FigureCorrection]) -> None:
    """Refuse what would move a figure out of the actor's scope, or leave it about nothing."""
    would_be = []
    for row in found:
        figure: Any = records.copy_of(row.figure)  # type: ignore[type-var]  # of figures alone
        for name, new in _values(Figure, row).items():
            setattr(figure, name, new)
        if figure.project_id is None and figure.place_id is None:
            said = "数据须属于一个项目或一个地区"
            problem = Problem("required", said, field="project", expected="项目或地区")
            raise ImportFailed(said, code="required", problems=[problem])
        would_be.append(figure)
    ownership.refuse_foreign(would_be)


def _values(model: type[Model], row: FigureCorrection) -> dict[str, Any]:
    """The new values, as the columns hold them."""
    return {
        name: model._meta.get_field(name).to_python(new)
        for name, (_old, new) in row.changes.items()
    }


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
    rows = FigureCorrection.objects.select_related("figure__project", "figure__place", "project")
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
    near = Q(project__place_id__in=who.places) | Q(project=None, figure__place__in=who.places)
    return rows.filter(near | Q(project_id__in=who.projects))


def approve(correction_id: int) -> FigureCorrection:
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
        _put_in_force([found])
    return found


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
            row for row in rows if who.owns(place_id=row.place_id, project_id=row.project_id)
        ] or rows
        for row in near:
            _check_decider(row)
        if is_approved:
            _put_in_force(near)
        else:
            _decide(near, is_approved=False)
    return len(near)


def _held() -> QuerySet[FigureCorrection]:
    rows = FigureCorrection.objects.select_for_update(of=("self",))
    return rows.select_related("figure__project", "project").order_by("id")


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
    who.require("approve", place_id=found.place_id, project_id=found.project_id)
    if found.asked_by == who.actor:
        raise NotAllowed("不能批准或退回自己提出的更正", code="self_approval")


def _put_in_force(rows: Collection[FigureCorrection]) -> None:
    """Enter the new figures in the name of who asked for them."""
    if any(_is_overtaken(row) for row in rows):
        raise Conflict("这项数据此后已另有更正，请重新提出", code="superseded")
    _decide(list(rows), is_approved=True)
    figures = {row.figure_id: row for row in rows if row.figure_id is not None}
    if figures:
        records.correct_many(
            Figure, {pk: _values(Figure, row) for pk, row in figures.items()},
            authors={pk: row.asked_by for pk, row in figures.items()},
        )  # fmt: skip
        kept.refresh({row.project.key for row in figures.values() if row.project})
    own = {row.project_id: _values(Project, row) for row in rows if row.figure_id is None}
    records.change(Project, own, action="correct")


def _is_overtaken(row: FigureCorrection) -> bool:
    if row.figure is not None:
        return not row.figure.is_current
    return any(
        trail.as_plain(getattr(row.project, name)) != old for name, (old, _) in row.changes.items()
    )


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
    """Of a figure; a project's own is told of the correction: its row has not changed by it."""
    kind, pk = ("figure", found.figure_id) if found.figure_id else ("correction", found.pk)
    return trail.Event(
        action, kind, str(pk), changes, project_id=found.project_id, place_id=found.place_id or ""
    )
