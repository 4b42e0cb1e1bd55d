"""Values by year: one number for all, or a list whose last number holds for the rest."""

from __future__ import annotations

import numpy as np

from tuijin.engines.returns.fields import Yearly
from tuijin.engines.returns.spec import Project


def by_year(values: Yearly, n_years: int) -> np.ndarray:
    given = np.atleast_1d(np.asarray(values, dtype=np.float64))
    return given[np.minimum(np.arange(n_years), given.size - 1)]


def by_operation_year(project: Project, values: Yearly) -> np.ndarray:
    """Values by year of operation as a series over all years, 0 in those of construction."""
    years = np.zeros(project.n_years)
    years[project.construction_years :] = by_year(values, project.operation_years)
    return years


def by_spending_year(project: Project, values: tuple[float, ...]) -> np.ndarray:
    """Amounts by year from year 1 on as a series over all years; 0 after the last."""
    years = np.zeros(project.n_years)
    years[: len(values)] = values
    return years
