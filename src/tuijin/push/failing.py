"""
What fails in the rest of the house today: lights, claims, nodes, and forecasts that slip.

Each finder reads with a few queries, however many rows there are, and can be asked about one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tuijin.importers.nouns import CHOICES, NOUNS
from tuijin.ledger import node_limits
from tuijin.ledger.chunks import chunks
from tuijin.ledger.models import Node, NodeRule, Project, TrailEvent
from tuijin.see import judging
from tuijin.see.models import LightReading, LightRule
from tuijin.verify.models import Claim

LIGHT_WORDS = {"yellow": "亮黄灯", "yellow_again": "连续亮黄灯", "red": "亮红灯"}
_CLAIM_WORDS = {"short": "承诺未达", "stale": "承诺待重验"}
_FORECAST_WORDS = {
    "start_passed": "计划开工日期已过，尚未开工",
    "finish_moved": "计划竣工日期推迟",
    "finish_passed": "计划竣工日期已过，尚未竣工",
}
WORSE = (  # of causes of one origin, the worse later
    "stale", "late", "yellow", "yellow_again", "short", "red", *_FORECAST_WORDS,
)  # fmt: skip
_STAGES = list(CHOICES["stage"])
_UNSTARTED = _STAGES[: _STAGES.index("started")]
_UNFINISHED = _STAGES[: _STAGES.index("completed")]
# A node is known by its code or by what a clerk writes.
_NODES = {"planned_start_on": ("start", "开工"), "planned_finish_on": ("finish", "竣工")}
Figures = tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Failing:
    """Something that fails: where, how, and with which figures once it is proposed."""

    origin: str
    cause: str
    project_id: int
    place_id: str
    title: str
    figures: Figures = ()


def find_all(*, on: date) -> Iterator[Failing]:
    """Everything that fails on a day."""
    yield from failing_lights(on=on)
    yield from failing_claims()
    yield from late_nodes(on=on)
    yield from slipped_forecasts(on=on)


def failing_lights(*, on: date, project_id: int | None = None) -> Iterator[Failing]:
    """Projects with a yellow or red light."""
    last_month = (on.replace(day=1) - timedelta(days=1)).replace(day=1)
    readings = LightReading.objects.filter(month=last_month)
    again = set(readings.values_list("project_id", flat=True))
    rows = Project.objects.filter(light__in=("yellow", "red"), status="active")
    if project_id is not None:
        rows = rows.filter(pk=project_id)
    for pk, place, name, light in rows.values_list("pk", "place_id", "name", "light"):
        cause = "yellow_again" if light == "yellow" and pk in again else light
        yield Failing(f"light:{pk}", cause, pk, place, f"{name}：{LIGHT_WORDS[cause]}"[:500])


def failing_claims(claim_id: int | None = None) -> Iterator[Failing]:
    """Claims that fall short, and those whose verdict no longer follows from the record."""
    rows = Claim.objects.filter(project__status="active")
    rows = rows.filter(ruling="FALLS SHORT") | rows.filter(is_stale=True)
    if claim_id is not None:
        rows = rows.filter(pk=claim_id)
    columns = ("pk", "project_id", "project__place_id", "project__name", "title", "ruling")
    for pk, project, place, name, title, ruling in rows.values_list(*columns):
        cause = "short" if ruling == "FALLS SHORT" else "stale"
        text = f"{name}：{_CLAIM_WORDS[cause]}：{title}"
        yield Failing(f"claim:{pk}", cause, project, place, text[:500])


def late_nodes(
    *, on: date, project_id: int | None = None, node: str | None = None
) -> Iterator[Failing]:
    """Nodes past their limit without a recorded good reason."""
    rows = Node.objects.filter(reason="", project__status="active")
    if node is not None:
        rows = rows.filter(project=project_id, node=node)
    names = dict(NodeRule.objects.values_list("code", "name"))
    for found, due_on, counted in node_limits.late(rows, on=on):
        project = found.project
        text = f"{project.name}：节点逾期：{names.get(found.node, found.node)}"
        figures: Figures = (("节点时限", "Limit of the node", due_on.isoformat(), "I"),)
        if counted is not None:
            since = f"{counted.start_name[0]} {counted.since_on.isoformat()}"
            figures += (("按规则计算，起算日", "Counted by rule, from", since, "I"),)
        yield Failing(
            f"node:{project.pk}:{found.node}", "late", project.pk, project.place_id, text[:500],
            figures,
        )  # fmt: skip


def slipped_forecasts(*, on: date, project_id: int | None = None) -> Iterator[Failing]:
    """
    Projects whose planned finish or start slips, each once, by the worst that is so.

    The planned finish has passed and the project is not finished; or it is later than the earliest
    the trail knows; or the planned start has passed and the project has not started, unless the
    rulebook of its place lights that. A finish or start node settles it: done, with a recorded good
    reason, with a limit (the approved date) not before the planned one, or late itself, for then
    the node proposes. Where neither a stage nor a start is on record, nothing says that it is late.
    """
    rows = Project.objects.filter(status="active", finished_on=None)
    if project_id is not None:
        rows = rows.filter(pk=project_id)
    waiting = rows.filter(stage__in=_UNSTARTED, started_on=None, planned_start_on__lt=on)
    is_begun = Q(stage="", started_on__isnull=False)
    unfinished = _unsettled(
        rows.filter(is_begun | Q(stage__in=_UNFINISHED)), "planned_finish_on", on=on
    )
    first = _first_finishes(project_id)
    found = {}
    for row in _unlit(_unsettled(waiting, "planned_start_on", on=on).values_list(*_COLUMNS)):
        found[row[0]] = _slipped("start_passed", row, (_as_stated("planned_start_on", row[3]),
                                                       _as_of(on)))  # fmt: skip
    for part in chunks(sorted(first)):
        for row in unfinished.filter(pk__in=part).values_list(*_COLUMNS):
            if row[4] > first[row[0]]:
                found[row[0]] = _slipped("finish_moved", row, _finish_dates(row, first))
    for row in unfinished.filter(planned_finish_on__lt=on).values_list(*_COLUMNS):
        dates = (*_finish_dates(row, first), _as_of(on))
        found[row[0]] = _slipped("finish_passed", row, dates)
    yield from found.values()


_COLUMNS = ("pk", "place_id", "name", "planned_start_on", "planned_finish_on")
_Row = tuple[int, str, str, date, date]


def _unsettled(rows: QuerySet[Project], planned: str, *, on: date) -> QuerySet[Project]:
    """Projects with such a date and no node that settles it."""
    nodes = Node.objects.filter(
        Q(done_on__isnull=False) | ~Q(reason="") | Q(due_on__lt=on)
        | Q(due_on__gte=OuterRef(planned)),
        project=OuterRef("pk"), node__in=_NODES[planned], is_current=True,
    )  # fmt: skip
    return rows.filter(~Exists(nodes), **{f"{planned}__isnull": False})


def _unlit(rows: Iterable[_Row]) -> list[_Row]:
    """Projects at places whose rulebook has no light for a late start."""
    found = list(rows)
    lights = LightRule.objects.filter(measure="start_late_months")
    lit = set(lights.values_list("rulebook__code", flat=True))
    books = judging.rulebooks_of({row[1] for row in found})
    return [row for row in found if books[row[1]] not in lit]


def _first_finishes(project_id: int | None) -> dict[int, date]:
    """The earliest planned finish that a change replaced, from the trail."""
    events = TrailEvent.objects.filter(
        object_type="project", action__in=("change", "bulk_change"),
        changes__has_key="planned_finish_on",
    )  # fmt: skip
    if project_id is not None:
        events = events.filter(project_id=project_id)
    found: dict[int, date] = {}
    rows: Iterable[Any] = events.values_list("project_id", "changes__planned_finish_on")
    for pk, (old, _new) in rows:
        if old is not None:
            day = date.fromisoformat(old)
            found[pk] = min(day, found.get(pk, day))
    return found


def _slipped(cause: str, row: _Row, figures: Figures) -> Failing:
    pk, place, name, *_dates = row
    text = f"{name}：{_FORECAST_WORDS[cause]}"
    return Failing(f"forecast:{pk}", cause, pk, place, text[:500], figures)


def _finish_dates(row: _Row, first: Mapping[int, date]) -> Figures:
    """The planned finish, after the first one where that was earlier."""
    pk, planned = row[0], row[4]
    figures: Figures = (_as_stated("planned_finish_on", planned),)
    if first.get(pk, planned) < planned:
        zh, en, value, kind = _as_stated("planned_finish_on", first[pk])
        figures = ((f"原{zh}", f"{en} at first", value, kind), *figures)
    return figures


def _as_stated(column: str, day: date) -> tuple[str, str, str, str]:
    named = NOUNS["project"].column(column)
    return (named.zh, named.en, day.isoformat(), named.field_class)


def _as_of(on: date) -> tuple[str, str, str, str]:
    return ("截至", "As of", on.isoformat(), "P")
