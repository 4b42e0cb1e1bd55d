"""
Returns of a project, or of many, over draws of what is uncertain.

`appraise` is the entry for other programs: factors in as arrays, figures out as arrays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np

from tuijin.engines.returns.factors import check_factors, scale_groups
from tuijin.engines.returns.kernels import channels as ch
from tuijin.engines.returns.kernels.draws import run_draws
from tuijin.engines.returns.layout import Layout, build_layout
from tuijin.engines.returns.spec import Project
from tuijin.errors import ParameterOutOfRange

NO_FACTORS: Mapping[str, np.ndarray] = {}


@dataclass(frozen=True, slots=True)
class Returns:
    """
    Figures of each draw, shape (n_draws,), or (0,) where a figure was not asked for.

    NaN where there is none: no rate, several rates (see `…_status`), no benchmark, not paid back
    within the horizon, no debt. Statuses are `RateStatus` numbers. `max_short_yuan` is the largest
    loan a year's lack of cash called for. Paybacks are of the project after tax, from its start.
    """

    irr_before_tax_ratio: np.ndarray
    irr_ratio: np.ndarray
    equity_irr_ratio: np.ndarray
    npv_before_tax_yuan: np.ndarray
    npv_yuan: np.ndarray
    equity_npv_yuan: np.ndarray
    payback_years: np.ndarray
    discounted_payback_years: np.ndarray
    min_dscr_ratio: np.ndarray
    taxes_yuan: np.ndarray
    max_short_yuan: np.ndarray
    irr_before_tax_status: np.ndarray
    irr_status: np.ndarray
    equity_irr_status: np.ndarray


_STATUSES = ("irr_before_tax_status", "irr_status", "equity_irr_status")
# In the order of the kernel.
FIGURES = tuple(each.name for each in fields(Returns) if each.name not in _STATUSES)


def appraise(
    project: Project,
    *,
    factors: Mapping[str, np.ndarray] = NO_FACTORS,
    figures: Collection[str] = FIGURES,
    layout: Layout | None = None,
) -> Returns:
    """
    Appraise a project once for each draw.

    Parameters
    ----------
    factors
        Name (`factors.known_factors`) to the factor of each draw, shape (n_draws,), or one number
        for all. Without any, there is one draw: the project as it stands.
    figures
        What is asked for, of `FIGURES`: the rest is not worked out. A rate comes with its status.
    layout
        `build_layout` of the project, where it is appraised again and again.
    """
    wanted = np.array([name in figures for name in FIGURES])
    if wanted.sum() != len(set(figures)):
        raise ParameterOutOfRange(f"figures are {', '.join(FIGURES)}, got {', '.join(figures)}")
    n_draws = check_factors(project, factors)
    layout = build_layout(project) if layout is None else layout
    scales = scale_groups(layout.groups, factors, n_draws)
    found = np.empty((ch.N_FIGURES, n_draws))
    statuses = np.empty((len(_STATUSES), n_draws), dtype=np.uint8)
    run_draws(layout.tables, scales, wanted, found, statuses)
    if wanted[ch.MIN_DSCR]:
        found[ch.MIN_DSCR][np.isinf(found[ch.MIN_DSCR])] = np.nan
    rows = zip((*found, *statuses), (*wanted, *wanted[: len(_STATUSES)]), strict=True)
    return Returns(*(row if is_wanted else row[:0] for row, is_wanted in rows))


def appraise_all(
    projects: Sequence[Project],
    *,
    factors: Sequence[Mapping[str, np.ndarray]] = (),
    figures: Collection[str] = FIGURES,
    threads: int = 1,
) -> list[Returns]:
    """Appraise many projects, each with its own factors; the same answers for any `threads`."""
    given = factors or [NO_FACTORS] * len(projects)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        return list(
            pool.map(lambda pair: appraise(pair[0], factors=pair[1], figures=figures),
                     zip(projects, given, strict=True))
        )  # fmt: skip
