"""What a leader sees in ten seconds, from kept sums and never from a scan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import scope, visible
from tuijin.ledger.models import Figure, Node, NodeRule, Place, Project, Tally
from tuijin.see.language import either
from tuijin.see.listing import LIVE, root_place
from tuijin.see.quantities import Portfolio

_SUMS = ("projects_count", "total_investment_yuan", "year_planned_yuan", "year_done_yuan",
         "claims_short_count", "claims_undecided_count")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """Sums of one status, stage and light."""

    place_id: str
    status: str
    stage: str
    light: str
    projects_count: int
    total_investment_yuan: Decimal
    year_planned_yuan: Decimal
    year_done_yuan: Decimal
    claims_short_count: int
    claims_undecided_count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures of the reader's portfolio; None is absent, because the reader may not see it."""

    projects_count: int
    ended_count: int
    total_investment_yuan: Decimal
    by_stage: dict[str, int]
    by_light: dict[str, int] | None
    claims_short_count: int | None
    claims_undecided_count: int | None
    year_planned_yuan: Decimal | None
    year_done_yuan: Decimal | None


def home_places() -> list[str]:
    """
    The places a reader's portfolio is summed from: own ones, or the smallest that holds all.
    """
    current = scope.current()
    if not current.everywhere:
        parents = dict(
            Place.objects.filter(code__in=current.places).values_list("code", "parent_id")
        )
        return sorted(code for code, parent in parents.items() if parent not in current.places)
    root = root_place()
    if root is None:
        return []
    total = _counted([root]).get(root, 0)
    while total and (levels := _levels_below(root)) and (below := _counted(levels)):
        code, number = max(below.items(), key=lambda item: item[1])
        if number < total or levels[code] == Place.Level.COUNTY:
            break
        root = code
    return [root]


def _levels_below(place: str) -> dict[str, str]:
    return dict(Place.objects.filter(parent=place).values_list("code", "level"))


def _counted(places: Iterable[str]) -> dict[str, int]:
    """Projects of each place among these, from the kept sums: by their index, not by a join."""
    rows = Tally.objects.filter(place__in=list(places)).values("place_id").order_by()
    return dict(rows.annotate(n=Sum("projects_count")).values_list("place_id", "n"))


def load_cells(places: Sequence[str]) -> list[Cell]:
    """Kept sums of some places; for readers with projects instead of places, of those."""
    if scope.current().role.reach == "projects":
        return _count_own()
    rows = Tally.objects.filter(place__in=places)
    return [Cell(*row) for row in rows.values_list("place_id", "status", "stage", "light", *_SUMS)]


def _count_own() -> list[Cell]:
    rows = Project.objects.filter(pk__in=scope.current().projects).values_list(
        "place_id", "status", "stage", "light", "total_investment_yuan", "year_planned_yuan",
        "year_done_yuan", "claims_short", "claims_undecided",
    )  # fmt: skip
    return [
        Cell(place, status, stage, light, 1, Decimal(total or 0), Decimal(planned or 0),
             Decimal(done or 0), short, undecided)
        for place, status, stage, light, total, planned, done, short, undecided in rows
    ]  # fmt: skip


def sum_up(cells: Iterable[Cell]) -> Overview:
    """Add up; leave out what the reader's role does not read in its own scope."""
    classes = scope.current().role.own
    all_cells = list(cells)
    live = [cell for cell in all_cells if cell.status in LIVE]
    by_stage: dict[str, int] = dict.fromkeys((*CHOICES["stage"], ""), 0)
    by_light: dict[str, int] = dict.fromkeys(("red", "yellow", "green", ""), 0)
    for cell in live:
        by_stage[cell.stage] += cell.projects_count
        by_light[cell.light] += cell.projects_count
    has_internal, has_confidential = "I" in classes, "C" in classes
    return Overview(
        projects_count=sum(c.projects_count for c in live),
        ended_count=sum(c.projects_count for c in all_cells if c.status not in LIVE),
        total_investment_yuan=sum((c.total_investment_yuan for c in live), Decimal(0)),
        by_stage=by_stage,
        by_light=by_light if has_internal else None,
        claims_short_count=sum(c.claims_short_count for c in live) if has_internal else None,
        claims_undecided_count=sum(c.claims_undecided_count for c in live)
        if has_internal else None,
        year_planned_yuan=sum((c.year_planned_yuan for c in live), Decimal(0))
        if has_confidential else None,
        year_done_yuan=sum((c.year_done_yuan for c in live), Decimal(0))
        if has_confidential else None,
    )  # fmt: skip


def by_place(places: Sequence[str]) -> list[tuple[Place, Overview]]:
    """The same figures of each place one level below."""
    below = list(Place.objects.filter(parent__in=places))
    cells: dict[str, list[Cell]] = defaultdict(list)
    for cell in load_cells([place.code for place in below]):
        cells[cell.place_id].append(cell)
    return [(place, sum_up(cells[place.code])) for place in below if cells[place.code]]


_NAMED = ("name", "name_en", "place__short_name", "place__name", "place__name_en")


def overdue(*, as_of: date, limit: int = 8) -> list[dict[str, Any]]:
    """The reader's own projects whose earliest open node is past its date, the oldest first."""
    rows = _late(as_of).annotate(due_on=F("next_due_on")).order_by("next_due_on", "id")
    return list(rows.values("id", "due_on", *_NAMED)[:limit])


def overdue_count(*, as_of: date) -> int:
    return _late(as_of).count()


def _late(as_of: date) -> QuerySet[Project]:
    rows = Portfolio((), as_of.year).projects().filter(next_due_on__lt=as_of, status="active")
    return visible.narrowed(rows, ("next_due_on",))


def due_soon(*, as_of: date, days: int = 30, limit: int = 8) -> list[dict[str, Any]]:
    """Open nodes of the reader's own projects that fall due in the coming days, the next first."""
    near = Node.objects.filter(
        is_current=True, done_on=None, due_on__gte=as_of,
        due_on__lte=as_of + timedelta(days=days), project__status="active",
    )  # fmt: skip
    rows = Portfolio((), as_of.year).of_projects(near).order_by("due_on", "id")
    found = rows.values("project_id", "due_on", "node", *(f"project__{n}" for n in _NAMED))[:limit]
    words = {rule.code: either(rule.name, rule.name_en) for rule in NodeRule.objects.all()}
    return [
        {"id": row["project_id"], "due_on": row["due_on"],
         "node": words.get(row["node"], row["node"]),
         **{name: row[f"project__{name}"] for name in _NAMED}}
        for row in found
    ]  # fmt: skip


def recorded_totals(places: Sequence[str]) -> list[Figure]:
    """Published numbers of major projects, newest first: shown beside our count, never added."""
    rows = Figure.objects.filter(
        place__in=places, metric="major_projects_count", is_current=True, project=None
    )
    return list(rows.select_related("source").order_by("-as_of"))
