"""What every claim type keeps, whatever its predicate, and the arithmetic below them."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from tuijin.discovery import load_plugin, plugin_names
from tuijin.engines.telemetry import measure_times
from tuijin.errors import ClaimMalformed
from tuijin.verify import claim_types
from tuijin.verify.claim_types import Measured, Observed, Ruling, Statement, estimates
from tuijin.verify.claim_types.estimates import count_met, estimate_observed, find_independent

PACKAGE = "tuijin.verify.claim_types"
NAMES = plugin_names(PACKAGE)
HOME = Path(claim_types.__file__).parent
STATISTICS = ("value", "mean", "p50", "p90", "p95", "probability")
DUE = date(2025, 9, 30)
ORDER = {Ruling.FALLS_SHORT: 0, Ruling.UNDECIDED: 1, Ruling.HOLDS: 2}

every_type = pytest.mark.parametrize("plugin", [load_plugin(PACKAGE, n) for n in NAMES], ids=NAMES)
# Multiples of 1/64 in 0..1: exact in binary, so that x and -x, t and -t compare alike.
numbers = st.integers(0, 64).map(lambda n: n / 64)
samples = st.lists(numbers, min_size=1, max_size=120).map(np.array)


def statement(plugin, statistic="value", target=0.5, due=DUE):
    """A statement any claim type can test."""
    unit = "date" if plugin.id == "by_date" else "ratio"
    return Statement("metric_ratio", plugin.id, statistic, unit, target, due, 0.8)


def as_number(cell):
    if cell is None:
        return math.nan
    return float(date.fromisoformat(cell).toordinal()) if isinstance(cell, str) else float(cell)


def finite(x):
    return x if x is not None and math.isfinite(x) else None


def finding_of(case, plugin):
    """Run one fixture case; the answer as JSON can hold it."""
    due, until = (
        case.get(k) and date.fromisoformat(case[k]) for k in ("by_date", "observed_until")
    )
    asked = Statement(
        "metric", plugin.id, case["statistic"], case.get("unit", ""), case.get("target"), due,
        case.get("probability_ratio"),
    )  # fmt: skip
    measured = Measured(
        np.array([as_number(x) for x in case["sample"]]), case.get("is_recorded", False),
        tuple(case.get("needs", ("", ""))), tuple(map(tuple, case.get("decides", ()))), until,
    )  # fmt: skip
    found = plugin.check(asked, measured)
    return {
        "case": case["case"],
        "ruling": found.ruling,
        "value": found.value,
        "low": finite(found.interval and found.interval[0]),
        "high": finite(found.interval and found.interval[1]),
        "needs": list(found.needs),
        "decides": [list(d) for d in found.decides],
        "on": found.on and found.on.isoformat(),
    }


@every_type
def test_folder_is_whole(plugin):
    folder = HOME / plugin.id
    assert (folder / "README.md").read_text(encoding="utf-8").startswith(f"# {plugin.id} ")
    assert (folder / f"test_{plugin.id}.py").exists()
    assert plugin.symbol


@every_type
def test_golden(plugin):
    folder = HOME / plugin.id
    cases = json.loads((folder / "fixtures/cases.json").read_text(encoding="utf-8"))
    found = [finding_of(case, plugin) for case in cases]
    golden = folder / "golden/cases.json"
    if os.environ.get("TUIJIN_GOLDEN") == "write":
        lines = ",\n  ".join(json.dumps(f, ensure_ascii=False) for f in found)
        golden.write_text(f"[\n  {lines}\n]\n", encoding="utf-8")
    for one, kept in zip(found, json.loads(golden.read_text(encoding="utf-8")), strict=True):
        assert one == {k: pytest.approx(v, rel=1e-12) if isinstance(v, float) else v
                       for k, v in kept.items()}  # fmt: skip


@every_type
@pytest.mark.parametrize("statistic", STATISTICS)
def test_empty_is_undecided_and_passes_on_what_would_decide(plugin, statistic):
    measured = Measured(np.empty(0), needs=("缺吨位", "tonnage"), decides=(("output_t", 1.0, 2.0),))
    found = plugin.check(statement(plugin, statistic), measured)
    assert found.ruling is Ruling.UNDECIDED
    assert (found.value, found.interval) == (None, None)
    assert (found.needs, found.decides) == (measured.needs, measured.decides)


@every_type
@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_missing_draw_is_undecided(plugin, statistic):
    measured = Measured(np.array([0.6, math.nan, 0.7]))
    found = plugin.check(statement(plugin, statistic), measured)
    assert found.ruling is Ruling.UNDECIDED
    assert found.needs[1] == "1 of 3 values are missing"


@every_type
@pytest.mark.parametrize(
    "broken",
    [
        {"statistic": "modus"},
        {"statistic": "p0"},
        {"statistic": "p100"},
        {"statistic": "probability", "probability_ratio": None},
    ],
)
def test_untestable_is_an_error(plugin, broken):
    with pytest.raises(ClaimMalformed):
        plugin.check(replace(statement(plugin), **broken), Measured(np.array([0.5])))


@every_type
@settings(deadline=None)
@given(samples, st.sampled_from(STATISTICS), numbers.filter(bool), numbers.filter(bool))
def test_monotone_in_the_target(plugin, sample, statistic, one, other):
    """An easier target never gets a worse ruling."""
    harder, easier = sorted((one, other), reverse=plugin.symbol == "≥")
    if plugin.id == "by_date":
        sample = sample * 64 + DUE.toordinal()
        dues = [date.fromordinal(DUE.toordinal() + int(t * 64)) for t in (harder, easier)]
        asked = [statement(plugin, statistic, due=due) for due in dues]
    else:
        asked = [statement(plugin, statistic, target) for target in (harder, easier)]
    first, second = (ORDER[plugin.check(a, Measured(sample)).ruling] for a in asked)
    assert first <= second


@every_type
@settings(deadline=None)
@given(samples, st.sampled_from(STATISTICS), st.randoms(use_true_random=False))
def test_order_of_draws_does_not_matter(plugin, sample, statistic, random):
    shuffled = list(sample)
    random.shuffle(shuffled)
    asked = statement(plugin, statistic)
    one, other = (plugin.check(asked, Measured(s)) for s in (sample, np.array(shuffled)))
    assert one.ruling is other.ruling
    assert one.value == pytest.approx(other.value)


@settings(deadline=None)
@given(samples, st.sampled_from(("value", "mean", "p20", "p50", "p80", "probability")), numbers)
def test_at_least_mirrors_at_most(sample, statistic, target):
    """x ≥ t exactly when -x ≤ -t; a percentile p mirrors into 100 - p."""
    at_most, at_least = (load_plugin(PACKAGE, n) for n in ("at_most", "at_least"))
    mirrored = {"p20": "p80", "p80": "p20"}.get(statistic, statistic)
    up = at_least.check(statement(at_least, statistic, target), Measured(sample))
    down = at_most.check(statement(at_most, mirrored, -target), Measured(-sample))
    assert up.ruling is down.ruling
    if statistic != "probability" and up.interval is not None:
        assert up.interval == pytest.approx((-down.interval[1], -down.interval[0]), abs=1e-12)


@settings(deadline=None)
@given(samples, st.sampled_from(STATISTICS), numbers)
def test_the_interval_holds_the_value(sample, statistic, target):
    at_most = load_plugin(PACKAGE, "at_most")
    found = at_most.check(statement(at_most, statistic, target), Measured(sample))
    if found.interval is not None:
        assert found.interval[0] <= found.value <= found.interval[1]


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [(1, 12.706), (2, 4.303), (5, 2.571), (10, 2.228), (30, 2.042), (120, 1.980)],
)
def test_student_t_matches_the_printed_table(degrees, expected):
    assert estimates.student_t(degrees) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(
    ("met", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_matches_newcombe(met, n, low, high):
    """R. G. Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3."""
    share = estimates.estimate_share(met, n)
    assert (share.low, share.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("n", "ranks"), [(10, (2, 9)), (20, (6, 15)), (100, (40, 61))])
def test_median_ranks_match_the_printed_table(n, ranks):
    assert estimates.order_ranks(n, 0.5) == ranks


def test_95th_percentile_has_an_upper_bound_from_72_draws():
    """0.95 ** 72 = 0.0249 is the first power below 2.5 %."""
    assert estimates.order_ranks(71, 0.95)[1] == 72
    assert estimates.order_ranks(72, 0.95)[1] == 72


@pytest.mark.parametrize("statistic", ["mean", "p50", "p90"])
def test_intervals_cover_the_truth(statistic):
    """500 samples of 80 normal draws: the interval misses the truth in about 5 % of them."""
    truth = {"mean": 0.0, "p50": 0.0, "p90": 1.2816}[statistic]
    draws = np.random.default_rng(20250921).standard_normal((500, 80))
    estimate = (
        estimates.estimate_mean
        if statistic == "mean"
        else lambda s: estimates.estimate_percentile(s, int(statistic[1:]) / 100)
    )
    found = [estimate(sample) for sample in draws]
    covered = np.mean([e.low <= truth <= e.high for e in found])
    assert 0.93 <= covered <= 0.985


@pytest.mark.parametrize("n", [1, 7, 100, 999, 1000, 1001, 1003, 25_000])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_count_out_of_order_statistics_holds_the_count_of_all(n, seed):
    """Exact up to a thousand; ties, and targets that are one of the observations, count right."""
    rng = np.random.default_rng(seed)
    values = np.sort(rng.gamma(4, 0.25, n).round(2))
    ranks = np.maximum(1, -(-n * np.arange(1001) // 1000))
    for target in (
        0.0,
        9e9,
        values[0],
        values[-1],
        *rng.choice(values, 20),
        *rng.uniform(0, 3, 20),
    ):
        for meets in (np.less_equal, np.greater_equal):
            true = int(meets(values, target).sum())
            assert count_met(values, n, meets(values, target)) == (true, true)
            low, high = count_met(values[ranks - 1], n, meets(values[ranks - 1], target))
            assert low <= true <= high
            assert high - low <= n / 1000
            assert n > 1000 or low == high


@pytest.mark.parametrize(("n_met", "n"), [(0, 10), (10, 10), (8, 10), (81, 263), (950, 1000)])
def test_exact_interval_of_a_share(n_met, n):
    found = estimate_observed((n_met, n_met), n=n, n_independent=n)
    oracle = binomtest(n_met, n).proportion_ci(method="exact")
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high), abs=1e-9)
    assert found.value == n_met / n


def test_fewer_independent_observations_widen_the_interval():
    all_, half = (estimate_observed((90, 90), n=100, n_independent=n) for n in (100, 50))
    oracle = binomtest(45, 50).proportion_ci(method="exact")
    assert half.low == pytest.approx(oracle.low, abs=1e-9)
    assert half.low < all_.low < all_.value == half.value < all_.high < half.high


@pytest.mark.parametrize(
    ("low_ratio", "n_independent"), [(0.2, 80), (0.5, 80), (0.6, 40), (0.9, 40), (0.95, 40)]
)
def test_independent_observations_by_the_nearest_shares(low_ratio, n_independent):
    observed = Observed(100, ((0.5, 80.0), (0.9, 40.0)))
    assert find_independent(observed, low_ratio) == n_independent
    assert find_independent(Observed(100), low_ratio) == 100


@pytest.mark.parametrize("load", [0.0, 0.7])
def test_the_interval_covers_the_share_of_a_queue(load):
    """
    Waits in M/M/1 by Lindley, where P(wait ≤ t) = 1 − ρ·exp(−(1 − ρ)t); times by chance for ρ = 0.

    Taken as independent, the waits of the queue would cover it in far fewer runs.
    """
    rng, n, limit = np.random.default_rng(5), 4000, 3.0
    true_ratio = 1 - 0.7 * math.exp(-0.3 * limit)
    covered, covered_naive = 0, 0
    for _ in range(200):
        if load:
            steps = rng.exponential(1, n) - rng.exponential(1 / load, n)
            sums = np.concatenate([[0.0], np.cumsum(steps)])
            waits = sums - np.minimum.accumulate(sums)
        else:
            waits = np.where(rng.random(n) < 0.7, rng.exponential(1 / 0.3, n), 0.0)
        log = measure_times(waits, order=np.arange(waits.size))
        sample = np.array(log.quantiles)
        found = estimates.judge(
            Statement("wait", "at_most", "probability", "minutes", limit, probability_ratio=0.5),
            Measured(sample, observed=Observed(log.n, log.independent)),
            target=limit, meets=np.less_equal,
        )  # fmt: skip
        covered += found.interval[0] <= true_ratio <= found.interval[1]
        naive = estimates.estimate_share(int((waits <= limit).sum()), waits.size)
        covered_naive += naive.low <= true_ratio <= naive.high
    assert covered / 200 >= 0.9
    assert covered_naive / 200 <= 0.7 or not load
