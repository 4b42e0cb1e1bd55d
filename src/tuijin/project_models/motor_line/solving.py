"""Design cycle at which the line just reaches an output, by the closed forms at the ends."""

from __future__ import annotations

from collections.abc import Mapping

from tuijin.project_models import Parameter
from tuijin.project_models.motor_line.line import bounds_count_per_day

_FASTEST_SECONDS, _SLOWEST_SECONDS = 0.1, 86_400.0
_STEPS = 60
# Ends where the project has not told: nobody's choice, the widest there is.
_OPEN = {"shifts_count": (1.0, 3.0), "manual_stations_count": (0.0, 19.0),
         "operators_count": (1.0, 10_000.0)}  # fmt: skip
_WORSE_WHEN_HIGH = {"manual_stations_count", "repair_minutes", "rework_minutes"}


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
    worst, best = {}, {}
    for name, parameter in given.items():
        if parameter.is_known or name in _OPEN:
            ends = parameter.ends if parameter.is_known else _OPEN[name]
            low, high = ends
            is_worse = name in _WORSE_WHEN_HIGH or name.endswith("_seconds")
            worst[name], best[name] = (high, low) if is_worse else (low, high)
    if not given["operators_count"].is_known:
        worst["operators_count"] = _OPEN["operators_count"][1]
    found = [
        _bisect(values, output_count_per_year, which) for values, which in ((worst, 0), (best, 1))
    ]
    return (("cycle_seconds", found[0], found[1]),) if found[0] > _FASTEST_SECONDS else ()


def _bisect(values: dict[str, float], target: float, which: int) -> float:
    """Output falls with the cycle."""
    low, high = _FASTEST_SECONDS, _SLOWEST_SECONDS
    for _ in range(_STEPS):
        middle = (low + high) / 2
        per_day = bounds_count_per_day(values | {"cycle_seconds": middle})[which]
        is_enough = per_day * values["working_days_per_year"] >= target
        low, high = (middle, high) if is_enough else (low, middle)
    return low
