"""Figures beside levels, such as those of national energy limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tuijin.engines.balance.figures import Figure
from tuijin.engines.balance.spec import Level


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    A figure against a level it should not exceed.

    Parameters
    ----------
    within_ratio
        Share of the draws at or below the level; None while the figure is not known.
    excess
        Middle of figure − level, in the unit of the figure.
    """

    key: str
    level: Level
    unit: str
    within_ratio: float | None
    excess: float | None


def compare_levels(
    levels: Mapping[str, Level], figures: Mapping[str, Figure]
) -> tuple[Comparison, ...]:
    """Compare every level with its figure, in the order given."""
    found = []
    for key, level in levels.items():
        figure = figures[level.figure]
        within, excess = None, None
        if figure.sample.size:
            within = float((figure.sample <= level.level).mean())
            excess = float(np.median(figure.sample)) - level.level
        found.append(Comparison(key, level, figure.unit, within, excess))
    return tuple(found)
