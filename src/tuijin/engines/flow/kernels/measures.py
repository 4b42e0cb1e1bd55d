"""Stamps and what is kept of them: count, mean, spread, extremes, and a histogram."""

from __future__ import annotations

import math

from tuijin.engines.flow.kernels import rows as at
from tuijin.engines.flow.kernels.compiling import formula, kernel
from tuijin.engines.flow.kernels.notes import note
from tuijin.engines.flow.kernels.rows import Row
from tuijin.engines.flow.kernels.tables import (
    ENTITY,
    LOWEST_POWER,
    N_BUCKETS,
    PARTS_BITS,
    TRACED,
)


@kernel
def mark(world: Row, job: int, point: int, now: float) -> None:
    """Start and end the measures that a point starts and ends."""
    first = at.point(world, point)["first"]
    class_ = at.job(world, job)["class_"]
    for row in range(first, first + at.point(world, point)["n"]):
        action = at.action(world, row)
        if action["class_"] >= 0 and action["class_"] != class_:
            continue
        measure = action["measure"]
        if measure == TRACED:
            note(world, ENTITY, job, point, class_, now)
            continue
        if not action["ends"]:
            at.stamp(world, job * world["n_measures"] + measure)["time"] = now
        elif not math.isnan(at.stamp(world, job * world["n_measures"] + measure)["time"]):
            record(
                world, measure, now - at.stamp(world, job * world["n_measures"] + measure)["time"]
            )
            at.stamp(world, job * world["n_measures"] + measure)["time"] = math.nan


@kernel
def record(world: Row, measure: int, value: float) -> None:
    kept = at.measure(world, measure)
    kept["count"] += 1
    delta = value - kept["mean"]
    kept["mean"] += delta / kept["count"]
    kept["m2"] += delta * (value - kept["mean"])
    kept["low"] = min(kept["low"], value)
    kept["high"] = max(kept["high"], value)
    if value <= kept["below_limit"]:
        kept["n_below"] += 1
    at.bucket(world, measure * N_BUCKETS + find_bucket(value))["n"] += 1


@formula
def find_bucket(value: float) -> int:
    """Bucket of a value: its power of two in 128 equal parts, so within 0.4 % of its middle."""
    if value <= 0.0:
        return 0
    fraction, power = math.frexp(value)
    bucket = ((power - 1 - LOWEST_POWER) << PARTS_BITS) + int((2.0 * fraction - 1.0) * 128.0)
    return min(max(bucket, 0), N_BUCKETS - 1)
