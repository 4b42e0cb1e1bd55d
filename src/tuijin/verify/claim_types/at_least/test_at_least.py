"""at_least: what of a sample has to clear the target."""

from __future__ import annotations

import numpy as np
import pytest

from tuijin.errors import ClaimMalformed
from tuijin.verify.claim_types import Measured, Ruling, Statement
from tuijin.verify.claim_types.at_least import plugin


def freight(statistic, target=2.0, ratio=None):
    return Statement(
        "freight_mt_per_year", "at_least", statistic, "t_per_year", target, None, ratio
    )


def test_value_reads_the_range_not_the_error_of_the_mean():
    """A thousand draws pin the mean down, but not the one figure that will come true."""
    freight_mt = np.random.default_rng(7).normal(2.2, 0.25, 1000)
    assert plugin.check(freight("mean"), Measured(freight_mt)).ruling is Ruling.HOLDS
    finding = plugin.check(freight("value"), Measured(freight_mt))
    assert finding.ruling is Ruling.UNDECIDED
    assert finding.interval == pytest.approx((1.7, 2.7), abs=0.05)


def test_a_percentile_is_literal():
    """p95 ≥ 2 is met when one draw in ten passes 2; certainty is asked for by probability."""
    sample = np.concatenate([np.full(900, 1.0), np.full(100, 3.0)])
    assert plugin.check(freight("p95"), Measured(sample)).ruling is Ruling.HOLDS
    assert plugin.check(freight("p5"), Measured(sample)).ruling is Ruling.FALLS_SHORT
    certain = plugin.check(freight("probability", ratio=0.95), Measured(sample))
    assert certain.ruling is Ruling.FALLS_SHORT


def test_unknown_statistic():
    with pytest.raises(ClaimMalformed, match="got 'median'"):
        plugin.check(freight("median"), Measured(np.array([1.0])))
