"""Design cycle at which the line just reaches an output, by the closed forms at the ends."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tuijin.project_models import Parameter
from tuijin.project_models.motor_line.line import bounds_count_per_day

_FASTEST_SECONDS, _SLOWEST_SECONDS = 0.1, 86_400.0
_STEPS = 60
# Ends where the project has not told: nobody's choice, the widest there is.
_OPEN = {"shifts_count": (1.0, 3.0), "manual_stations_count": (0.0, 19.0),
         "operators_count": (1.0, 10_000.0)}  # fmt: skip
# Less output when high or, of the last two, less oxide a motor.
_WORSE_WHEN_HIGH = {
    "manual_stations_count", "repair_minutes", "rework_minutes", "oven_minutes",
    "manual_spread_ratio", "metal_in_oxide_ratio", "magnet_yield_ratio",
}  # fmt: skip


def find_cycle_seconds(
    given: Mapping[str, Parameter], *, output_count_per_year: float
) -> tuple[tuple[str, float, float], ...]:
    """
    Cycle that decides, from the worst to the best of everything else.

    At the lower value even the pessimistic closed form reaches the output, at the higher one
    the optimistic one just does. Where a line of any cycle reaches or misses it, nothing.
    """
    if given["cycle_seconds"].is_known:
        return ()
    corners = {p.name: _from_worst(p.name, *p.ends) for p in given.values() if p.is_known}
    opened = {name: _from_worst(name, *ends) for name, ends in _OPEN.items()}
    opened["operators_count"] = (_OPEN["operators_count"][1],) * 2
    found = [
        _bisect({name: ends[at] for name, ends in (opened | corners).items()},
                output_count_per_year, at)
        for at in (0, 1)
    ]  # fmt: skip
    return (("cycle_seconds", found[0], found[1]),) if found[0] > _FASTEST_SECONDS else ()


def find_corners(given: Mapping[str, Parameter]) -> dict[str, np.ndarray]:
    """All known parameters at their worst end and at their best, shape (2,); (0,) if not known."""
    return {
        p.name: np.array(_from_worst(p.name, *p.ends)) if p.is_known else np.empty(0)
        for p in given.values()
    }


def _from_worst(name: str, low: float, high: float) -> tuple[float, float]:
    is_worse_high = name in _WORSE_WHEN_HIGH or name.endswith("_seconds")
    return (high, low) if is_worse_high else (low, high)


def _bisect(values: dict[str, float], target: float, which: int) -> float:
    """Output falls with the cycle."""
    low, high = _FASTEST_SECONDS, _SLOWEST_SECONDS
    for _ in range(_STEPS):
        middle = (low + high) / 2
        per_day = bounds_count_per_day(values | {"cycle_seconds": middle})[which]
        is_enough = per_day * values["working_days_per_year"] >= target
        low, high = (middle, high) if is_enough else (low, middle)
    return low
