"""at_most: the statistic matters; two minutes as a mean and as a 95th percentile differ."""

from __future__ import annotations

import numpy as np
import pytest

from tuijin.errors import ClaimMalformed
from tuijin.verify.claim_types import Measured, Ruling, Statement
from tuijin.verify.claim_types.at_most import plugin


def minutes(statistic, target=2.0, ratio=None):
    return Statement("clearance_minutes", "at_most", statistic, "minutes", target, None, ratio)


def test_two_minutes_three_claims():
    """Exponential clearance of mean 1.5 minutes: the mean holds, the 95th percentile (4.5) not."""
    clearance_minutes = np.random.default_rng(7).exponential(1.5, 4000)
    ruled = {s: plugin.check(minutes(s, ratio=0.7), Measured(clearance_minutes)).ruling
             for s in ("mean", "p50", "p95", "probability")}  # fmt: skip
    assert ruled == {
        "mean": Ruling.HOLDS,
        "p50": Ruling.HOLDS,
        "p95": Ruling.FALLS_SHORT,
        "probability": Ruling.HOLDS,  # 1 - exp(-2 / 1.5) = 0.736
    }


def test_one_draw_decides_a_value_but_no_mean():
    one = Measured(np.array([1.4]))
    assert plugin.check(minutes("value"), one).ruling is Ruling.HOLDS
    assert plugin.check(minutes("mean"), one).ruling is Ruling.UNDECIDED
    assert plugin.check(minutes("mean"), Measured(one.sample, is_recorded=True)).interval is None


@pytest.mark.parametrize("target", [None, float("nan"), float("inf")])
def test_needs_a_target(target):
    with pytest.raises(ClaimMalformed, match="number as target"):
        plugin.check(minutes("value", target), Measured(np.array([1.0])))


@pytest.mark.parametrize("ratio", [None, 0.0, 1.0, 1.5])
def test_certainty_cannot_be_drawn(ratio):
    with pytest.raises(ClaimMalformed, match="probability_ratio"):
        plugin.check(minutes("probability", ratio=ratio), Measured(np.array([1.0])))


def test_never_counts_in_percentiles_but_has_no_mean():
    sample = np.append(np.ones(99), np.inf)
    assert plugin.check(minutes("p50"), Measured(sample)).ruling is Ruling.HOLDS
    assert plugin.check(minutes("mean"), Measured(sample)).needs[1].startswith("some draws never")
