"""
One sheet a stop: what it is, what was promised, what was verified, what is late, what was said
last time, and three questions. Web page, phone, PDF and DOCX all show this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tuijin.ledger import scope, visible
from tuijin.ledger.models import Figure, OperatingRecord, Project
from tuijin.meet.days import load_days
from tuijin.meet.models import Comment, Meeting, Stop
from tuijin.meet.questions import Asked, ask
from tuijin.meet.remarks import Earlier, last_time
from tuijin.meet.verdict_words import write_basis, write_found
from tuijin.see import project_page
from tuijin.see.judging import explain
from tuijin.see.language import choice_text, either
from tuijin.see.models import LightRule
from tuijin.see.wording import write_money
from tuijin.verify.listing import Line, load_lines
from tuijin.verify.models import Claim
from tuijin.verify.showing import needs_in_words


@dataclass(frozen=True, slots=True)
class Promise:
    """A claim and its verdict, in the words a reader may see."""

    line: Line
    title: str
    ruling: str
    figures: str
    basis: str


@dataclass(frozen=True, slots=True)
class Late:
    """A node past its date."""

    name: str
    due_on: date
    late_days: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    All that stands on the page of a stop.

    Where `is_internal_shown` is false the reader may not see claims, nodes or remarks, and nothing
    is said about whether there are any.
    """

    stop: Stop
    number: int
    as_of: date
    project: Project
    name: str
    place: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    is_internal_shown: bool
    promises: tuple[Promise, ...]
    light: str
    light_rule: LightRule | None
    late: tuple[Late, ...]
    earlier: Earlier | None
    questions: tuple[Asked, ...]
    comments: tuple[Comment, ...]


def build_sheets(meeting: Meeting, *, as_of: date, day: date | None = None) -> list[Sheet]:
    """Build the sheets of a meeting in the order of the tour; numbers count within a day."""
    return [
        build_sheet(stop, number=number, as_of=as_of)
        for plan in load_days(meeting)
        if day in (None, plan.day)
        for number, stop in enumerate(plan.stops, start=1)
    ]


def build_sheet(stop: Stop, *, number: int, as_of: date) -> Sheet:
    project = stop.project
    claims = Claim.objects.filter(project=project).select_related("project__place", "source")
    lines = load_lines(list(claims))
    # Not what a company may see of its own reports: that is a part, and a part misleads here.
    sees_internal = "I" in scope.current().classes_for(
        place_id=project.place_id, project_id=project.pk
    )
    explained = explain(project, as_of=as_of) if sees_internal else None
    comments = Comment.objects.filter(stop=stop).select_related("author")
    return Sheet(
        stop=stop,
        number=number,
        as_of=as_of,
        project=project,
        name=either(project.name, project.name_en),
        place=either(str(project.place), project.place.name_en),
        summary=either(project.summary, project.summary_en),
        facts=tuple(_facts(project)),
        is_internal_shown=sees_internal,
        promises=tuple(_promise(line) for line in lines),
        light=explained.light if explained else "",
        light_rule=explained.rule if explained else None,
        late=tuple(_late(project, as_of=as_of)) if sees_internal else (),
        earlier=last_time(project, before=stop.meeting),
        questions=ask(lines, _missing(project)) if sees_internal else (),
        comments=tuple(comments),
    )


def _promise(line: Line) -> Promise:
    verdict, claim = line.speaking, line.claim
    title = either(claim.title, claim.title_en)
    if verdict is None:
        return Promise(line, title, "", _("尚未检验"), "")
    if not line.shows_figures:
        return Promise(line, title, verdict.ruling, _("数据不公开"), "")
    is_open = verdict.ruling == "UNDECIDED"
    figures = needs_in_words(verdict) if is_open else write_found(verdict, claim)
    basis = write_basis(line, verdict)
    if claim.disagrees:
        basis += _("；测算与记录不一致")
    return Promise(line, title, verdict.ruling, figures, basis)


def _facts(project: Project) -> list[tuple[str, str]]:
    """What the project is, unknown entries left out; only what the reader may see."""
    language = get_language() or "zh-hans"
    rows = [
        (_("阶段"), choice_text("stage", project.stage)),
        (_("地区"), either(str(project.place), project.place.name_en)),
        (_("园区"), either(project.park.name, project.park.name_en) if project.park else ""),
        (_("建设单位"), either(project.owner.name, project.owner.name_en) if project.owner else ""),
        (_("总投资"), _money(project, "total_investment_yuan", language)),
        (_("年度计划投资"), _money(project, "year_planned_yuan", language)),
        (_("本年完成投资"), _money(project, "year_done_yuan", language)),
        (_("开工日期"), str(project.started_on or "")),
        (_("计划竣工"), str(project.planned_finish_on or "")),
    ]
    return [(label, value) for label, value in rows if value]


def _money(project: Project, column: str, language: str) -> str:
    amount = getattr(project, column)
    is_shown = visible.is_shown(column, place_id=project.place_id, project_id=project.pk)
    return write_money(amount, language=language) if is_shown and amount is not None else ""


def _late(project: Project, *, as_of: date) -> list[Late]:
    return [
        Late(
            _("%(name)s（按规则计算）") % {"name": row.name} if row.counted else row.name,
            row.due_on,
            (as_of - row.due_on).days,
        )
        for row in project_page.nodes(project, as_of=as_of)
        if row.is_late and row.due_on is not None
    ]


def _missing(project: Project) -> dict[str, list[str]]:
    """Entries that would answer a question and are empty, by topic."""
    metrics = set(
        Figure.objects.filter(project=project, is_current=True).values_list("metric", flat=True)
    )
    # what the reader may not see is not said to be missing
    has_records = (
        not project_page.is_shown(project, "C")
        or OperatingRecord.objects.filter(project=project).exists()
    )
    has_capacity = any("capacity" in m or m == "output_t_per_year" for m in metrics)
    found: dict[str, list[tuple[bool, str]]] = {
        "technology": [
            (project.owner_id is None, _("业主")),
            (project.capacity_mw is None and not has_capacity, _("设计产能")),
        ],
        "market": [
            (not has_records, _("运行记录")),
            (not metrics & {"output_t_per_year", "sales_yuan_per_year"}, _("产量和销售额")),
        ],
        "return": [
            (project.total_investment_yuan is None, _("投资额")),
            (not metrics & {"tax_yuan_per_year", "stated_tax_yuan_per_year"}, _("税收")),
        ],
    }
    return {topic: [name for is_gone, name in rows if is_gone] for topic, rows in found.items()}


def count_rulings(sheets: Sequence[Sheet]) -> dict[str, int]:
    """How many claims have which verdict; "" is not tested yet."""
    counts = {"HOLDS": 0, "FALLS SHORT": 0, "UNDECIDED": 0, "": 0}
    for sheet in sheets:
        for promise in sheet.promises:
            counts[promise.ruling] += 1
    return counts
