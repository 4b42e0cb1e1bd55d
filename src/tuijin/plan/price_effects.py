"""
What a price's move does to the projects whose models take it.

The project's model runs twice with the same random numbers, its parameter at the old price and at
the new one, all else as on record; every metric that differs is told, whatever the model calls it.
Nothing of this enters the ledger, a claim or a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from tuijin.discovery import load_plugin
from tuijin.errors import ModelError, TuijinError
from tuijin.ledger import scope
from tuijin.ledger.models import PriceLink
from tuijin.plan.prices import Followed, Move
from tuijin.project_models import TYPICAL, Metric, Parameter, Simulated
from tuijin.units import UNITS, to_base
from tuijin.verify.checks import DEFAULT_SEED
from tuijin.verify.checks.model import PACKAGE
from tuijin.verify.comparing import compare, summarise
from tuijin.verify.models import Binding
from tuijin.verify.scenarios import Sheet, models_of, read_sheet

N_DRAWS = 400
_SMALLEST_RATIO = 1e-9  # of the metric: less is rounding
# Metrics of these names come first: what a project returns, then what it sells, earns and costs.
_FIRST = ("firr", "irr", "fnpv", "npv", "payback", "sales", "profit", "unit_margin", "margin")
_STAND_INS = (1.0, 100.0, 10_000.0)  # for what is unknown: the first that the model can take
_FEWEST_DRAWS = 2


@dataclass(frozen=True, slots=True)
class Moved:
    """
    A metric at both prices: medians, and their difference.

    `amount` fields are in the metric's unit.
    """

    metric: str
    unit: str
    before: float
    after: float
    difference: float
    is_typical: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A metric in money or a rate that cannot be worked out, and the parameters it waits for."""

    metric: str
    needs: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """
    What one link's move does to its project.

    Parameters
    ----------
    problem
        "" or why nothing was worked out: hidden, model, unit, tax_basis, refused.
    detail
        What the model said, where it refused.
    is_basis_sure
        Whether both sides say if they hold VAT.
    """

    link: PriceLink
    binding: Binding | None = None
    parameter: Parameter | None = None
    moved: tuple[Moved, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    problem: str = ""
    detail: str = ""
    is_basis_sure: bool = True


def find_effects(followed: Iterable[Followed]) -> dict[int, list[Effect]]:
    """By series id: the effect of its move on each linked project that the reader sees."""
    moves = {one.series.pk: one.move for one in followed if one.move is not None}
    links = PriceLink.objects.filter(series__in=moves).select_related("series", "project__place")
    found: dict[int, list[Effect]] = {}
    for link in links:
        move = moves[link.series_id]
        assert move is not None
        found.setdefault(link.series_id, []).append(_find_effect(link, move))
    return found


def _find_effect(link: PriceLink, move: Move) -> Effect:
    project = link.project
    classes = scope.current().classes_for(place_id=project.place_id, project_id=project.pk)
    if "I" not in classes:
        return Effect(link, problem="hidden")
    binding = _find_binding(link)
    if binding is None:
        return Effect(link, problem="model")
    try:
        sheet = read_sheet(binding)
        if sheet.field_class not in classes:
            return Effect(link, binding, problem="hidden")
        return _run_both(link, binding, sheet, move)
    except TuijinError as error:
        return Effect(link, binding, problem="refused", detail=error.detail)


def _find_binding(link: PriceLink) -> Binding | None:
    """The first claim of the project whose model has the parameter."""
    for binding, model in models_of(link.project):
        if any(row.name == link.parameter for row in model.parameters()):
            return binding
    return None


def _run_both(link: PriceLink, binding: Binding, sheet: Sheet, move: Move) -> Effect:
    parameter = sheet.parameters[link.parameter]
    series = link.series
    if _base_of(series.unit) != _base_of(parameter.unit):
        return Effect(link, binding, parameter, problem="unit")
    bases = {series.tax_basis, link.tax_basis}
    if bases == {"with_vat", "without_vat"}:
        return Effect(link, binding, parameter, problem="tax_basis")
    old, new = (
        _run_at(sheet, parameter, price.value, series.unit) for price in (move.start, move.end)
    )
    waiting = _find_waiting(old, sheet.parameters, touched=_find_touched(sheet, parameter))
    return Effect(
        link, binding, parameter, _find_moved(old, new), waiting,
        is_basis_sure="not_stated" not in bases,
    )  # fmt: skip


def _base_of(unit: str) -> str:
    return UNITS[unit].base if unit in UNITS else unit


def _run_at(sheet: Sheet, parameter: Parameter, price: Decimal, unit: str) -> Mapping[str, Metric]:
    """Every metric with the parameter at a price; a value on record or a range gives way to it."""
    value = float(to_base(price, unit)[0] / UNITS[parameter.unit].factor)
    at_price = replace(parameter, value=value, low=None, high=None)
    given = {**sheet.parameters, parameter.name: at_price}
    return _run(sheet.model.id, tuple(given.values()))


def _find_touched(sheet: Sheet, parameter: Parameter) -> frozenset[str] | None:
    """
    Metrics that would move with the price if everything were known; None where that cannot be said.

    Whatever is unknown is given a stand-in for this one question: no figure of such a run is shown.
    A simulation is not asked, since a stand-in may make it run for ever.
    """
    if isinstance(sheet.model, Simulated) or parameter.unit == "ratio":
        return None
    for stand_in in _STAND_INS:
        given = {
            name: p if p.is_known else replace(p, value=0.5 if p.unit == "ratio" else stand_in)
            for name, p in sheet.parameters.items()
        }
        try:
            low, high = (
                _run(sheet.model.id, tuple({**given, parameter.name: p}.values()), _FEWEST_DRAWS)
                for p in _around(parameter)
            )
        except ModelError:
            continue
        return frozenset(name for name in low if _differs(low[name], high[name]))
    return None


def _around(parameter: Parameter) -> tuple[Parameter, Parameter]:
    """The parameter at its value and a little above."""
    value = parameter.value or (sum(parameter.ends) / 2 if parameter.is_known else 1000.0)
    low, high = (replace(parameter, value=value * f, low=None, high=None) for f in (1.0, 1.1))
    return low, high


def _differs(one: Metric, other: Metric) -> bool:
    return one.sample.shape == other.sample.shape and not np.array_equal(
        one.sample, other.sample, equal_nan=True
    )


@lru_cache(maxsize=256)
def _run(
    model_id: str, parameters: tuple[Parameter, ...], most_draws: int = N_DRAWS
) -> Mapping[str, Metric]:
    model: Any = load_plugin(PACKAGE, model_id)
    n_draws = min(most_draws, getattr(model, "n_draws", most_draws))
    rng = np.random.default_rng(DEFAULT_SEED)
    found: Mapping[str, Metric] = model.run(
        {p.name: p for p in parameters}, n_draws=n_draws, rng=rng
    )
    return found


def _find_moved(old: Mapping[str, Metric], new: Mapping[str, Metric]) -> tuple[Moved, ...]:
    found = []
    for name in sorted(old.keys() & new.keys(), key=_rank):
        before, after = summarise(old[name].sample), summarise(new[name].sample)
        between = compare(old[name].sample, new[name].sample)
        if before is None or after is None or between is None:
            continue
        size = max(abs(before.p50), abs(after.p50))
        if abs(between.mean) > _SMALLEST_RATIO * size:
            found.append(
                Moved(name.removeprefix(TYPICAL), old[name].unit, before.p50, after.p50,
                      after.p50 - before.p50, name.startswith(TYPICAL))
            )  # fmt: skip
    return tuple(found)


def _find_waiting(
    old: Mapping[str, Metric],
    parameters: Mapping[str, Parameter],
    *,
    touched: frozenset[str] | None,
) -> tuple[Waiting, ...]:
    """
    Metrics that would move but wait, those first that lack least; where it is not known which
    would move, all of money that wait.
    """
    return tuple(
        Waiting(name, tuple(parameters[n] for n in metric.needs if n in parameters))
        for name, metric in sorted(
            old.items(), key=lambda item: (len(item[1].needs), _rank(item[0]))
        )
        if metric.needs
        and not name.startswith(TYPICAL)
        and (_is_money(metric) if touched is None else name in touched)
    )


def _is_money(metric: Metric) -> bool:
    return "yuan" in metric.unit or metric.name.startswith(("firr", "irr"))


def _rank(name: str) -> tuple[bool, int, str]:
    """The project's own figures before those with parameters of peers."""
    plain = name.removeprefix(TYPICAL)
    place = next((n for n, word in enumerate(_FIRST) if plain.startswith(word)), len(_FIRST))
    return name != plain, place, name
