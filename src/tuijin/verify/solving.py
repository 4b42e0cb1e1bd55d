"""Which value of the one unknown name would decide a formula. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

import numpy as np

from tuijin.errors import ClaimMalformed
from tuijin.verify.expressions import DivisorMayBeZero, Formula, Quantity, evaluate

# Quantities on record are not negative; a crossing is looked for from a millionth to a trillion.
_GRID = (0.0, *np.geomspace(1e-6, 1e12, 200).tolist())
_HALVINGS = 60
_BESIDE = 1.001


def solve(
    formula: Formula, known: Mapping[str, Quantity], *, unknown: str, target: float
) -> tuple[float, float] | None:
    """
    Find where the formula just reaches the target.

    Returns
    -------
    Lowest and highest deciding value over the ranges of the known names; None where the formula
    does not cross the target exactly once.
    """

    def end(pick: Callable[[Quantity], Decimal]) -> Callable[[float], float]:
        def difference(x: float) -> float:
            point = Quantity(Decimal(repr(x)), Decimal(repr(x)))
            return float(pick(evaluate(formula, {**known, unknown: point}))) - target

        return difference

    roots = [_only_root(end(lambda q: q.low)), _only_root(end(lambda q: q.high))]
    found = [root for root in roots if root is not None]
    return (min(found), max(found)) if len(found) == 2 else None


def rises(
    formula: Formula, known: Mapping[str, Quantity], *, unknown: str, at: float
) -> bool | None:
    """Whether the formula rises with the unknown beside `at`; None where it does neither there."""

    def value(x: float) -> float:
        point = Quantity(Decimal(repr(x)), Decimal(repr(x)))
        return float(evaluate(formula, {**known, unknown: point}).low)

    below, above = _at(value, at / _BESIDE), _at(value, at * _BESIDE)
    return None if below is None or above is None or below == above else below < above


def _only_root(difference: Callable[[float], float]) -> float | None:
    values = [_at(difference, x) for x in _GRID]
    pairs = [
        (n, n + 1)
        for n in range(len(values) - 1)
        if values[n] is not None and values[n + 1] is not None
        and (values[n] < 0) != (values[n + 1] < 0)  # type: ignore[operator]  # both are numbers
    ]  # fmt: skip
    if len(pairs) != 1:
        return None
    low, high = _GRID[pairs[0][0]], _GRID[pairs[0][1]]
    is_rising = difference(high) > difference(low)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if (difference(middle) < 0) == is_rising:
            low = middle
        else:
            high = middle
    return float(f"{(low + high) / 2:.12g}")


def _at(difference: Callable[[float], float], x: float) -> float | None:
    try:
        return difference(x)
    except (DivisorMayBeZero, InvalidOperation, ClaimMalformed):
        return None  # units that a plain number cannot stand in for, or no bounded answer here
