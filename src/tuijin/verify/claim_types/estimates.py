"""
What a sample says about a statistic, and how an interval becomes a ruling.

Every claim type compares an `Estimate` with its target through `rule`; the README of each folder
states the comparison. All intervals are two-sided and hold 95 %.

=============  =======================================  ==============================
statistic      value                                    interval
=============  =======================================  ==============================
value          median of the draws                      central 95 % of the draws
mean           arithmetic mean                          Student t
p50, p90, …    smallest x with F(x) ≥ p                 order statistics (binomial)
probability    share of draws that meet the target      Wilson score
probability    share of observations that meet it       exact (Clopper and Pearson)
=============  =======================================  ==============================

References
----------
Student t: W. S. Gosset, 1908. Order statistics: H. A. David, H. N. Nagaraja, Order Statistics, 3rd
ed., section 7.1. Wilson score: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209. Exact: C. J.
Clopper, E. S. Pearson, Biometrika 26 (1934) 404; of observations that depend on each other with
their effective number, E. L. Korn, B. I. Graubard, Survey Methodology 24 (1998) 193.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

from tuijin.errors import ClaimMalformed
from tuijin.verify.claim_types import Finding, Measured, Observed, Ruling, Statement

TAIL_RATIO = 0.025
Meets = Callable[[np.ndarray | float, float], np.ndarray]

NOTHING_MEASURED = ("没有可用的数据", "nothing was measured")
RANGE_STRADDLES = ("数据范围跨过目标值", "the range of the figure straddles the target")
MORE_DRAWS = (
    "95%区间跨过目标值，需要更多次抽样",
    "the 95 % interval straddles the target: more draws are needed",
)
MORE_OBSERVED = (
    "95%区间跨过目标值，需要更多次记录",
    "the 95 % interval straddles the target: more observations are needed",
)
NO_MEAN = ("有抽样从不发生，平均值不存在", "some draws never happen, so there is no mean")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic and the ends of its interval, infinite where the sample cannot bound it."""

    value: float
    low: float
    high: float


def is_percentile(statistic: str) -> bool:
    return statistic[:1] == "p" and statistic[1:].isdecimal() and 0 < int(statistic[1:]) < 100


def check_statement(statement: Statement) -> None:
    """
    Refuse a statement no sample could decide.

    Raises
    ------
    ClaimMalformed
        If the statistic is unknown, or a probability lacks its ratio.
    """
    statistic, ratio = statement.statistic, statement.probability_ratio
    if statistic not in ("value", "mean", "probability") and not is_percentile(statistic):
        raise ClaimMalformed(
            f"statistic must be value, mean, probability or p1 to p99, got {statistic!r}"
        )
    if statistic == "probability" and not (ratio is not None and 0 < ratio < 1):
        raise ClaimMalformed(f"probability_ratio must lie between 0 and 1, got {ratio}")


def target_of(statement: Statement) -> float:
    """Return the target, which must be a finite number."""
    if statement.target is None or not math.isfinite(statement.target):
        raise ClaimMalformed(
            f"{statement.claim_type} needs a number as target, got {statement.target}"
        )
    return statement.target


def estimate_range(sample: np.ndarray) -> Estimate:
    """Median and central 95 % of what a figure may be."""
    low, value, high = np.quantile(sample, [TAIL_RATIO, 0.5, 1 - TAIL_RATIO], method="inverted_cdf")
    return Estimate(float(value), float(low), float(high))


def estimate_mean(sample: np.ndarray) -> Estimate:
    value = float(sample.mean())
    if sample.size < 2:
        return Estimate(value, -math.inf, math.inf)
    half = student_t(sample.size - 1) * float(sample.std(ddof=1)) / math.sqrt(sample.size)
    return Estimate(value, value - half, value + half)


def estimate_percentile(sample: np.ndarray, ratio: float) -> Estimate:
    value = float(np.quantile(sample, ratio, method="inverted_cdf"))
    lower, upper = order_ranks(sample.size, ratio)
    ordered = np.sort(sample)
    low = float(ordered[lower - 1]) if lower >= 1 else -math.inf
    high = float(ordered[upper - 1]) if upper <= sample.size else math.inf
    return Estimate(value, low, high)


