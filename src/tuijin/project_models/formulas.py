"""
Metrics written as plain functions of parameters, and the values of unknowns that decide them.

The name of each argument is that of a parameter or of another metric. A parameter of the project
that is not known may have a row `typical_<name>` beside it: what plants of the kind report. It
never stands in for the project's own in a metric; it does in the metric's twin,
`typical_<metric>`, and for the others in `decide`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tuijin.errors import ParameterOutOfRange
from tuijin.project_models import TYPICAL, Chart, Influence, Line, Metric, Parameter
from tuijin.project_models.sensitivity import explain
from tuijin.project_models.sheet import check_within, draw, read_sheet

Function = Callable[..., np.ndarray]  # of arrays of one shape
Given = Mapping[str, Parameter]
Bounds = Mapping[str, tuple[float, float]]
_HALVINGS = 200
_SOBOL_POINTS = 1024
_CHART_POINTS = 61


@dataclass(frozen=True, slots=True)
class Formula:
    """A metric: its unit, and the function of arrays that gives it."""

    unit: str
    function: Function


Formulas = Mapping[str, Formula]


@cache
def _arguments(function: Function) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def leaves(formulas: Formulas, metric: str) -> tuple[str, ...]:
    """Parameters that a metric follows from, each once."""
    found: dict[str, None] = {}
    for name in _arguments(formulas[metric].function):
        found |= dict.fromkeys(leaves(formulas, name) if name in formulas else (name,))
    return tuple(found)


def evaluate(formulas: Formulas, metric: str, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Work a metric out of its leaves' values."""
    function = formulas[metric].function
    arguments = {
        name: evaluate(formulas, name, values) if name in formulas else values[name]
        for name in _arguments(function)
    }
    found: np.ndarray = function(**arguments)
    return found


def bounds_of(given: Given, bounds: Bounds) -> Bounds:
    """Bounds of every row; those of `typical_x` are those of `x`."""
    return {name: bounds[name.removeprefix(TYPICAL)] for name in given}


def run_formulas(
    formulas: Formulas, given: Given, drawn: Mapping[str, np.ndarray]
) -> dict[str, Metric]:
    """Return every metric and, where a typical value can stand in for one's own, its twin."""
    found = {}
    for name in formulas:
        needed = leaves(formulas, name)
        found[name] = _metric(formulas, name, name, given, {leaf: leaf for leaf in needed}, drawn)
        if any(TYPICAL + leaf in given for leaf in needed):
            sources = {leaf: stand_in(given, leaf) for leaf in needed}
            found[TYPICAL + name] = _metric(formulas, name, TYPICAL + name, given, sources, drawn)
    return found


def _metric(
    formulas: Formulas, metric: str, name: str, given: Given, sources: Mapping[str, str],
    drawn: Mapping[str, np.ndarray],
) -> Metric:  # fmt: skip
    """Give the ends too where ranges are assumed: which draws lie there is the model's choice."""
    needs = tuple(leaf for leaf, source in sources.items() if not given[source].is_known)
    if needs:
        return Metric(name, formulas[metric].unit, np.empty(0), needs)
    sample = evaluate(formulas, metric, {leaf: drawn[s] for leaf, s in sources.items()})
    is_assumed = any(
        _is_range(given[s].ends) and not given[s].is_verified for s in sources.values()
    )
    ends = range_of(formulas, given, metric) if is_assumed else None
    return Metric(name, formulas[metric].unit, sample, ends=ends)


def stand_in(given: Given, name: str) -> str:
    """Name of the row that says something: the project's own, else the typical one."""
    has_typical = TYPICAL + name in given and given[TYPICAL + name].is_known
    return name if given[name].is_known or not has_typical else TYPICAL + name


