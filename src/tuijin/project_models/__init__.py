"""
Project models: engines put together for one kind of project. Pure: parameters in, metrics out.

A model folder holds `parameters.csv` (name, unit, default, low, high, source, as_of, description,
description_zh, and perhaps source_zh). An empty default is "not known": a metric that needs it
says so, it is never made up. A model never reads the ledger; `verify` hands it the parameters that
are on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

TYPICAL = "typical_"  # before a name: with what plants of the kind report; decides nothing


@dataclass(frozen=True, slots=True)
class Parameter:
    """
    A row of `parameters.csv`, or what the ledger holds in its place.

    Without a value but with low and high it is known as a range only; without any of the three it
    is not known. `is_verified` tells a figure on record from one the sheet assumes.
    """

    name: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    source: str
    as_of: str = ""
    description: str = ""
    description_zh: str = ""
    is_verified: bool = False
    source_zh: str = ""

    @property
    def is_known(self) -> bool:
        return self.value is not None or (self.low is not None and self.high is not None)

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest value of a known parameter."""
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        assert low is not None, self.name
        assert high is not None, self.name
        return low, high


@dataclass(frozen=True, slots=True)
class Metric:
    """
    One figure of a model.

    Parameters
    ----------
    sample
        Shape (n_draws,), or (0,) where a needed parameter is not known.
    needs
        Names of the unknown parameters it waits for.
    ends
        Where the sample is drawn from ranges that are assumed: the metric with every parameter at
        its worst and at its best end. A claim between them is undecided, however few draws lie
        there: the distribution is the model's choice, the ends are not.
    """

    name: str
    unit: str
    sample: np.ndarray
    needs: tuple[str, ...] = ()
    ends: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart; `y` has the shape of the chart's `x`."""

    title_zh: str
    title_en: str
    y: np.ndarray


@dataclass(frozen=True, slots=True)
class Chart:
    """What a model wants drawn; names of parameters or metrics label the axes."""

    id: str
    title_zh: str
    title_en: str
    x_name: str
    x_unit: str
    y_name: str
    y_unit: str
    x: np.ndarray
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a part of a sum, a cause of a spread; `low` and `high` where it is a range."""

    title_zh: str
    title_en: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one unit: a cost build-up, energy by step, a tornado."""

    id: str
    title_zh: str
    title_en: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """An arrow of a `Flows` from one node's id to another's."""

    source: str
    target: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Flows:
    """
    What goes where, drawn as a Sankey: materials, energy, money.

    Parameters
    ----------
    nodes
        Id, Chinese and English name of each; the arrows form no circle.
    """

    id: str
    title_zh: str
    title_en: str
    nodes: tuple[tuple[str, str, str], ...]
    flows: tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of a table."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Table:
    """
    Figures in rows.

    Parameters
    ----------
    head
        Chinese and English title of each column.
    rows
        Cells: text in both languages, or a figure.
    """

    id: str
    title_zh: str
    title_en: str
    head: tuple[tuple[str, str], ...]
    rows: tuple[tuple[tuple[str, str] | Cell, ...], ...]


Picture = Chart | Bars | Flows | Table


@dataclass(frozen=True, slots=True)
class Influence:
    """How much of a metric's variance a parameter explains: Sobol's indices with an interval."""

    name: str
    first_ratio: float
    total_ratio: float
    low_ratio: float
    high_ratio: float


class ProjectModel(Protocol):
    """One kind of project; the plug-in's id is its folder's name."""

    id: str
    version: str
    title_zh: str
    title_en: str

    def parameters(self) -> tuple[Parameter, ...]:
        """Return the sheet, in its order."""

    def run(
        self, parameters: Mapping[str, Parameter], *, n_draws: int, rng: np.random.Generator
    ) -> Mapping[str, Metric]:
        """
        Run with the parameters given; every metric of the model is in the answer.

        `METRIC.STATISTIC` is a statistic that the model itself takes (over vehicles, over days); a
        draw of it is one possible world.

        Raises
        ------
        ParameterOutOfRange
            If a value lies outside what the model can take.
        """

    def decide(
        self, parameters: Mapping[str, Parameter], *, metric: str, target: float, seed: int
    ) -> tuple[tuple[str, float, float], ...]:
        """
        Values at which the metric just reaches the target.

        Of the unknown parameters or, where all are known, of the one whose range decides.

        Returns
        -------
        Parameter name, lowest and highest deciding value over the ranges of the others.
        """

    def charts(
        self, parameters: Mapping[str, Parameter], *, metric: str, target: float, seed: int
    ) -> tuple[Chart, ...]:
        """Return charts that explain a claim on a metric, besides its distribution."""


@runtime_checkable
class Illustrated(Protocol):
    """A model whose page shows more than distributions."""

    def pictures(self, parameters: Mapping[str, Parameter], *, seed: int) -> tuple[Picture, ...]:
        """Return what a specialist wants to see, at the parameters' central values."""


@runtime_checkable
class Simulated(Protocol):
    """A model that runs a network of `engines.flow`."""

    def network(self, parameters: Mapping[str, Parameter], *, seed: int) -> dict[str, Any]:
        """Return the network at the parameters' central values, as `read_network` takes it."""


@runtime_checkable
class Costly(Protocol):
    """A model whose draws take their time: how many are made unless a binding says otherwise."""

    n_draws: int


@runtime_checkable
class Explained(Protocol):
    """A model that can say which of its unknowns moves a metric most."""

    def influences(
        self, parameters: Mapping[str, Parameter], *, metric: str, rng: np.random.Generator
    ) -> tuple[Influence, ...]:
        """Return the parameters that are ranges, the most influential first."""


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """
    What a project makes or uses of a material in a year; no tonnes where that is not known.

    `material` is a code that projects share: `makes_<code>_t_per_year` on record means the same.
    """

    material: str
    title_zh: str
    title_en: str
    makes: bool
    low_t_per_year: float | None = None
    high_t_per_year: float | None = None


@runtime_checkable
class Balanced(Protocol):
    """A model that knows which materials come in and go out."""

    def materials(self, parameters: Mapping[str, Parameter]) -> tuple[MaterialLine, ...]:
        """Return a line for each, also where the tonnage is not known."""
