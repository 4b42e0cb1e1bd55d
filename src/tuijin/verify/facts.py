"""
What is on record under a name, for many projects at once.

A name is a figure's metric, a column of the project, a stage (the date it was reached), a yearly
sum of operating records, `node:` and a node (the date it was done), `evidence:` and the key of a
document (its date), or `place.` and a metric of the project's place. A topic is a name of one
project: whatever a check reads has a topic, and so has what it looked for and did not find.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max

from tuijin.importers.nouns import CHOICES
from tuijin.ledger.models import (
    Evidence,
    Figure,
    Node,
    OperatingRecord,
    ProgressReport,
    Project,
    StageEvent,
)
from tuijin.units import UNITS, to_base

REACH = "@reach"  # last date that the record of a project reaches
PLACE = "@place"  # the project's place itself
MEASURED = "@measured"  # what logs of a project measured
NODES, DOCUMENTS = "node:", "evidence:"
YEARLY = {
    "sales_yuan_per_year": ("sales_yuan", "yuan_per_year"),
    "tax_yuan_per_year": ("tax_yuan", "yuan_per_year"),
    "output_t_per_year": ("output_t", "t_per_year"),
    "energy_mwh_per_year": ("energy_mwh", "mwh_per_year"),
}
JOBS = "jobs_count"
STAGES = {"in_operation": "producing", **{stage: stage for stage in CHOICES["stage"]}}
COLUMNS = {"total_investment_yuan": "yuan", "capacity_mw": "mw", "land_mu": "mu"}
DATES = {"started": "started_on", "completed": "finished_on"}
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry on record, in base units; `ref` names it for a reader, and stays on correction."""

    ref: str
    unit: str
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    on: date | None = None
    source: str = ""
    field_class: str = "P"

    @property
    def ends(self) -> tuple[Decimal, Decimal] | None:
        """Lowest and highest value, infinite where only the other is known; None without any."""
        if self.value is None and self.low is None and self.high is None:
            return None
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        return Decimal("-inf") if low is None else low, Decimal("inf") if high is None else high


@dataclass(slots=True)
class Facts:
    """
    What was found: by project and name, with the reach of each project's record.

    `measured` holds the distribution that the newest log of a metric gave; it is shown, and only a
    probability is ruled upon by it.
    """

    by_name: dict[tuple[int, str], list[Fact]] = field(default_factory=lambda: defaultdict(list))
    reach: dict[int, date] = field(default_factory=dict)
    months: dict[tuple[int, str], int] = field(default_factory=dict)
    measured: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)

    def get(self, project_id: int, name: str) -> list[Fact]:
        return sorted(self.by_name.get((project_id, name), ()), key=lambda fact: fact.ref)


def topic_of(project_id: int, name: str) -> str:
    return f"{project_id}/{name}"


def load_facts(wanted: Iterable[tuple[int, str]], places: Mapping[int, str]) -> Facts:
    """
    Read what is on record under the names wanted, in a handful of queries.

    Parameters
    ----------
    places
        Place code of each project in `wanted`.
    """
    facts, pairs = Facts(), set(wanted)
    names = {name for _, name in pairs}
    projects = {project for project, _ in pairs}
    _add_figures(facts, pairs, names, projects)
    _add_place_figures(facts, pairs, names, places)
    if names & (COLUMNS.keys() | DATES.keys()):
        _add_columns(facts, pairs, projects)
    if names & STAGES.keys():
        _add_stages(facts, pairs, projects)
    _add_nodes(facts, pairs, projects)
    _add_documents(facts, pairs, projects)
    _add_measured(facts, names, projects)
    if names & YEARLY.keys() or JOBS in names:
        _add_operating(facts, pairs, projects)
    if REACH in names:
        _add_reach(facts, projects)
    return facts


_FIGURE = (
    "project_id", "place_id", "metric", "key", "value", "low", "high", "date_value", "unit",
    "source__key",
)  # fmt: skip


def _add_figures(
    facts: Facts, pairs: set[tuple[int, str]], names: set[str], projects: set[int]
) -> None:
    rows = Figure.objects.filter(is_current=True, project__in=projects, metric__in=names)
    for row in rows.values_list(*_FIGURE):
        if (row[0], row[2]) in pairs:
            facts.by_name[row[0], row[2]].append(_figure_fact(row))


def _add_place_figures(
    facts: Facts, pairs: set[tuple[int, str]], names: set[str], places: Mapping[int, str]
) -> None:
    metrics = {name.removeprefix("place.") for name in names if name.startswith("place.")}
    if not metrics:
        return
    rows = Figure.objects.filter(
        is_current=True, project=None, place__in=set(places.values()), metric__in=metrics
    )
    by_place: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for row in rows.values_list(*_FIGURE):
        by_place[row[1], f"place.{row[2]}"].append(_figure_fact(row))
    for project, name in pairs:
        facts.by_name[project, name].extend(by_place.get((places[project], name), ()))


def _figure_fact(row: tuple[Any, ...]) -> Fact:
    _, _, _, key, value, low, high, on, unit, source = row
    return Fact(
        ref=f"figure:{key}",
        unit=UNITS[unit].base if unit in UNITS else unit,
        value=_in_base(value, unit),
        low=_in_base(low, unit),
        high=_in_base(high, unit),
        on=on,
        source=source or "",
    )


def _in_base(number: Decimal | None, unit: str) -> Decimal | None:
    return number if number is None or unit not in UNITS else to_base(number, unit)[0]


