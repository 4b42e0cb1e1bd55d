"""Parameter sheets: reading them, checking what is given, and drawing from it."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tuijin.errors import ParameterOutOfRange
from tuijin.project_models import Parameter

COLUMNS = (
    "name", "unit", "default", "low", "high", "source", "as_of", "description", "description_zh",
)  # fmt: skip


def read_sheet(path: Path) -> tuple[Parameter, ...]:
    """
    Read a `parameters.csv`; an empty number is not known.

    `source_zh` is a column that a sheet may have besides: what Chinese pages say of the source.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return tuple(
        Parameter(
            name=row["name"],
            unit=row["unit"],
            value=_number(row["default"]),
            low=_number(row["low"]),
            high=_number(row["high"]),
            source=row["source"],
            as_of=row["as_of"],
            description=row["description"],
            description_zh=row["description_zh"],
            source_zh=row.get("source_zh") or "",
        )
        for row in rows
    )


def check_within(
    parameters: Mapping[str, Parameter], bounds: Mapping[str, tuple[float, float]]
) -> None:
    """
    Refuse what a model cannot take.

    Raises
    ------
    ParameterOutOfRange
        If a number is not finite, lies outside its bounds, or low, value, high are out of order.
    """
    for name, (floor, ceiling) in bounds.items():
        parameter = parameters[name]
        given = [v for v in (parameter.low, parameter.value, parameter.high) if v is not None]
        for value in given:
            if not (math.isfinite(value) and floor <= value <= ceiling):
                raise ParameterOutOfRange(
                    f"{name} must lie between {floor:g} and {ceiling:g}, got {value:g}"
                )
        if given != sorted(given):
            raise ParameterOutOfRange(f"{name} must have low ≤ value ≤ high, got {given}")


def draw(
    parameters: Sequence[Parameter], *, n_draws: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """
    Draw every known parameter: triangular with a value, uniform with a range only, else constant.

    Each parameter has a stream of its own, so that fixing one leaves the draws of the others.

    Returns
    -------
    Name to shape (n_draws,), or (0,) where the parameter is not known.
    """
    streams = rng.spawn(len(parameters))
    return {p.name: _draw_one(p, n_draws, s) for p, s in zip(parameters, streams, strict=True)}


def _draw_one(parameter: Parameter, n_draws: int, rng: np.random.Generator) -> np.ndarray:
    if not parameter.is_known:
        return np.empty(0)
    low, high = parameter.ends
    if low == high:
        return np.full(n_draws, low)
    if parameter.value is None:
        return rng.uniform(low, high, n_draws)
    return rng.triangular(low, parameter.value, high, n_draws)


def _number(cell: str) -> float | None:
    return float(cell) if cell else None
