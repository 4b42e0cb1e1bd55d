"""Summaries and paired differences, against figures worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tuijin.verify import comparing, scenarios


def test_paired_differences_by_hand():
    """Differences 1, 2, 3: mean 2, deviation 1, error 1/√3."""
    found = comparing.compare(np.array([10.0, 20.0, 30.0]), np.array([11.0, 22.0, 33.0]))
    assert found.mean == 2
    assert (found.high - found.low) / 2 == pytest.approx(1.959964 / 3**0.5, rel=1e-6)
    assert found.larger_ratio == 1
    assert (found.p5, found.p95) == (pytest.approx(1.1), pytest.approx(2.9))


def test_common_random_numbers_narrow_the_interval():
    """Both samples vary by 10, their difference by 0.1: only pairs tell them apart."""
    rng = np.random.default_rng(1)
    chance = rng.normal(0, 10, 1000)
    shifted = chance + rng.normal(0.05, 0.1, 1000)
    paired = comparing.compare(chance, shifted)
    apart = comparing.compare(chance, rng.permutation(shifted))
    assert paired.low > 0
    assert apart.low < 0 < apart.high
    assert (apart.high - apart.low) > 50 * (paired.high - paired.low)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    """2,000 experiments of 50 pairs with a true difference of 1."""
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(2000):
        first = rng.normal(0, 1, 50)
        found = comparing.compare(first, first + rng.normal(1, 2, 50))
        hits += found.low <= 1 <= found.high
    assert 0.93 < hits / 2000 < 0.965


@pytest.mark.parametrize(("first", "second"), [([], []), ([1.0], [1.0, 2.0]), ([np.nan], [1.0])])
def test_what_cannot_be_compared(first, second):
    assert comparing.compare(np.array(first), np.array(second)) is None


def test_summaries():
    found = comparing.summarise(np.array([1.0, 2.0, 3.0, np.nan, np.inf]))
    assert (found.mean, found.p50, found.n_draws) == (2, 2, 3)
    assert comparing.summarise(np.array([np.nan])) is None


def test_a_sample_is_kept_to_the_last_bit():
    sample = np.array([0.1, np.nan, 1e300, -0.0])
    assert scenarios.unpack(scenarios.pack(sample)).tobytes() == sample.tobytes()
