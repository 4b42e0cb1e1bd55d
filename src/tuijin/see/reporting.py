"""What is known before a report is typed, and what in it a person should look at again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from tuijin.ledger import kept, records
from tuijin.ledger.models import (
    AnnualPlan,
    OperatingRecord,
    ProgressReport,
    Project,
    StageEvent,
)
from tuijin.see.language import write_period
from tuijin.see.listing import LIVE
from tuijin.see.quantities import Portfolio

FIGURES = ("year_done_yuan", "total_done_yuan")
TEXTS = ("progress", "problems")


@dataclass(frozen=True, slots=True)
class Known:
    """Of one project and period: the report before, the one on record, the plan of the year."""

    project: Project
    period: str
    before: ProgressReport | None
    same: ProgressReport | None
    plan: AnnualPlan | None

    def copied(self) -> dict[str, Any]:
        """What the form starts with; a new year starts its own sum."""
        start = self.same or self.before
        if start is None:
            return {}
        values = {name: getattr(start, name) for name in (*FIGURES, *TEXTS)}
        if start.period[:4] != self.period[:4]:
            values["year_done_yuan"] = None
        return values


def _order(period: str) -> str:
    """A month's report comes after that of its last 旬."""
    return period if len(period) > 7 else f"{period}-4"


def recent_periods(today: date) -> list[str]:
    """The 旬 and months a report is likely to be for, the newest first."""
    xun = 1 + (today.day > 10) + (today.day > 20)
    month = f"{today:%Y-%m}"
    last = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    return [*(f"{month}-{n}" for n in range(xun, 0, -1)), month, last, f"{last}-3", f"{last}-2"]


def read_known(project: Project, period: str) -> Known:
    """What the reader may see of the reports before, with the plan of the year."""
    rows = list(ProgressReport.objects.filter(project=project, is_current=True))
    earlier = [report for report in rows if _order(report.period) < _order(period)]
    return Known(
        project=project,
        period=period,
        before=max(earlier, key=lambda report: _order(report.period), default=None),
        same=next((report for report in rows if report.period == period), None),
        plan=AnnualPlan.objects.filter(
            project=project, year=int(period[:4]), is_current=True
        ).first(),
    )


def doubts(known: Known, values: Mapping[str, Any]) -> list[str]:
    """What to look at again before it is sent; nothing here refuses a report."""
    before, found = known.before, []
    if before is not None and known.same is None:
        is_alike = all(getattr(before, name) == values[name] for name in (*FIGURES, *TEXTS))
        if is_alike:
            found.append(
                _("与上一期（%(period)s）完全相同") % {"period": write_period(before.period)}
            )
    if before is not None and before.period[:4] == known.period[:4]:
        found += _fallen(before, values, "year_done_yuan", _("本年累计比上一期少"))
    if before is not None:
        found += _fallen(before, values, "total_done_yuan", _("自开工累计比上一期少"))
    year, total = values["year_done_yuan"], values["total_done_yuan"]
    if year is not None and total is not None and year > total:
        found.append(_("本年累计大于自开工累计"))
    whole = known.project.total_investment_yuan
    if total is not None and whole is not None and total > whole:
        found.append(_("自开工累计大于总投资"))
    return found


def _fallen(before: ProgressReport, values: Mapping[str, Any], name: str, text: str) -> list[str]:
    old, new = getattr(before, name), values[name]
    return [text] if old is not None and new is not None and new < old else []


def is_unchanged(known: Known, values: Mapping[str, Any]) -> bool:
    """Whether a correction corrects nothing."""
    same = known.same
    return same is not None and all(
        getattr(same, name) == values[name] for name in (*FIGURES, *TEXTS)
    )


def record_stage(project: Project, stage: str, *, on: date) -> None:
    """Record that a project entered a stage; an entry of the same stage is corrected by it."""
    with transaction.atomic():
        old = StageEvent.objects.filter(project=project, stage=stage, is_current=True).first()
        if old is None:
            records.save_new([StageEvent(project=project, stage=stage, on=on)])
        elif old.on != on:
            records.correct_many(StageEvent, {old.pk: {"on": on}})
        kept.refresh([project.key])


def record_operation(project: Project, month: date, values: Mapping[str, Any]) -> None:
    """Record a month's operation; one on record is corrected by it, and stays."""
    old = OperatingRecord.objects.filter(project=project, month=month, is_current=True).first()
    if old is None:
        records.save_new([OperatingRecord(project=project, month=month, **values)])
    elif any(getattr(old, name) != value for name, value in values.items()):
        records.correct_many(OperatingRecord, {old.pk: values})


def last_operation(project: Project, *, before: date) -> OperatingRecord | None:
    rows = OperatingRecord.objects.filter(project=project, is_current=True, month__lt=before)
    return rows.order_by("-month").first()


def to_report(*, period: str) -> QuerySet[Project]:
    """The reader's own live projects: those without a report of the period first."""
    reports = ProgressReport.objects.filter(project=OuterRef("pk"), is_current=True)
    rows = Portfolio((), int(period[:4])).projects().filter(status__in=LIVE)
    return rows.annotate(
        last_period=Subquery(reports.order_by("-period").values("period")[:1]),
        done_period=Subquery(reports.filter(period=period).values("period")[:1]),
    ).order_by(F("done_period").asc(nulls_first=True), "place_id", "id")
