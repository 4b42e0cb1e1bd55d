"""
Project models: engines put together for one kind of project. Pure: parameters in, metrics out.

A model folder holds `parameters.csv` (name, unit, default, low, high, source, as_of, description,
description_zh). An empty default is "not known": a metric that needs it says so, it is never made
up. A model never reads the ledger; `verify` hands it the parameters that are on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np


@dataclass(frozen=True, slots=True)
class Parameter:
    """A row of `parameters.csv`, or what the ledger holds in its place."""

    name: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    source: str
    as_of: str = ""
    description: str = ""
    description_zh: str = ""
    is_verified: bool = True


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
    """

    name: str
    unit: str
    sample: np.ndarray
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelRun:
    """Everything a run gives: metrics, and series for charts `{name: {"x": …, "y": …}}`."""

    metrics: Mapping[str, Metric]
    charts: Mapping[str, object] = field(default_factory=dict)


class ProjectModel(Protocol):
    """One kind of project; the plug-in's id is its folder's name."""

    id: str
    version: str
    title_zh: str
    title_en: str

    def parameters(self) -> tuple[Parameter, ...]:
        """The sheet, in its order."""

    def run(
        self, parameters: Mapping[str, Parameter], *, n_draws: int, rng: np.random.Generator
    ) -> ModelRun:
        """
        Run with the parameters given.

        Raises
        ------
        ParameterOutOfRange
            If a value lies outside what the model can take.
        """

    def decide(
        self, parameters: Mapping[str, Parameter], *, metric: str, target: float
    ) -> tuple[tuple[str, float, float], ...]:
        """
        Values of the unknown parameters at which the metric just reaches the target.

        Returns
        -------
        Parameter name, lowest and highest deciding value over the ranges of the others.
        """