def _add_columns(facts: Facts, pairs: set[tuple[int, str]], projects: set[int]) -> None:
    rows = Project.objects.filter(pk__in=projects)
    for row in rows.values("id", "source__key", *COLUMNS, *DATES.values()):
        source = row["source__key"] or ""
        for name, unit in COLUMNS.items():
            if (row["id"], name) in pairs and row[name] is not None:
                fact = Fact(f"project:{name}", unit, row[name], source=source)
                facts.by_name[row["id"], name].append(fact)
        for name, column in DATES.items():
            if (row["id"], name) in pairs and row[column] is not None:
                fact = Fact(f"project:{column}", "date", on=row[column], source=source)
                facts.by_name[row["id"], name].append(fact)


def _add_stages(facts: Facts, pairs: set[tuple[int, str]], projects: set[int]) -> None:
    events = StageEvent.objects.filter(is_current=True, project__in=projects)
    rows = events.values_list("project_id", "stage", "on", "source__key")
    for project, stage, on, source in rows:
        fact = Fact(f"stage:{stage}", "date", on=on, source=source or "")
        for name, meant in STAGES.items():
            if meant == stage and (project, name) in pairs:
                facts.by_name[project, name].append(fact)


def _add_nodes(facts: Facts, pairs: set[tuple[int, str]], projects: set[int]) -> None:
    wanted = {name.removeprefix(NODES) for _, name in pairs if name.startswith(NODES)}
    if not wanted:
        return
    rows = Node.objects.filter(is_current=True, project__in=projects, node__in=wanted)
    for project, node, on, source in rows.values_list(
        "project_id", "node", "done_on", "source__key"
    ):
        if on is not None and (project, NODES + node) in pairs:
            fact = Fact(NODES + node, "date", on=on, source=source or "", field_class="I")
            facts.by_name[project, NODES + node].append(fact)


def _add_documents(facts: Facts, pairs: set[tuple[int, str]], projects: set[int]) -> None:
    wanted = {name.removeprefix(DOCUMENTS) for _, name in pairs if name.startswith(DOCUMENTS)}
    if not wanted:
        return
    rows = Evidence.objects.filter(project__in=projects, key__in=wanted)
    for project, key, on, source in rows.values_list(
        "project_id", "key", "taken_on", "source__key"
    ):
        if on is not None and (project, DOCUMENTS + key) in pairs:
            fact = Fact(DOCUMENTS + key, "date", on=on, source=source or "", field_class="I")
            facts.by_name[project, DOCUMENTS + key].append(fact)


def _add_measured(facts: Facts, names: set[str], projects: set[int]) -> None:
    rows = Evidence.objects.filter(project__in=projects, kind="measurement").exclude(measured={})
    for project, measured in rows.order_by("taken_on", "pk").values_list("project_id", "measured"):
        for metric, sample in measured.items():
            if metric in names:
                facts.measured[project, metric] = sample


def _add_operating(facts: Facts, pairs: set[tuple[int, str]], projects: set[int]) -> None:
    columns = [column for column, _ in YEARLY.values()]
    records = OperatingRecord.objects.filter(is_current=True, project__in=projects)
    series: dict[tuple[int, str], dict[date, tuple[Any, str]]] = defaultdict(dict)
    for row in records.order_by("month").values(
        "project_id", "month", "source__key", JOBS, *columns
    ):
        for column in (*columns, JOBS):
            if row[column] is not None:
                cell = (Decimal(row[column]), row["source__key"] or "")
                series[row["project_id"], column][row["month"]] = cell
    for project, name in pairs:
        if name in YEARLY:
            column, unit = YEARLY[name]
            _add_year(facts, project, name, unit, series.get((project, column), {}))
        elif name == JOBS and (project, JOBS) in series:
            month, (value, source) = max(series[project, JOBS].items())
            ref = f"operating:{month:%Y-%m}"
            fact = Fact(ref, "jobs", value, source=source, field_class="C")
            facts.by_name[project, name].append(fact)


def _add_year(
    facts: Facts, project: int, name: str, unit: str, by_month: Mapping[date, tuple[Any, str]]
) -> None:
    """Sum the last twelve months in a row; fewer are no year, and their number is kept."""
    months = sorted(by_month, reverse=True)
    run = [m for n, m in enumerate(months) if _month_number(months[0]) - _month_number(m) == n]
    if not run:
        return
    facts.months[project, name] = len(run)
    if len(run) < MONTHS:
        return
    year = run[:MONTHS]
    total = sum((by_month[m][0] for m in year), Decimal(0))
    ref = f"operating:{year[-1]:%Y-%m}/{year[0]:%Y-%m}"
    fact = Fact(ref, unit, total, source=by_month[year[0]][1], field_class="C")
    facts.by_name[project, name].append(fact)


def _month_number(month: date) -> int:
    return month.year * 12 + month.month


def _add_reach(facts: Facts, projects: set[int]) -> None:
    def latest(model: Any, column: str, **current: bool) -> Iterable[tuple[int, Any]]:
        rows = model.objects.filter(project__in=projects, **current).order_by()
        return rows.values_list("project_id").annotate(Max(column))

    dated = [
        *latest(StageEvent, "on", is_current=True),
        *latest(Evidence, "taken_on"),
        *latest(Node, "done_on", is_current=True),
        *((p, end_of_period(v)) for p, v in latest(ProgressReport, "period", is_current=True)),
        *((p, end_of_month(v)) for p, v in latest(OperatingRecord, "month", is_current=True)),
    ]
    for project, on in dated:
        if on is not None and on > facts.reach.get(project, date.min):
            facts.reach[project] = on


def end_of_month(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def end_of_period(period: str) -> date:
    """Return the last day of `2025-09`, or of `2025-09-1` to `-3` (上旬 to 下旬)."""
    year, month, *third = (int(part) for part in period.split("-"))
    if third and third[0] < 3:
        return date(year, month, third[0] * 10)
    return end_of_month(date(year, month, 1))
