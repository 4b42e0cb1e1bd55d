"""
Figures of many projects as they stood: for a period, and as recorded by a moment.

Each group is read with one query whatever the number of projects, through the reader's scope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import Concat, Length, RowNumber

from tuijin.ledger.models import (
    AnnualPlan,
    Node,
    NodeRule,
    OperatingRecord,
    ProgressReport,
    Project,
    StageEvent,
)
from tuijin.see.language import either
from tuijin.see.tables.periods import Window as Period
from tuijin.see.tables.periods import periods_ended


@dataclass(frozen=True, slots=True)
class Ref:
    """The entry a figure comes from, and what that entry states, in the words of `period`."""

    kind: str  # project, report, plan, operating, stage_event, node
    pk: int
    value: Any = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    value: Any
    refs: tuple[Ref, ...]
    period: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Which projects, for which period, recorded by when (None: what is current)."""

    projects: QuerySet[Project]
    period: Period
    recorded_by: datetime | None = None

    def known(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The entries that counted at the moment asked about."""
        rows = rows.filter(project__in=self.projects.order_by().values("pk"))
        if self.recorded_by is None:
            return rows.filter(is_current=True)
        return rows.filter(entered_at__lt=self.recorded_by).exclude(
            corrected__entered_at__lt=self.recorded_by
        )


@dataclass(slots=True)
class Facts:
    """Facts by name and project; only what was asked for is there."""

    by_name: dict[str, Mapping[Any, Fact]] = field(default_factory=dict)

    def find(self, name: str, project_id: int) -> Fact | None:
        return self.by_name.get(name, {}).get(project_id)


def load(names: set[str], question: Question) -> Facts:
    """Read the wanted facts."""
    found = Facts()
    for name in sorted(names):
        found.by_name.update(_READERS[name](question))
    return found


def _reports(question: Question, column: str, *, by: date, whole_life: bool = False
             ) -> dict[int, Fact]:  # fmt: skip
    """The latest report of each project, of the periods over by a day, that states a column."""
    year = question.period.last.year
    over = Q(period__in=periods_ended(year, by=by))
    if whole_life:
        over |= Q(period__lt=f"{year}-")
    rows = question.known(ProgressReport.objects.filter(over, **{f"{column}__isnull": False}))
    # a month's report comes after that of its last 旬
    order = Concat("period", Case(When(period_length=7, then=Value("-4")), default=Value("")))
    rows = rows.annotate(period_length=Length("period")).annotate(
        rank=Window(
            RowNumber(), partition_by=F("project_id"), order_by=[order.desc(), F("pk").desc()]
        )
    )
    picked = rows.filter(rank=1).order_by().values_list("project_id", column, "pk", "period")
    return {
        project: Fact(value, (Ref("report", pk, value, period),), period)
        for project, value, pk, period in picked
    }


def _year_done(question: Question) -> dict[str, Mapping[int, Fact]]:
    return {"year_done_yuan": _reports(question, "year_done_yuan", by=question.period.last)}


def _before(question: Question) -> dict[str, Mapping[int, Fact]]:
    """What was done in the year when the period began; in its first period, nothing."""
    if question.period.opens_year:
        return {"before_yuan": {}}
    return {"before_yuan": _reports(question, "year_done_yuan", by=question.period.before)}


def _total_done(question: Question) -> dict[str, Mapping[int, Fact]]:
    found = _reports(question, "total_done_yuan", by=question.period.last, whole_life=True)
    return {"total_done_yuan": found}


def _texts(question: Question) -> dict[str, Mapping[int, Fact]]:
    last = question.period.last
    progress = _reports(question, "progress", by=last, whole_life=True)
    problems = _reports(question, "problems", by=last, whole_life=True)
    found = {
        project: Fact((fact.value, problems[project].value), fact.refs, fact.period)
        for project, fact in progress.items()
    }
    return {"report": found}


def _plans(question: Question) -> dict[str, Mapping[int, Fact]]:
    year = question.period.last.year
    rows = question.known(AnnualPlan.objects.filter(year=year))
    found = rows.values_list("project_id", "planned_yuan", "pk")
    return {
        "plan_yuan": {
            p: Fact(value, (Ref("plan", pk, value, str(year)),)) for p, value, pk in found
        }
    }


def _stages(question: Question) -> dict[str, Mapping[int, Fact]]:
    """The stage entered last, on or before the end of the period."""
    rows = question.known(StageEvent.objects.filter(on__lte=question.period.last))
    found = rows.order_by("on", "pk").values_list("project_id", "stage", "on", "pk")
    return {
        "stage": {p: Fact((stage, on), (Ref("stage_event", pk),)) for p, stage, on, pk in found}
    }


def _nodes(question: Question) -> dict[str, Mapping[int, Fact]]:
    """The first deadline that is not met."""
    names = {rule.code: either(rule.name, rule.name_en) for rule in NodeRule.objects.all()}
    rows = question.known(Node.objects.filter(due_on__isnull=False))
    rows = rows.filter(Q(done_on=None) | Q(done_on__gt=question.period.last))
    found = rows.order_by("-due_on", "-pk").values_list("project_id", "node", "due_on", "pk")
    return {
        "next_node": {
            p: Fact((names.get(node, node), due_on), (Ref("node", pk),))
            for p, node, due_on, pk in found
        }
    }


_SUMS = ("sales_yuan", "tax_yuan", "energy_mwh")


def _operating(question: Question) -> dict[str, Mapping[int, Fact]]:
    """The month's record, the year's sums, and the jobs last stated."""
    last = question.period.last
    rows = question.known(
        OperatingRecord.objects.filter(month__gte=date(last.year, 1, 1), month__lte=last)
    )
    found: dict[str, dict[int, Fact]] = {"jobs_count": {}}
    for name in _SUMS:
        found |= {f"month_{name}": {}, f"year_{name}": {}}
    columns = ("project_id", "month", "pk", "jobs_count", *_SUMS)
    for project, month, pk, jobs, *values in rows.order_by("month").values_list(*columns):
        if jobs is not None:
            found["jobs_count"][project] = Fact(
                jobs, (Ref("operating", pk, jobs, f"{month:%Y-%m}"),)
            )
        for name, value in zip(_SUMS, values, strict=True):
            if value is None:
                continue
            ref = Ref("operating", pk, value, f"{month:%Y-%m}")
            if month.month == last.month:
                found[f"month_{name}"][project] = Fact(value, (ref,))
            so_far = found[f"year_{name}"].get(project, Fact(0, ()))
            found[f"year_{name}"][project] = Fact(so_far.value + value, (*so_far.refs, ref))
    return dict(found)


_READERS: dict[str, Callable[[Question], dict[str, Mapping[int, Fact]]]] = {
    "year_done_yuan": _year_done,
    "before_yuan": _before,
    "total_done_yuan": _total_done,
    "report": _texts,
    "plan_yuan": _plans,
    "stage": _stages,
    "next_node": _nodes,
    "operating": _operating,
}
