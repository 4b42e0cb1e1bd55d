"""What is written off of an asset in each year, as a share of its cost."""

from __future__ import annotations

import numpy as np


def written_off_ratio(method: str, *, life_years: int, residual_ratio: float) -> np.ndarray:
    """
    Share of the cost written off in each year of life; what is left is the residual ratio.

    Double declining turns to equal parts in the last two years, as the income tax rules and the
    accounting standard for fixed assets have it.

    Returns
    -------
    shape (life_years,)

    References
    ----------
    Accounting standard for business enterprises 4, article 17; 建设项目经济评价方法与参数, third
    edition, 2006, part 1, 折旧费估算.
    """
    left = 1.0 - residual_ratio
    if method == "sum_of_years":
        return left * np.arange(life_years, 0, -1) / (life_years * (life_years + 1) / 2)
    if method == "straight_line" or life_years <= 2:
        return np.full(life_years, left / life_years)
    declining = (2 / life_years) * (1 - 2 / life_years) ** np.arange(life_years - 2.0)
    last = max(0.0, left - declining.sum()) / 2
    written = np.append(declining, [last, last])
    return np.minimum(written, np.maximum(0.0, left - (np.cumsum(written) - written)))