def decide_by_formula(
    formulas: Formulas, given: Given, bounds: Bounds, *, metric: str, target: float
) -> tuple[tuple[str, float, float], ...]:
    """
    Values of each unknown leaf at which the metric just reaches the target.

    Where all are known, those of the leaf whose own range holds them. The metric must be monotone
    in each leaf, so that the ends of the others' ranges give the ends of the answer.
    """
    name = metric.removeprefix(TYPICAL)
    if name not in formulas:
        raise ParameterOutOfRange(f"the metrics are {', '.join(formulas)}, got {metric!r}")
    needed = leaves(formulas, name)
    is_twin = metric != name
    known = {n: _ends(given, n, or_typical=True) for n in needed}
    unknown = [n for n in needed if _ends(given, n, or_typical=is_twin) is None]
    found = []
    for leaf in unknown or [n for n in needed if _is_range(known[n])]:
        others = {n: known[n] for n in needed if n != leaf}
        ends = _crossings(formulas, name, leaf, others, bounds[leaf], target)
        if ends is None or (not unknown and not _holds(known[leaf], ends)):
            continue
        row = leaf if unknown or given[leaf].is_known else TYPICAL + leaf
        found.append((row, *ends))
    return tuple(found)


Ends = tuple[float, float] | None


def _ends(given: Given, name: str, *, or_typical: bool) -> Ends:
    row = stand_in(given, name) if or_typical else name
    return given[row].ends if given[row].is_known else None


def _is_range(ends: Ends) -> bool:
    return ends is not None and ends[0] < ends[1]


def _holds(ends: Ends, inner: tuple[float, float]) -> bool:
    return ends is not None and ends[0] <= inner[0] and inner[1] <= ends[1]


def _corners(others: Mapping[str, Ends]) -> dict[str, np.ndarray]:
    """Every choice of an end for each: name to shape (n_corners,)."""
    ends = {name: sorted(set(pair)) for name, pair in others.items() if pair is not None}
    if not ends:
        return {}
    grid = np.meshgrid(*ends.values(), indexing="ij")
    return {name: axis.ravel() for name, axis in zip(ends, grid, strict=True)}


