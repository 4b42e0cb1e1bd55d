"""
Random streams by counter, and one sample from each kind of distribution.

A stream is the sequence mix(key + n * GOLDEN), n = 1, 2, …, where key is a hash of seed,
replication and the stream's name: SplitMix64 (Steele, Lea, Flood, Fast splittable pseudorandom
number generators, OOPSLA 2014, with Stafford's variant 13 of the finaliser). Each sample takes
exactly one step of its stream, also where it needs several numbers inside, so that two scenarios
stay in step whatever distributions they use.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tuijin.engines.flow.kernels import rows as at
from tuijin.engines.flow.kernels.compiling import formula, inlined, kernel
from tuijin.engines.flow.kernels.rows import Row
from tuijin.engines.flow.kernels.tables import (
    CONSTANT,
    DISCRETE,
    ERLANG,
    EXPONENTIAL,
    GAMMA,
    LOGNORMAL,
    TRIANGULAR,
    UNIFORM,
    WEIBULL,
)

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_TO_UNIT = 2.0**-53


@formula
def mix(z: Any) -> Any:
    """Finaliser: every bit of the result depends on every bit of z."""
    z = (z ^ (z >> _30)) * _FIRST
    z = (z ^ (z >> _27)) * _SECOND
    return z ^ (z >> _31)


@inlined
def next_word(world: Row, stream: int) -> Any:
    place = at.stream(world, stream)
    z = place["state"] + GOLDEN
    place["state"] = z
    return mix(z)


@inlined
def unit(word: Any) -> float:
    """Uniform on (0, 1]."""
    return (np.int64(word >> _11) + 1) * _TO_UNIT


@inlined
def sample(world: Row, row: int, stream: int) -> float:
    """One value of a distribution, by one step of a stream."""
    word = next_word(world, stream)
    draw = at.draw(world, row)
    kind = draw["kind"]
    if kind == EXPONENTIAL:
        return -draw["a"] * math.log(unit(word))
    if kind == CONSTANT:
        return draw["a"]
    return _sample_rarer(world, draw, word)


@kernel
def _sample_rarer(world: Row, draw: Row, word: Any) -> float:
    kind = draw["kind"]
    a, b = draw["a"], draw["b"]
    if kind == UNIFORM:
        return a + (b - a) * unit(word)
    if kind == GAMMA:
        return a * _gamma(b, word)
    if kind == ERLANG:
        return a * _erlang(draw["n"], word)
    if kind == LOGNORMAL:
        return math.exp(a + b * normal(unit(word) - 0.5 * _TO_UNIT))
    if kind == TRIANGULAR:
        return _triangular(a, b, draw["c"], unit(word))
    if kind == WEIBULL:
        return a * (-math.log(unit(word))) ** b
    return _empirical(world, draw, unit(word))


@kernel
def _triangular(low: float, mode: float, high: float, u: float) -> float:
    share = (mode - low) / (high - low)
    if u <= share:
        return low + math.sqrt(u * (high - low) * (mode - low))
    return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))


@kernel
def _erlang(n_phases: int, word: Any) -> float:
    """Sum of exponentials of mean 1; words after the first come from a stream of its own."""
    total = 0.0
    state = word
    for _ in range(n_phases):
        state = state + GOLDEN
        total -= math.log(unit(mix(state)))
    return total


@kernel
def _gamma(shape: float, word: Any) -> float:
    """Marsaglia and Tsang, A simple method for generating gamma variables, ACM TOMS 26(3), 2000."""
    boost = 1.0
    state = word + GOLDEN
    if shape < 1.0:
        boost = unit(mix(state)) ** (1.0 / shape)
        state = state + GOLDEN
        shape = shape + 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal(unit(mix(state)) - 0.5 * _TO_UNIT)
        u = unit(mix(state + GOLDEN))
        state = state + GOLDEN + GOLDEN
        v = (1.0 + c * x) ** 3
        if v > 0.0 and math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
            return boost * d * v


@kernel
def _empirical(world: Row, draw: Row, u: float) -> float:
    """Rows `first … first + n` hold values, the next n their cumulative probabilities."""
    first, n = draw["first"], draw["n"]
    low, high = 0, n - 1
    while low < high:  # the first value whose cumulative probability reaches u
        middle = (low + high) // 2
        if at.number(world, first + n + middle)["value"] < u:
            low = middle + 1
        else:
            high = middle
    value = at.number(world, first + low)["value"]
    if draw["kind"] == DISCRETE or low == 0:
        return value
    before, until = (
        at.number(world, first + n + low - 1)["value"],
        at.number(world, first + n + low)["value"],
    )
    start = at.number(world, first + low - 1)["value"]
    return start + (value - start) * (u - before) / (until - before)


_A = (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
      1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
      3.3430575583588128105e4, 2.5090809287301226727e3)  # fmt: skip
_B = (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
      2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
      5.2264952788528545610e3)  # fmt: skip
_C = (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
      3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4)  # fmt: skip
_D = (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
      1.05075007164441684324e-9)  # fmt: skip
_E = (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7)  # fmt: skip
_F = (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
      2.04426310338993978564e-15)  # fmt: skip


@formula
def _polynomial(c: Any, x: float) -> float:
    value = c[7]
    for n in range(6, -1, -1):
        value = value * x + c[n]
    return value


@formula
def normal(u: float) -> float:
    """Quantile of the standard normal (Wichura, algorithm AS 241, PPND16, 1988); 0 < u < 1."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _polynomial(_A, r) / _polynomial(_B, r)
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        x = _polynomial(_C, r - 1.6) / _polynomial(_D, r - 1.6)
    else:
        x = _polynomial(_E, r - 5.0) / _polynomial(_F, r - 5.0)
    return -x if q < 0.0 else x
