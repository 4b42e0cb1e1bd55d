"""How good a forecast was: the continuous ranked probability score of a normal distribution."""

from __future__ import annotations

import math

import numpy as np

_erf = np.frompyfunc(math.erf, 1, 1)


def normal_cdf(z: np.ndarray | float) -> np.ndarray:
    """Share of a standard normal below z."""
    return 0.5 * (1 + np.asarray(_erf(np.asarray(z) / math.sqrt(2)), dtype=float))


def crps_normal(
    mean: np.ndarray | float, variance: np.ndarray | float, seen: np.ndarray | float
) -> np.ndarray:
    """
    Score of a normal forecast once the value is seen; lower is better, 0 is perfect.

    References
    ----------
    Gneiting and Raftery, "Strictly proper scoring rules, prediction, and estimation", Journal of
    the American Statistical Association 102, 2007, section 4.2; Gneiting et al., Monthly Weather
    Review 133, 2005, equation 5.
    """
    deviation = np.sqrt(np.asarray(variance, dtype=float))
    z = (np.asarray(seen) - mean) / deviation
    density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    found: np.ndarray = deviation * (
        z * (2 * normal_cdf(z) - 1) + 2 * density - 1 / math.sqrt(math.pi)
    )
    return found
