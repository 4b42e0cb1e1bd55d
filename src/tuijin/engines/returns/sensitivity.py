"""
What the return hangs on: sensitivity coefficients, a tornado, critical points, two factors at once.

References
----------
建设项目经济评价方法与参数, third edition, 2006, part 1, 不确定性分析: S = (ΔA / A) / (Δx / x); the
critical point (转换值) is the change at which the net present value is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuijin.engines.returns.appraising import Returns, appraise
from tuijin.engines.returns.factors import known_factors
from tuijin.engines.returns.spec import Project
from tuijin.errors import ParameterOutOfRange

USUAL = ("price", "volume", "cost", "investment")
CHANGES_RATIO = (-0.2, -0.1, -0.05, 0.05, 0.1, 0.2)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """
    One factor changed by `change_ratio`, the rest as planned; after tax, of the whole project.

    `coefficient_ratio` is (ΔIRR / IRR) / (Δx / x). `critical_change_ratio` is the change at which
    the NPV is 0, NaN where none within -100 % to +900 % makes it so.
    """

    factor: str
    change_ratio: np.ndarray
    irr_ratio: np.ndarray
    npv_yuan: np.ndarray
    coefficient_ratio: np.ndarray
    critical_change_ratio: float


def one_way(
    project: Project,
    *,
    factors: Sequence[str] = USUAL,
    change_ratio: Sequence[float] = CHANGES_RATIO,
) -> list[Sensitivity]:
    base = appraise(project)
    return [_one(project, base, factor, np.asarray(change_ratio)) for factor in factors]


def _one(project: Project, base: Returns, factor: str, changes: np.ndarray) -> Sensitivity:
    found = appraise(project, factors={factor: 1 + changes})
    irr = base.irr_ratio[0]
    return Sensitivity(
        factor=factor,
        change_ratio=changes,
        irr_ratio=found.irr_ratio,
        npv_yuan=found.npv_yuan,
        coefficient_ratio=(found.irr_ratio - irr) / irr / changes,
        critical_change_ratio=critical_change_ratio(project, factor=factor),
    )


def critical_change_ratio(project: Project, *, factor: str) -> float:
    """The change nearest to 0 at which the NPV after tax is 0, to 1e-12; NaN if there is none."""
    grid = np.concatenate([np.linspace(0.0, 2.0, 201), np.linspace(2.05, 10.0, 160)])
    npv = appraise(project, factors={factor: grid}).npv_yuan
    crossings = np.flatnonzero(np.diff(np.sign(npv)) != 0)
    if not crossings.size or np.isnan(npv).any():
        return float("nan")
    nearest = min(crossings, key=lambda i: abs(grid[i] + grid[i + 1] - 2))
    low, high = grid[nearest], grid[nearest + 1]
    for _ in range(8):  # each look divides the interval by 32
        inner = np.linspace(low, high, 33)
        npv = appraise(project, factors={factor: inner}).npv_yuan
        cross = np.flatnonzero(np.diff(np.sign(npv)) != 0)
        if not cross.size:
            break
        low, high = inner[cross[0]], inner[cross[0] + 1]
    return float((low + high) / 2 - 1)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the tornado: NPV and IRR with the factor at its low and at its high end."""

    factor: str
    npv_yuan: tuple[float, float]
    irr_ratio: tuple[float, float]


def tornado(project: Project) -> list[Bar]:
    """Every uncertain factor from its low to its high end, the widest swing of NPV first."""
    bars = []
    for name, uncertain in project.uncertain.items():
        ends = np.array([uncertain.low_ratio, uncertain.high_ratio])
        found = appraise(project, factors={name: ends})
        bars.append(Bar(name, _pair(found.npv_yuan), _pair(found.irr_ratio)))
    return sorted(bars, key=lambda bar: -abs(bar.npv_yuan[1] - bar.npv_yuan[0]))


def _pair(values: np.ndarray) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def two_way(
    project: Project,
    *,
    factors: tuple[str, str],
    change_ratio: Sequence[float] = (-0.2, -0.1, 0.0, 0.1, 0.2),
) -> Returns:
    """Two factors changed together; draw i * n + j has the i-th of the first, j-th of the other."""
    known = known_factors(project)
    if factors[0] == factors[1] or not set(factors) <= set(known):
        raise ParameterOutOfRange(f"wanted two of {', '.join(known)}, got {factors}")
    changes = 1 + np.asarray(change_ratio)
    n = changes.size
    return appraise(
        project, factors={factors[0]: np.repeat(changes, n), factors[1]: np.tile(changes, n)}
    )
