"""
落地 → 见效: how many projects reached each step, and how many of a step reached the next.

Everything is counted by the database, whatever the number of projects.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import ExtractYear
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import scope
from tuijin.ledger.models import Node, Project, StageEvent
from tuijin.see.language import either
from tuijin.see.quantities import Portfolio

_STAGES = list(CHOICES["stage"])
STEPS: dict[str, str | Promise] = {
    "signed": gettext_lazy("签约"),
    "started": gettext_lazy("开工"),
    "registered": gettext_lazy("入库入统"),
    "producing": gettext_lazy("投产"),
    "at_capacity": gettext_lazy("达产"),
    "yielding": gettext_lazy("达效"),
}
REGISTER_NODE = "register"
GROUPS: dict[str, str | Promise] = {
    "cohort": gettext_lazy("签约年份"),
    "place": gettext_lazy("地区"),
    "leader": gettext_lazy("包联领导"),
    "department": gettext_lazy("包联部门"),
    "officer": gettext_lazy("项目专员"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """
    Projects that reached a step.

    `passed` of `before` reached it of those that had reached the step before; None at the first.
    Where nobody records a step, `is_recorded` is false and its nought counts nothing.
    """

    code: str
    count: int
    passed: int | None
    before: int | None
    is_recorded: bool = True

    @property
    def name(self) -> str:
        return str(STEPS[self.code])

    @property
    def ratio(self) -> float | None:
        return None if not self.before or self.passed is None else self.passed / self.before


@dataclass(frozen=True, slots=True)
class Funnel:
    """The steps of one group, and how many of its signed projects were cancelled or retired."""

    key: Any
    title: str
    steps: tuple[Step, ...]
    ended_count: int


def shown_steps() -> list[str]:
    """Entry into the statistics is a node, which not every reader sees."""
    role = scope.current().role
    return [code for code in STEPS if code != "registered" or "I" in role.own]


def shown_groups() -> list[str]:
    """Who answers for a project is not everybody's to see."""
    role = scope.current().role
    return [code for code in GROUPS if code in ("cohort", "place") or "I" in role.own]


def build_total(portfolio: Portfolio) -> Funnel:
    """The funnel of all of one's own projects in some places."""
    row = _rows(portfolio).aggregate(**_counts())
    return _funnel(None, _("合计"), row, is_registered=_is_registered_anywhere())


def build_groups(portfolio: Portfolio, *, by: str, as_of: date) -> list[Funnel]:
    """
    One funnel a group, in order.

    A project stands under its one leader and department, and under each of its officers.
    """
    rows, columns = _grouped(_rows(portfolio), by=by, as_of=as_of)
    found = rows.values(*columns).annotate(**_counts()).order_by(columns[0])
    is_registered = _is_registered_anywhere()
    return [
        _funnel(row[columns[0]], _title(row, by=by), row, is_registered=is_registered)
        for row in found
        if row["signed_count"]
    ]


def _is_registered_anywhere() -> bool:
    """Whether anybody records entry into the statistics at all, wherever the reader looks."""
    done = Node.objects.filter(is_current=True, node=REGISTER_NODE, done_on__isnull=False)
    return done.exists()


def _rows(portfolio: Portfolio) -> QuerySet[Project]:
    registered = Node.objects.filter(
        project=OuterRef("pk"), is_current=True, node=REGISTER_NODE, done_on__isnull=False
    )
    return portfolio.every_project().order_by().annotate(is_registered=Exists(registered))


def _reached(step: str) -> Q:
    if step == "registered":
        return Q(is_registered=True)
    return Q(stage__in=_STAGES[_STAGES.index(step) :])


def _counts() -> dict[str, Any]:
    counts: dict[str, Any] = {
        "ended_count": Count("id", _reached("signed") & Q(status__in=("cancelled", "retired")))
    }
    before = ""
    for step in shown_steps():
        counts[f"{step}_count"] = Count("id", _reached(step))
        if before:
            counts[f"{step}_passed"] = Count("id", _reached(step) & _reached(before))
        before = step
    return counts


def _grouped(
    rows: QuerySet[Project], *, by: str, as_of: date
) -> tuple[QuerySet[Project], tuple[str, ...]]:
    if by == "cohort":
        signed = StageEvent.objects.filter(
            project=OuterRef("pk"), is_current=True, stage="signed"
        ).order_by()
        first = signed.values("project").annotate(first=Min("on")).values("first")
        return rows.annotate(cohort=ExtractYear(Subquery(first))), ("cohort",)
    if by == "place":
        return rows, ("place_id", "place__name", "place__name_en")
    current = Q(assignment__kind=by, assignment__starts_on__lte=as_of) & (
        Q(assignment__ends_on=None) | Q(assignment__ends_on__gte=as_of)
    )
    named = rows.annotate(held=FilteredRelation("assignment", condition=current))
    return named.annotate(holder=F("held__holder"), kind=Value(by)), ("holder",)


def _title(row: dict[str, Any], *, by: str) -> str:
    if by == "place":
        return either(row["place__name"], row["place__name_en"])
    key = row["cohort" if by == "cohort" else "holder"]
    if key is None:
        return _("签约日期未记录") if by == "cohort" else _("没有安排")
    return str(key)


def _funnel(key: Any, title: str, row: dict[str, Any], *, is_registered: bool) -> Funnel:
    steps, before = [], ""
    for code in shown_steps():
        passed = row[f"{code}_passed"] if before else None
        steps.append(
            Step(
                code,
                row[f"{code}_count"],
                passed,
                row[f"{before}_count"] if before else None,
                is_recorded=code != "registered" or is_registered,
            )
        )
        before = code
    return Funnel(key, title, tuple(steps), row["ended_count"])
