"""What the draws of a metric say, and how two scenarios differ draw by draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CONFIDENCE_RATIO = 0.95
_NORMAL = 1.959963984540054  # two-sided, for CONFIDENCE_RATIO


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean with the 5th, 50th and 95th percentile of a sample."""

    mean: float
    p5: float
    p50: float
    p95: float
    n_draws: int


@dataclass(frozen=True, slots=True)
class Difference:
    """
    Second less first, by pairs of draws with the same random numbers.

    low, high: interval of the mean difference; p5, p95: of the differences themselves;
    larger_ratio: share of pairs in which the second is the larger.
    """

    mean: float
    low: float
    high: float
    p5: float
    p95: float
    larger_ratio: float


def summarise(sample: np.ndarray) -> Summary | None:
    """Return nothing where there is nothing finite."""
    finite = sample[np.isfinite(sample)]
    if finite.size == 0:
        return None
    p5, p50, p95 = np.percentile(finite, [5, 50, 95])
    return Summary(float(finite.mean()), float(p5), float(p50), float(p95), int(finite.size))


def compare(first: np.ndarray, second: np.ndarray) -> Difference | None:
    """
    Compare two samples of one model, seed and number of draws.

    The interval is that of paired differences: what both share of chance falls out (common random
    numbers; Law, Simulation Modeling and Analysis, section 11.2). None where they are no pairs.
    """
    if first.shape != second.shape:
        return None
    both = np.isfinite(first) & np.isfinite(second)
    by_pair = second[both] - first[both]
    if by_pair.size == 0:
        return None
    mean = float(by_pair.mean())
    error = float(by_pair.std(ddof=1)) / by_pair.size**0.5 if by_pair.size > 1 else 0.0
    p5, p95 = np.percentile(by_pair, [5, 95])
    return Difference(
        mean=mean, low=mean - _NORMAL * error, high=mean + _NORMAL * error, p5=float(p5),
        p95=float(p95), larger_ratio=float((by_pair > 0).mean()),
    )  # fmt: skip
