"""
A process chain as data: materials, energy carriers, and steps that turn the one into the other.

Everything a step takes and gives is per unit of its activity, whatever that unit is (a tonne of
feed, a tonne of product, a heat); the solver finds how many units each step does in a year. See
README.md for what each field does, and `reading.read_chain` for how JSON becomes these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Number = float  # in the unit of the field that holds it


@dataclass(frozen=True, slots=True)
class Range:
    """An uncertain number: triangular with a mode, uniform without."""

    low: Number
    high: Number
    mode: Number | None = None


# A number, a range not drawn yet, or draws of shape (n_draws,).
Quantity = Number | Range | np.ndarray

# How a material's balance closes. Nothing crosses for "inside": what is made is used.
BOUNDARIES = ("inside", "bought", "sold", "waste", "emitted", "taken")
INWARDS = ("bought", "taken")
FIGURES = {
    "cost_yuan_per_t": "yuan_per_t",
    "energy_kgce_per_t": "kgce_per_t",
    "direct_tco2_per_t": "tco2_per_t",
    "power_tco2_per_t": "tco2_per_t",
    "upstream_tco2_per_t": "tco2_per_t",
}


def holds(
    reads: str,
    *,
    default: Any = ...,
    low: float | None = 0.0,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    of: type | None = None,
    most: int = 300,
) -> Any:
    """
    Field with what it may hold: said once, for reading, checking and the JSON Schema.

    `reads` is text, flag, whole, amount, amounts (by name), object or objects (by name).
    """
    metadata = {"reads": reads, "low": low, "high": high, "choices": choices, "of": of}
    metadata["most"] = most
    if default is ...:
        return field(metadata=metadata)
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """
    Something that is weighed.

    boundary: bought and taken (air, water: nobody pays) come in; sold, waste and emitted go out;
    inside does neither. elements: shares of mass; what is not named is not in it. The carbon of
    what is emitted leaves as CO2. heat_kwh_per_t: chemical energy, for closing the energy balance.
    energy_kgce_per_t: what national statistics count when it is bought as fuel. A price or an
    upstream factor that is null is not known.
    """

    boundary: str = holds("text", default="inside", choices=BOUNDARIES)
    elements: Mapping[str, Quantity] = holds("amounts", default={}, high=1.0)
    price_yuan_per_t: Quantity | None = holds("amount", default=None, low=None)
    upstream_tco2_per_t: Quantity | None = holds("amount", default=None)
    energy_kgce_per_t: Quantity = holds("amount", default=0.0)
    heat_kwh_per_t: Quantity = holds("amount", default=0.0)
    source: str = holds("text", default="")
    verified: bool = holds("flag", default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """
    Energy that is metered: power, steam, gas.

    scope: 2 where the emission is at whoever makes it (power, steam), 1 where it is burnt here.
    """

    kgce_per_kwh: Quantity = holds("amount", default=0.0)
    tco2_per_mwh: Quantity = holds("amount", default=0.0)
    price_yuan_per_kwh: Quantity | None = holds("amount", default=None, low=None)
    scope: int = holds("whole", default=2, low=1, high=2)
    factor_year: int | None = holds("whole", default=None, low=1990, high=2100)
    source: str = holds("text", default="")
    verified: bool = holds("flag", default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One unit model: what a unit of activity takes, gives, uses and costs.

    rest: the material that takes what mass is left over. cost_yuan: all that is neither a material
    nor energy.
    """

    inputs: Mapping[str, Quantity] = holds("amounts")
    outputs: Mapping[str, Quantity] = holds("amounts", default={})
    rest: str | None = holds("text", default=None)
    energy_kwh: Mapping[str, Quantity] = holds("amounts", default={})
    cost_yuan: Quantity = holds("amount", default=0.0, low=None)
    source: str = holds("text", default="")
    verified: bool = holds("flag", default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What the chain is there for; every figure is per tonne of it."""

    material: str = holds("text")
    t_per_year: Quantity = holds("amount", default=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level to compare a figure with, such as one of a national energy limit."""

    figure: str = holds("text", choices=tuple(FIGURES))
    level: Number = holds("amount")
    name: str = holds("text", default="")
    source: str = holds("text", default="")
    verified: bool = holds("flag", default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """closure_ratio: by how much of what it takes a step may fail to close."""

    product: Product = holds("object", of=Product)
    materials: Mapping[str, Material] = holds("objects", of=Material, most=600)
    steps: Mapping[str, Step] = holds("objects", of=Step)
    carriers: Mapping[str, Carrier] = holds("objects", of=Carrier, default={})
    levels: Mapping[str, Level] = holds("objects", of=Level, default={})
    closure_ratio: Number = holds("amount", default=1e-6, high=0.5)
    name: str = holds("text", default="")
