"""
The material account: who makes and who uses each material, in tonnes a year, and what is left.

Lines come from figures on record (`makes_<material>_t_per_year`, `can_make_…`, `uses_…`) and from
the project models that claims are bound to. Everything is read in the reader's scope, so a total
holds only lines that the reader may see one by one (security reference, section 4, rule 6), and
differs between readers. A line without tonnage is named and never guessed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tuijin.discovery import load_plugin
from tuijin.ledger.models import Figure, Project
from tuijin.project_models import Balanced, MaterialLine, Parameter
from tuijin.units import UNITS, to_base
from tuijin.verify.cases import Case, load_cases
from tuijin.verify.checks import DEFAULT_SEED
from tuijin.verify.checks.model import PACKAGE
from tuijin.verify.checks.model import plugin as model_check
from tuijin.verify.facts import Fact, load_facts
from tuijin.verify.models import Binding

_FILE = Path(__file__).parent / "data" / "materials.csv"
_METRIC = re.compile(r"(makes|can_make|uses)_([a-z0-9_]+)_t_per_year")
Ends = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """
    What one project makes or uses of a material.

    Parameters
    ----------
    ends
        Lowest and highest tonnes a year; None where the tonnage is not known. A capacity says only
        what could be made: from nothing to all of it.
    basis
        `record`, `capacity` or `model`.
    """

    project: Project
    makes: bool
    ends: Ends | None
    basis: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """A material with its lines; sums are None while a line of theirs has no tonnage."""

    code: str
    name: str
    name_en: str
    lines: tuple[Line, ...]

    @property
    def makers(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.makes)

    @property
    def users(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.makes)

    @property
    def supply(self) -> Ends | None:
        return _sum(self.makers)

    @property
    def demand(self) -> Ends | None:
        return _sum(self.users)

    @property
    def balance(self) -> Ends | None:
        """Supply less demand: above zero it leaves the city, below it comes in."""
        if self.supply is None or self.demand is None:
            return None
        return self.supply[0] - self.demand[1], self.supply[1] - self.demand[0]

    @property
    def unknown(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.ends is None)


def _sum(lines: Iterable[Line]) -> Ends | None:
    """Add up ranges; nothing on record adds up to nothing."""
    ends = [line.ends for line in lines]
    known = [pair for pair in ends if pair is not None]
    if len(known) < len(ends):
        return None
    return sum(low for low, _ in known), sum(high for _, high in known)


def load_account() -> list[Material]:
    """Read the account of what is visible: materials with most known tonnes first."""
    by_code: dict[str, list[Line]] = {}
    names = dict(load_names())
    for code, line in _recorded():
        by_code.setdefault(code, []).append(line)
    for found, line in _modelled():
        names.setdefault(found.material, (found.title_zh, found.title_en))
        lines = by_code.setdefault(found.material, [])
        if not any(x.project == line.project and x.makes == line.makes for x in lines):
            lines.append(line)  # what is on record goes before a model
    account = [
        Material(code, *names.get(code, (code, code)), tuple(lines))
        for code, lines in by_code.items()
    ]
    return sorted(account, key=lambda m: (-_known_t(m), m.code))


def _known_t(material: Material) -> float:
    return sum(line.ends[1] for line in material.lines if line.ends is not None)


@cache
def load_names() -> Mapping[str, tuple[str, str]]:
    """Code to Chinese and English name; anybody may record others, which go by their code."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return {row["material"]: (row["name"], row["name_en"]) for row in csv.DictReader(stream)}


def _recorded() -> Iterator[tuple[str, Line]]:
    rows = Figure.objects.filter(
        is_current=True, project__isnull=False, metric__endswith="_t_per_year"
    )
    for figure in rows.select_related("project").order_by("project_id", "id"):
        match = _METRIC.fullmatch(figure.metric)
        if match is None or figure.project is None:
            continue
        verb, code = match.groups()
        ends = _ends(figure)
        if verb == "can_make" and ends is not None:
            ends = (0.0, ends[1])
        basis = "capacity" if verb == "can_make" else "record"
        yield code, Line(figure.project, verb != "uses", ends, basis, figure.note)


def _ends(figure: Figure) -> Ends | None:
    low = figure.value if figure.low is None else figure.low
    high = figure.value if figure.high is None else figure.high
    if low is None or high is None or figure.unit not in UNITS:
        return None
    return float(to_base(low, figure.unit)[0]), float(to_base(high, figure.unit)[0])


def _modelled() -> Iterator[tuple[MaterialLine, Line]]:
    """Run the balance of each model once for each project that a claim binds it to."""
    bindings = Binding.objects.filter(kind="model").values_list("id", flat=True)
    cases = {(case.project_id, case.using): case for case in load_cases(binding_ids=bindings)}
    cases = {key: case for key, case in cases.items() if _balanced(case.using) is not None}
    wanted = {
        (case.project_id, name) for case in cases.values() for name in model_check.names(case)
    }
    facts = load_facts(wanted, {case.project_id: case.place_id for case in cases.values()})
    projects = Project.objects.in_bulk({project for project, _ in cases})
    for case in cases.values():
        model, project = _balanced(case.using), projects.get(case.project_id)
        if model is None or project is None:
            continue
        on_record = {n: facts.get(case.project_id, n) for n in model_check.names(case)}
        for found in model.materials(_parameters(case, on_record)):
            low, high = found.low_t_per_year, found.high_t_per_year
            ends = None if low is None or high is None else (low, high)
            yield found, Line(project, found.makes, ends, "model")


def _balanced(name: str) -> Balanced | None:
    model = load_plugin(PACKAGE, name)
    return model if isinstance(model, Balanced) else None


def _parameters(case: Case, on_record: Mapping[str, list[Fact]]) -> dict[str, Parameter]:
    rows = model_check.settings(case, on_record, seed=DEFAULT_SEED)["parameters"]
    return {row["name"]: Parameter(**row) for row in rows}
