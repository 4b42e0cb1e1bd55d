"""Distributions of times (and of batch sizes): what a spec may say, and what the kernel samples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from tuijin.engines.flow.fields import Time, limited
from tuijin.engines.flow.kernels import tables


@dataclass(frozen=True, slots=True)
class Draw:
    """A row of the kernel's DRAW table; numbers go to the NUMBER table."""

    kind: int
    a: Time = 0.0
    b: Time = 0.0
    c: Time = 0.0
    n: int = 0
    numbers: tuple[Time, ...] = ()


class Distribution:
    """One of the kinds below; every one has a mean and becomes a draw."""

    __slots__ = ()
    kind: ClassVar[str]

    @property
    def mean_time(self) -> Time:
        raise NotImplementedError

    def draw(self) -> Draw:
        raise NotImplementedError

    def faults(self) -> list[tuple[str, str]]:
        """(field, what is wrong) between fields that are each within their limits."""
        return []


@dataclass(frozen=True, slots=True)
class Constant(Distribution):
    kind: ClassVar[str] = "constant"
    value: Time = limited(low=0)

    @property
    def mean_time(self) -> Time:
        return self.value

    def draw(self) -> Draw:
        return Draw(tables.CONSTANT, a=self.value)


@dataclass(frozen=True, slots=True)
class Exponential(Distribution):
    kind: ClassVar[str] = "exponential"
    mean: Time = limited(above=0)

    @property
    def mean_time(self) -> Time:
        return self.mean

    def draw(self) -> Draw:
        return Draw(tables.EXPONENTIAL, a=self.mean)


@dataclass(frozen=True, slots=True)
class Uniform(Distribution):
    kind: ClassVar[str] = "uniform"
    low: Time = limited(low=0)
    high: Time = limited(low=0)

    @property
    def mean_time(self) -> Time:
        return (self.low + self.high) / 2

    def draw(self) -> Draw:
        return Draw(tables.UNIFORM, a=self.low, b=self.high)

    def faults(self) -> list[tuple[str, str]]:
        return [] if self.low <= self.high else [("high", f"must not be below low ({self.low})")]


@dataclass(frozen=True, slots=True)
class Gamma(Distribution):
    """Shape 1 is the exponential; the coefficient of variation is 1 / sqrt(shape)."""

    kind: ClassVar[str] = "gamma"
    mean: Time = limited(above=0)
    shape: Time = limited(above=0)

    @property
    def mean_time(self) -> Time:
        return self.mean

    def draw(self) -> Draw:
        return Draw(tables.GAMMA, a=self.mean / self.shape, b=self.shape)


@dataclass(frozen=True, slots=True)
class Erlang(Distribution):
    """Sum of equal exponential phases."""

    kind: ClassVar[str] = "erlang"
    mean: Time = limited(above=0)
    phases: int = limited(low=1, high=1000)

    @property
    def mean_time(self) -> Time:
        return self.mean

    def draw(self) -> Draw:
        return Draw(tables.ERLANG, a=self.mean / self.phases, n=self.phases)


@dataclass(frozen=True, slots=True)
class Lognormal(Distribution):
    """By its own mean and standard deviation, not those of the logarithm."""

    kind: ClassVar[str] = "lognormal"
    mean: Time = limited(above=0)
    deviation: Time = limited(low=0)

    @property
    def mean_time(self) -> Time:
        return self.mean

    def draw(self) -> Draw:
        variance = math.log1p((self.deviation / self.mean) ** 2)
        return Draw(tables.LOGNORMAL, a=math.log(self.mean) - variance / 2, b=math.sqrt(variance))


@dataclass(frozen=True, slots=True)
class Triangular(Distribution):
    kind: ClassVar[str] = "triangular"
    low: Time = limited(low=0)
    mode: Time = limited(low=0)
    high: Time = limited(low=0)

    @property
    def mean_time(self) -> Time:
        return (self.low + self.mode + self.high) / 3

    def draw(self) -> Draw:
        return Draw(tables.TRIANGULAR, a=self.low, b=self.mode, c=self.high)

    def faults(self) -> list[tuple[str, str]]:
        if self.low <= self.mode <= self.high and self.low < self.high:
            return []
        return [("mode", f"must lie between low ({self.low}) and high ({self.high})")]


@dataclass(frozen=True, slots=True)
class Weibull(Distribution):
    """Survival exp(-(t / scale) ** shape)."""

    kind: ClassVar[str] = "weibull"
    scale: Time = limited(above=0)
    shape: Time = limited(above=0.05)

    @property
    def mean_time(self) -> Time:
        return self.scale * math.gamma(1 + 1 / self.shape)

    def draw(self) -> Draw:
        return Draw(tables.WEIBULL, a=self.scale, b=1 / self.shape)


@dataclass(frozen=True, slots=True)
class Empirical(Distribution):
    """Values that were seen, each with its weight (equal ones if none are given)."""

    kind: ClassVar[str] = "empirical"
    values: tuple[Time, ...] = limited(low=0, most=10_000)
    weights: tuple[Time, ...] = limited(low=0, most=10_000, default=())

    @property
    def mean_time(self) -> Time:
        total = sum(self.shares)
        return sum(v * w for v, w in zip(self.values, self.shares, strict=True)) / total

    @property
    def shares(self) -> tuple[float, ...]:
        return self.weights or (1.0,) * len(self.values)

    def draw(self) -> Draw:
        total, reached, cumulative = sum(self.shares), 0.0, []
        for share in self.shares:
            reached += share
            cumulative.append(reached / total)
        cumulative[-1] = 1.0
        return Draw(tables.DISCRETE, n=len(self.values), numbers=(*self.values, *cumulative))

    def faults(self) -> list[tuple[str, str]]:
        if not self.values:
            return [("values", "needs at least one value")]
        if self.weights and len(self.weights) != len(self.values):
            return [("weights", f"must be {len(self.values)} numbers, one for each value")]
        return [] if sum(self.shares) > 0 else [("weights", "must not all be 0")]


@dataclass(frozen=True, slots=True)
class Interpolated(Distribution):
    """A distribution function of straight pieces: values, and the probability up to each."""

    kind: ClassVar[str] = "interpolated"
    values: tuple[Time, ...] = limited(low=0, most=10_000)
    cumulative: tuple[Time, ...] = limited(low=0, high=1, most=10_000)

    @property
    def mean_time(self) -> Time:
        pairs = list(zip(self.values, self.cumulative, strict=True))
        return sum((a + b) / 2 * (q - p) for (a, p), (b, q) in pairwise(pairs))

    def draw(self) -> Draw:
        return Draw(
            tables.INTERPOLATED, n=len(self.values), numbers=(*self.values, *self.cumulative)
        )

    def faults(self) -> list[tuple[str, str]]:
        if len(self.values) < 2 or len(self.values) != len(self.cumulative):
            return [("cumulative", "needs as many numbers as values, at least two")]
        if any(b < a for a, b in pairwise(self.values)):
            return [("values", "must not fall")]
        steps = pairwise(self.cumulative)
        if self.cumulative[0] != 0 or self.cumulative[-1] != 1 or any(b <= a for a, b in steps):
            return [("cumulative", "must rise from 0 to 1")]
        return []


KINDS: dict[str, type[Distribution]] = {
    kind.kind: kind
    for kind in (Constant, Exponential, Uniform, Gamma, Erlang, Lognormal, Triangular, Weibull,
                 Empirical, Interpolated)
}  # fmt: skip