def _crossings(
    formulas: Formulas, metric: str, leaf: str, others: Mapping[str, Ends],
    bound: tuple[float, float], target: float,
) -> Ends:  # fmt: skip
    """Lowest and highest value of a leaf at which the target is met, by bisection, or None."""
    if None in others.values():
        return None
    fixed = _corners(others)
    n_corners = max((values.size for values in fixed.values()), default=1)

    def gap(x: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            found: np.ndarray = evaluate(formulas, metric, {**fixed, leaf: x}) - target
        return found

    low, high = (np.full(n_corners, end) for end in bound)
    at_low, at_high = gap(low), gap(high)
    if not (np.sign(at_low) * np.sign(at_high) < 0).all():
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if ((middle == low) | (middle == high)).all():
            break
        is_left = np.sign(gap(middle)) == np.sign(at_low)
        low, high = np.where(is_left, middle, low), np.where(is_left, high, middle)
        # Only corners whose crossing may still be the lowest or the highest.
        kept = (low <= high.min()) | (high >= low.max())
        low, high, at_low = low[kept], high[kept], at_low[kept]
        fixed = {name: values[kept] for name, values in fixed.items()}
    return float(low.min()), float(high.max())


def range_of(formulas: Formulas, given: Given, metric: str) -> tuple[float, float]:
    """Lowest and highest value of a metric over what is on record or else typical."""
    ends = {n: _ends(given, n, or_typical=True) for n in leaves(formulas, metric)}
    values = _corners(ends)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = evaluate(formulas, metric, values)
    return float(found.min()), float(found.max())


def explain_by_formula(
    formulas: Formulas, given: Given, *, metric: str, rng: np.random.Generator
) -> tuple[Influence, ...]:
    """Sobol's indices of the leaves that are ranges; none while the metric waits for a leaf."""
    name = metric.removeprefix(TYPICAL)
    is_twin = name != metric
    rows = {n: stand_in(given, n) if is_twin else n for n in leaves(formulas, name)}
    if not all(given[row].is_known for row in rows.values()):
        return ()
    ranged = [leaf for leaf, row in rows.items() if _is_range(given[row].ends)]
    if not ranged:
        return ()

    def func(points: np.ndarray) -> np.ndarray:
        fixed = {n: np.full(points.shape[1], given[row].ends[0]) for n, row in rows.items()}
        return evaluate(formulas, name, fixed | dict(zip(ranged, points, strict=True)))

    return explain(func, [given[rows[n]] for n in ranged], n_points=_SOBOL_POINTS, rng=rng)


def chart_deciding(
    formulas: Formulas, given: Given, bounds: Bounds, *, metric: str, target: float
) -> tuple[Chart, ...]:
    """Draw the metric over each leaf that decides it, at both ends of the others."""
    name, charts = metric.removeprefix(TYPICAL), []
    decided = decide_by_formula(formulas, given, bounds, metric=metric, target=target)
    for row, low, high in decided:
        leaf = row.removeprefix(TYPICAL)
        floor, ceiling = bounds[leaf]
        x = np.linspace(max(floor, low * 0.8), min(ceiling, high * 1.2), _CHART_POINTS)
        others = {n: _ends(given, n, or_typical=True) for n in leaves(formulas, name) if n != leaf}
        corners = _corners(others)
        n_corners = max((values.size for values in corners.values()), default=1)
        values = {n: np.repeat(corner, x.size) for n, corner in corners.items()}
        found = evaluate(formulas, name, values | {leaf: np.tile(x, n_corners)})
        stacked = found.reshape(-1, x.size)
        if not np.isfinite(stacked).all():
            continue  # never paid back, say: there is no line to draw
        charts.append(
            Chart(
                f"{name}_over_{leaf}", given[leaf].description_zh, given[leaf].description,
                leaf, given[leaf].unit, name, formulas[name].unit, x,
                (
                    Line("其他参数取最低值组合", "Others at their lowest", stacked.min(axis=0)),
                    Line("其他参数取最高值组合", "Others at their highest", stacked.max(axis=0)),
                    Line("承诺值", "As promised", np.full(x.size, target)),
                ),
            )
        )  # fmt: skip
    return tuple(charts)


@dataclass(frozen=True, slots=True)
class FormulaModel:
    """
    A project model made of a sheet and formulas.

    Parameters
    ----------
    bounds
        What each parameter may be; those of `typical_x` are those of `x`.
    """

    id: str
    version: str
    title_zh: str
    title_en: str
    sheet: Path
    formulas: Formulas
    bounds: Bounds

    def parameters(self) -> tuple[Parameter, ...]:
        return _read(self.sheet)

    def complete(self, given: Given) -> Given:
        """Put what follows from others on record in place of what is not; nothing does here."""
        return given

    def run(
        self, parameters: Given, *, n_draws: int, rng: np.random.Generator
    ) -> dict[str, Metric]:
        check_within(parameters, bounds_of(parameters, self.bounds))
        given = self.complete(parameters)
        rows = [given[row.name] for row in self.parameters()]
        return run_formulas(self.formulas, given, draw(rows, n_draws=n_draws, rng=rng))

    def decide(
        self, parameters: Given, *, metric: str, target: float, seed: int
    ) -> tuple[tuple[str, float, float], ...]:
        given = self.complete(parameters)
        return decide_by_formula(self.formulas, given, self.bounds, metric=metric, target=target)

    def charts(
        self, parameters: Given, *, metric: str, target: float, seed: int
    ) -> tuple[Chart, ...]:
        given = self.complete(parameters)
        return chart_deciding(self.formulas, given, self.bounds, metric=metric, target=target)

    def influences(
        self, parameters: Given, *, metric: str, rng: np.random.Generator
    ) -> tuple[Influence, ...]:
        given = self.complete(parameters)
        return explain_by_formula(self.formulas, given, metric=metric, rng=rng)


@cache
def _read(sheet: Path) -> tuple[Parameter, ...]:
    return read_sheet(sheet)
