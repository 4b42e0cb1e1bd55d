"""Draw the kept columns of projects from their current entries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import node_limits, records, scope
from tuijin.ledger.chunks import chunks
from tuijin.ledger.models import AnnualPlan, Node, ProgressReport, Project, StageEvent

_STAGES = list(CHOICES["stage"])
# Empty unless an entry says otherwise; a stage may also be typed in, so it stays where none does.
_DRAWN = ("plan_year", "year_planned_yuan", "year_done_yuan", "total_done_yuan", "next_due_on")


def refresh(project_keys: Iterable[str]) -> None:
    """
    Recompute stage, plan, money done and next deadline of some projects, in bulk.

    From every entry, whoever reads what: a company that reports sees only its own.
    """
    with scope.active(scope.system_scope("kept")):
        _refresh(project_keys)


def refresh_counted(places: Iterable[str] | None = None) -> None:
    """
    Count again what is due of the projects that wait for a node without a date of its own.

    Parameters
    ----------
    places
        Codes of those that use other rules now; None is everywhere.
    """
    with scope.active(scope.system_scope("kept")):
        waiting = node_limits.waiting()
        if places is not None:
            waiting = waiting.filter(project__place__in=set(places))
        for ids in chunks(waiting.order_by().values_list("project_id", flat=True).distinct()):
            columns: dict[int, dict[str, Any]] = {pk: {"next_due_on": None} for pk in ids}
            _draw_deadlines(ids, columns)
            records.mark(columns)


def _refresh(project_keys: Iterable[str]) -> None:
    for part in chunks(project_keys):
        ids = list(Project.objects.filter(key__in=part).values_list("pk", flat=True))
        columns: dict[int, dict[str, Any]] = {pk: dict.fromkeys(_DRAWN) for pk in ids}
        _draw_plans(ids, columns)
        _draw_reports(ids, columns)
        _draw_stages(ids, columns)
        _draw_deadlines(ids, columns)
        records.mark(columns)


def _draw_plans(ids: list[int], columns: dict[int, dict[str, Any]]) -> None:
    rows = AnnualPlan.objects.filter(project__in=ids, is_current=True).order_by("year")
    for pk, year, planned in rows.values_list("project_id", "year", "planned_yuan"):
        columns[pk].update(plan_year=year, year_planned_yuan=planned)


def _draw_reports(ids: list[int], columns: dict[int, dict[str, Any]]) -> None:
    """The last report of the plan's year, or of the newest year if there is no plan."""
    rows = ProgressReport.objects.filter(project__in=ids, is_current=True).order_by("period")
    names = ("project_id", "period", "year_done_yuan", "total_done_yuan")
    for pk, period, year_done, total_done in rows.values_list(*names):
        year = columns[pk]["plan_year"]
        if year_done is not None and (year is None or period.startswith(str(year))):
            columns[pk]["year_done_yuan"] = year_done
        if total_done is not None:
            columns[pk]["total_done_yuan"] = total_done


def _draw_stages(ids: list[int], columns: dict[int, dict[str, Any]]) -> None:
    """The furthest stage on record."""
    rows = StageEvent.objects.filter(project__in=ids, is_current=True)
    for pk, stage in rows.values_list("project_id", "stage"):
        now = columns[pk].get("stage")
        if now is None or _STAGES.index(stage) > _STAGES.index(now):
            columns[pk]["stage"] = stage


def _draw_deadlines(ids: list[int], columns: dict[int, dict[str, Any]]) -> None:
    """The first day that is due: as entered, or counted by the rule of the place."""
    rows = Node.objects.filter(project__in=ids, is_current=True, done_on=None)
    found = [*rows.order_by().values_list("project_id", "due_on")]
    days: list[tuple[int, date]] = [(pk, due_on) for pk, due_on in found if due_on is not None]
    if len(days) < len(found):
        days += [(one.project_id, one.due_on) for one in node_limits.count(rows)]
    for pk, due_on in sorted(days, reverse=True):
        columns[pk]["next_due_on"] = due_on