def estimate_share(n_met: int, n_draws: int) -> Estimate:
    share, z = n_met / n_draws, NormalDist().inv_cdf(1 - TAIL_RATIO)
    middle = (share + z * z / (2 * n_draws)) / (1 + z * z / n_draws)
    spread = math.sqrt(share * (1 - share) / n_draws + z * z / (4 * n_draws * n_draws))
    half = z * spread / (1 + z * z / n_draws)
    low = 0.0 if n_met == 0 else middle - half
    high = 1.0 if n_met == n_draws else middle + half
    return Estimate(share, low, high)


def estimate_observed(met: tuple[int, int], *, n: int, n_independent: float) -> Estimate:
    """
    Share of observations that meet a target, with its exact interval.

    Parameters
    ----------
    met
        Fewest and most of the `n` that can have met it; the same where each is known.
    n_independent
        How many that do not depend on each other say as much.
    """
    from scipy.special import betaincinv  # not for a claim without observations

    fewest, most = (count / n * n_independent for count in met)
    low, high = 0.0, 1.0
    if met[0] > 0:
        low = float(betaincinv(fewest, n_independent - fewest + 1, TAIL_RATIO))
    if met[1] < n:
        high = float(betaincinv(most + 1, n_independent - most, 1 - TAIL_RATIO))
    return Estimate(sum(met) / 2 / n, low, high)


def find_independent(observed: Observed, low_ratio: float) -> float:
    """Fewer of what the two nearest known shares of low ones, below and above, are worth."""
    below = [n for share, n in observed.independent if share <= low_ratio][-1:]
    above = [n for share, n in observed.independent if share >= low_ratio][:1]
    return min([*below, *above, float(observed.n)])


def _judge_share(sample: np.ndarray, is_met: np.ndarray, observed: Observed | None) -> Estimate:
    if observed is None:
        return estimate_share(int(np.count_nonzero(is_met)), sample.size)
    met = count_met(sample, observed.n, is_met)
    share = sum(met) / 2 / observed.n
    low_ratio = share if is_met[sample.argmin()] else 1 - share
    n_independent = find_independent(observed, low_ratio)
    return estimate_observed(met, n=observed.n, n_independent=n_independent)


