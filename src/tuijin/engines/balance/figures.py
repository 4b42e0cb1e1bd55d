"""Cost, energy and carbon per tonne of product, by step, with what they rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from tuijin.engines.balance.solving import Balance, as_draws
from tuijin.engines.balance.spec import FIGURES, Carrier, Material, Quantity

CO2_PER_CARBON_RATIO = 44.0095 / 12.0107  # molar masses, IUPAC 2013
KWH_PER_MWH = 1000.0


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One figure per tonne of product.

    Parameters
    ----------
    by_step
        Step to shape (n_draws,); they sum to `sample`.
    missing
        Paths of numbers that are not known. While there are any, `sample` is of shape (0,) and
        `by_step` holds the part that is known.
    unverified
        Paths of numbers it rests on that are marked so.
    factor_years
        Of the emission factors in it.
    """

    name: str
    unit: str
    sample: np.ndarray
    by_step: Mapping[str, np.ndarray]
    missing: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    factor_years: tuple[int, ...] = ()


@dataclass(slots=True)
class _Tally:
    by_step: dict[str, np.ndarray]
    missing: set[str] = field(default_factory=set)
    unverified: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)


_Terms = Iterator[tuple[str, np.ndarray, Quantity | None, str]]


def read_figures(balance: Balance) -> dict[str, Figure]:
    """
    Figures by name: those of `FIGURES`, and `<carrier>_kwh_per_t` for each carrier.

    Direct is scope 1: carbon of what is emitted, and carriers of scope 1. Power is scope 2.
    Upstream is of what is bought. By-products that are sold take nothing of it with them.
    """
    terms: dict[str, Callable[[Balance], _Terms]] = {
        "cost_yuan_per_t": _cost, "energy_kgce_per_t": _energy, "direct_tco2_per_t": _direct,
        "power_tco2_per_t": _power, "upstream_tco2_per_t": _upstream,
    }  # fmt: skip
    found = {name: _figure(balance, name, FIGURES[name], terms[name](balance)) for name in FIGURES}
    for carrier in balance.chain.carriers:
        name = f"{carrier}_kwh_per_t"
        found[name] = _figure(balance, name, "kwh_per_t", _metered(balance, carrier))
    return found


def _figure(balance: Balance, name: str, unit: str, terms: _Terms) -> Figure:
    """Add up terms of (step, amount a year, number per amount or None, path of that number)."""
    tally = _Tally({step: np.zeros(balance.n_draws) for step in balance.chain.steps})
    for step, amount, per_amount, path in terms:
        if not amount.any():
            continue
        if per_amount is None:
            tally.missing.add(path)
            continue
        number = as_draws(per_amount, balance.n_draws)
        tally.by_step[step] += amount * number / balance.t_per_year
        if number.any():
            _note(balance, path, tally)
    total = np.empty(0) if tally.missing else sum(tally.by_step.values(), np.zeros(balance.n_draws))
    return Figure(
        name, unit, total, tally.by_step, tuple(sorted(tally.missing)),
        tuple(sorted(tally.unverified)), tuple(sorted(tally.years)),
    )  # fmt: skip


def _note(balance: Balance, path: str, tally: _Tally) -> None:
    _, part, key, name = path.split("/", 3)
    owner = getattr(balance.chain, part)[key]
    if not owner.verified:
        tally.unverified.add(path)
    if name == "tco2_per_mwh" and owner.factor_year is not None:
        tally.years.add(owner.factor_year)


def _materials(
    balance: Balance, boundaries: tuple[str, ...]
) -> Iterator[tuple[str, str, Material, np.ndarray]]:
    """Step, name, material and tonnes a year given (taken: negative)."""
    for (name, step), net in balance.net.items():
        material = balance.chain.materials[name]
        if material.boundary in boundaries:
            yield step, name, material, net * balance.activity[step]


def _carriers(
    balance: Balance, scopes: tuple[int, ...] = (1, 2)
) -> Iterator[tuple[str, str, Carrier, np.ndarray]]:
    for step, found in balance.chain.steps.items():
        for name, kwh in found.energy_kwh.items():
            carrier = balance.chain.carriers[name]
            if carrier.scope in scopes:
                yield step, name, carrier, as_draws(kwh, balance.n_draws) * balance.activity[step]


def _cost(balance: Balance) -> _Terms:
    for step, name, material, tonnes in _materials(balance, ("bought", "sold")):
        path = f"/materials/{name}/price_yuan_per_t"
        yield step, -tonnes, material.price_yuan_per_t, path
    for step, name, material, tonnes in _materials(balance, ("waste", "taken")):
        price = material.price_yuan_per_t
        yield (
            step,
            np.abs(tonnes),
            0.0 if price is None else price,
            f"/materials/{name}/price_yuan_per_t",
        )
    for step, name, carrier, kwh in _carriers(balance):
        yield step, kwh, carrier.price_yuan_per_kwh, f"/carriers/{name}/price_yuan_per_kwh"
    for step, found in balance.chain.steps.items():
        yield step, balance.activity[step], found.cost_yuan, f"/steps/{step}/cost_yuan"


def _energy(balance: Balance) -> _Terms:
    """National statistics: what is bought as energy, less what is sold of it."""
    for step, name, material, tonnes in _materials(balance, ("bought", "sold")):
        yield step, -tonnes, material.energy_kgce_per_t, f"/materials/{name}/energy_kgce_per_t"
    for step, name, carrier, kwh in _carriers(balance):
        yield step, kwh, carrier.kgce_per_kwh, f"/carriers/{name}/kgce_per_kwh"


def _direct(balance: Balance) -> _Terms:
    for step, name, material, tonnes in _materials(balance, ("emitted",)):
        carbon = as_draws(material.elements.get("C", 0.0), balance.n_draws)
        yield step, tonnes, carbon * CO2_PER_CARBON_RATIO, f"/materials/{name}/elements"
    for step, name, carrier, kwh in _carriers(balance, (1,)):
        yield step, kwh / KWH_PER_MWH, carrier.tco2_per_mwh, f"/carriers/{name}/tco2_per_mwh"


def _power(balance: Balance) -> _Terms:
    for step, name, carrier, kwh in _carriers(balance, (2,)):
        yield step, kwh / KWH_PER_MWH, carrier.tco2_per_mwh, f"/carriers/{name}/tco2_per_mwh"


def _upstream(balance: Balance) -> _Terms:
    for step, name, material, tonnes in _materials(balance, ("bought",)):
        yield step, -tonnes, material.upstream_tco2_per_t, f"/materials/{name}/upstream_tco2_per_t"


def _metered(balance: Balance, carrier: str) -> _Terms:
    for step, name, _, kwh in _carriers(balance):
        if name == carrier:
            yield step, kwh, 1.0, f"/carriers/{name}/kwh"
