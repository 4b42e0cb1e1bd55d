"""What the page of one project shows of the ledger, by what its reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import node_limits, scope
from tuijin.ledger.models import (
    AnnualPlan,
    Evidence,
    EvidenceFile,
    Figure,
    Node,
    OperatingRecord,
    ProgressReport,
    Project,
    StageEvent,
)
from tuijin.ledger.node_limits import Counted
from tuijin.see.colours import LIGHT_COLOURS
from tuijin.see.language import choice_text, either, write_period

_STAGES = list(CHOICES["stage"])


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node with the name its rule gives it, and the last day: as entered, or as counted."""

    node: Node
    name: str
    due_on: date | None
    is_late: bool
    counted: Counted | None = None
    counted_from: str = ""


def is_shown(project: Project, field_class: str) -> bool:
    """Whether the reader sees anything of a class on this project."""
    who = scope.current()
    classes = who.classes_for(place_id=project.place_id, project_id=project.pk)
    owns = who.owns(place_id=project.place_id, project_id=project.pk)
    return field_class in classes or (owns and field_class in who.role.reported)


def stage_steps(project: Project) -> list[dict[str, Any]]:
    """The ten stages with the dates on record; stages passed without a record count as done."""
    dates = dict(
        StageEvent.objects.filter(project=project, is_current=True).values_list("stage", "on")
    )
    now = _STAGES.index(project.stage) if project.stage in _STAGES else -1
    return [
        {
            "title": choice_text("stage", code),
            "on": dates.get(code),
            "is_done": at < now,
            "is_now": at == now,
        }
        for at, code in enumerate(_STAGES)
    ]


def reports(project: Project) -> list[ProgressReport]:
    rows = ProgressReport.objects.filter(project=project, is_current=True)
    return list(rows.select_related("source").order_by("-period"))


def plans(project: Project) -> list[AnnualPlan]:
    rows = AnnualPlan.objects.filter(project=project, is_current=True)
    return list(rows.select_related("source").order_by("-year"))


def operations(project: Project) -> list[OperatingRecord]:
    rows = OperatingRecord.objects.filter(project=project, is_current=True)
    return list(rows.select_related("source").order_by("-month")[:36])


def figures(project: Project) -> list[Figure]:
    """Current figures; their notes are internal."""
    rows = Figure.objects.filter(project=project, is_current=True)
    found = list(rows.select_related("source").order_by("metric", "key"))
    if "I" not in scope.current().classes_for(place_id=project.place_id, project_id=project.pk):
        for figure in found:
            figure.note = ""
    return found


def evidence(project: Project) -> list[Evidence]:
    rows = Evidence.objects.filter(project=project).select_related("source")
    files = Prefetch("files", queryset=EvidenceFile.objects.all())
    return list(rows.prefetch_related(files).order_by("-taken_on", "-id"))


def nodes(project: Project, *, as_of: date) -> list[NodeRow]:
    """The nodes on record, what is due first before the others."""
    names = dict(reason_choices(project.place_id))
    rows = Node.objects.filter(project=project, is_current=True)
    counted = {one.node_id: one for one in node_limits.count(rows)}
    found = [
        _node_row(node, names.get(node.node, node.node), counted.get(node.pk), as_of=as_of)
        for node in rows.select_related("source").order_by("id")
    ]
    return sorted(found, key=lambda row: row.due_on or date.max)


def _node_row(node: Node, name: str, counted: Counted | None, *, as_of: date) -> NodeRow:
    due_on = counted.due_on if counted else node.due_on
    is_late = due_on is not None and node.done_on is None and due_on < as_of
    return NodeRow(
        node, name, due_on, is_late, counted, either(*counted.start_name) if counted else ""
    )


def reason_choices(place_id: str) -> list[tuple[str, str]]:
    """Nodes a good reason can be recorded for, in the order of the place's stage line."""
    rows = node_limits.rules_of(place_id)
    return [(rule.code, either(rule.name, rule.name_en)) for rule in rows]


def _money_format(amounts_yuan: Iterable[float | None]) -> str:
    """亿元 or 万元, by the largest amount."""
    return "@yi_yuan" if max((a or 0.0 for a in amounts_yuan), default=0.0) >= 1e8 else "@wan_yuan"


def money_chart(
    project: Project, found: list[ProgressReport], *, has_plan: bool = True
) -> dict[str, Any] | None:
    """
    Done this year by report against the plan, with the even line a plan to date follows.

    `has_plan` is false for a reader who may not see the plan.
    """
    year = project.plan_year if has_plan else None
    rows = [r for r in reversed(found) if r.year_done_yuan is not None
            and (year is None or r.period.startswith(str(year)))]  # fmt: skip
    if not rows:
        return None
    periods = [write_period(report.period) for report in rows]
    done = [float(report.year_done_yuan) for report in rows]
    series: list[dict[str, Any]] = [
        {"type": "bar", "name": _("本年累计完成投资"), "data": done, "barMaxWidth": 28}
    ]
    if year is not None and project.year_planned_yuan:
        total = float(project.year_planned_yuan)
        even = [total * int(report.period[5:7]) / 12 for report in rows]
        series.append({"type": "line", "name": _("按月均摊的计划"), "data": even,
                       "symbol": "none", "lineStyle": {"type": "dashed"}})  # fmt: skip
        series[0]["markLine"] = {
            "symbol": "none", "lineStyle": {"color": LIGHT_COLOURS["red"]},
            "label": {"formatter": _("年度计划"), "position": "insideEndTop"},
            "data": [{"yAxis": total}],
        }  # fmt: skip
    unit = _money_format(done)
    return {
        "legend": {"data": [s["name"] for s in series]},
        "tooltip": {"trigger": "axis", "valueFormatter": unit},
        "xAxis": {"type": "category", "data": periods},
        "yAxis": {"type": "value", "axisLabel": {"formatter": unit}},
        "series": series,
    }


def operation_chart(found: list[OperatingRecord]) -> dict[str, Any] | None:
    """Sales and tax by month."""
    rows = [r for r in reversed(found) if r.sales_yuan is not None or r.tax_yuan is not None]
    if not rows:
        return None
    months = [f"{record.month:%Y-%m}" for record in rows]
    sales = [_float(record.sales_yuan) for record in rows]
    unit = _money_format(sales)
    return {
        "legend": {"data": [_("销售收入"), _("税收")]},
        "tooltip": {"trigger": "axis", "valueFormatter": unit},
        "xAxis": {"type": "category", "data": months},
        "yAxis": {"type": "value", "axisLabel": {"formatter": unit}},
        "series": [
            {"type": "bar", "name": _("销售收入"), "data": sales},
            {"type": "line", "name": _("税收"), "data": [_float(r.tax_yuan) for r in rows]},
        ],
    }


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