def count_met(sample: np.ndarray, n_observed: int, is_met: np.ndarray) -> tuple[int, int]:
    """
    Fewest and most of the observations that can meet a target.

    Parameters
    ----------
    sample
        All of them, or their order statistics at 0, 1/N, …, 1: number max(1, ceil(n·j/N)) of n.
    is_met
        Which of the sample do: those up to one of them, or from one on.
    """
    n_met, n_steps = int(np.count_nonzero(is_met)), sample.size - 1
    if sample.size == n_observed:
        return n_met, n_met
    if n_met in (0, sample.size):
        return (0, 0) if n_met == 0 else (n_observed, n_observed)
    n_first = n_met if is_met[0] else sample.size - n_met
    fewest_first = max(1, -(-n_observed * (n_first - 1) // n_steps))
    most_first = -(-n_observed * n_first // n_steps) - 1
    if is_met[0]:
        return fewest_first, most_first
    return n_observed - most_first, n_observed - fewest_first


@cache
def order_ranks(n_draws: int, ratio: float) -> tuple[int, int]:
    """
    Ranks, from 1, of the draws that enclose a percentile in at least 95 % of samples.

    Rank 0 or n_draws + 1 means that no draw bounds it on that side.
    """
    k = np.arange(1, n_draws + 1)
    log_choose = np.concatenate([[0.0], np.cumsum(np.log(n_draws - k + 1) - np.log(k))])
    met = np.arange(n_draws + 1)
    pmf = np.exp(log_choose + met * math.log(ratio) + (n_draws - met) * math.log1p(-ratio))
    at_most, at_least = np.cumsum(pmf), np.cumsum(pmf[::-1])
    lower = int(np.count_nonzero(at_most <= TAIL_RATIO))
    upper = n_draws + 1 - int(np.count_nonzero(at_least <= TAIL_RATIO))
    return lower, upper


@cache
def student_t(degrees: int) -> float:
    """97.5 % point of Student's t, by bisection on its density integrated by Gauss–Legendre."""
    nodes, weights = np.polynomial.legendre.leggauss(128)
    log_scale = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)
    scale = math.exp(log_scale) / math.sqrt(degrees * math.pi)

    def half_cdf(t: float) -> float:
        x = t / 2 * (nodes + 1)
        density = np.exp(-(degrees + 1) / 2 * np.log1p(x * x / degrees))
        return float(scale * t / 2 * (weights @ density))

    low, high = 0.0, 13.0  # one degree of freedom gives 12.706, the largest
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if half_cdf(middle) < 0.5 - TAIL_RATIO else (low, middle)
    return (low + high) / 2


def judge(statement: Statement, measured: Measured, *, target: float, meets: Meets) -> Finding:
    """
    Rule on a sample.

    `meets` is `np.less_equal` or `np.greater_equal`: HOLDS if both ends of the interval meet the
    target, FALLS SHORT if neither does, else UNDECIDED.
    """
    sample = np.asarray(measured.sample, dtype=np.float64)
    if sample.size == 0:
        return undecided(measured, NOTHING_MEASURED)
    n_missing = int(np.count_nonzero(np.isnan(sample)))
    if n_missing:
        zh = f"{sample.size}个数值中缺{n_missing}个"
        en = f"{n_missing} of {sample.size} values are missing"
        return undecided(measured, (zh, en))
    if measured.is_recorded:
        known = sample[np.isfinite(sample)]
        middle = float(np.median(known)) if known.size else math.inf
        recorded = Estimate(middle, float(sample.min()), float(sample.max()))
        return rule(measured, recorded, target=target, meets=meets, straddles=RANGE_STRADDLES)
    return _judge_draws(statement, measured, sample, target=target, meets=meets)


def _judge_draws(
    statement: Statement, measured: Measured, sample: np.ndarray, *, target: float, meets: Meets
) -> Finding:
    statistic, straddles = statement.statistic, MORE_DRAWS
    if statistic == "probability":
        share = _judge_share(sample, meets(sample, target), measured.observed)
        wanted = float(statement.probability_ratio or 0.0)
        more = MORE_DRAWS if measured.observed is None else MORE_OBSERVED
        return rule(measured, share, target=wanted, meets=np.greater_equal, straddles=more)
    if statistic == "mean":
        if not np.isfinite(sample).all():
            return undecided(measured, NO_MEAN)
        estimate = estimate_mean(sample)
    elif statistic == "value":
        estimate, straddles = estimate_range(sample), RANGE_STRADDLES
    else:
        estimate = estimate_percentile(sample, int(statistic[1:]) / 100)
    return rule(measured, estimate, target=target, meets=meets, straddles=straddles)


def rule(
    measured: Measured,
    estimate: Estimate,
    *,
    target: float,
    meets: Meets,
    straddles: tuple[str, str],
) -> Finding:
    """Turn an interval and a target into a ruling."""
    low_meets, high_meets = bool(meets(estimate.low, target)), bool(meets(estimate.high, target))
    is_point = measured.sample.size == 1 and estimate.low == estimate.high
    interval = None if is_point else (estimate.low, estimate.high)
    if low_meets != high_meets:
        return undecided(measured, straddles, value=estimate.value, interval=interval)
    ruling = Ruling.HOLDS if low_meets else Ruling.FALLS_SHORT
    return Finding(ruling, estimate.value, interval)


def undecided(
    measured: Measured,
    needs: tuple[str, str],
    *,
    value: float | None = None,
    interval: tuple[float, float] | None = None,
) -> Finding:
    """What the check itself says is missing goes before what the sample lacks."""
    told = measured.needs if any(measured.needs) else needs
    return Finding(Ruling.UNDECIDED, value, interval, needs=told, decides=measured.decides)
