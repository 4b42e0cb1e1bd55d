"""The value of the one unknown name that decides a formula."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tuijin.verify.expressions import Quantity, parse
from tuijin.verify.solving import solve


def known(**ranges):
    return {n: Quantity(Decimal(str(low)), Decimal(str(high))) for n, (low, high) in ranges.items()}


@pytest.mark.parametrize(
    ("text", "target", "ranges", "expected"),
    [
        ("price - cost", 0, {"price": (26_466, 26_466)}, (26_466, 26_466)),
        ("price - cost", 0, {"price": (15_000, 40_000)}, (15_000, 40_000)),
        ("2500000000 / cost", 94_500, {}, (26_455.026455, 26_455.026455)),
        ("(1 - cost) * grid / tce", 0.2, {"grid": (0.6849, 0.6849), "tce": (0.1229, 0.1229)},
         (0.964112, 0.964112)),
        ("max(cost, 5)", 3, {}, None),
        ("(cost - 2) * (cost - 3)", 0, {}, None),
        ("cost * 0", 1, {}, None),
    ],
)  # fmt: skip
def test_solve(text, target, ranges, expected):
    found = solve(parse(text), known(**ranges), unknown="cost", target=target)
    assert found is None if expected is None else found == pytest.approx(expected, rel=1e-6)
