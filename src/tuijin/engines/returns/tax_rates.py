"""Income tax rate by year: western region, and years free or at half rate."""

from __future__ import annotations

import numpy as np

from tuijin.engines.returns.spec import Project
from tuijin.engines.returns.yearly import by_operation_year

WESTERN_RATIO = 0.15
WESTERN_YEARS = (2021, 2030)
HOLIDAYS = {"none": (0, 0), "three_free_three_half": (3, 3), "two_free_three_half": (2, 3)}


def income_tax_ratios(project: Project) -> np.ndarray:
    """
    Rate of each year.

    The half years of a holiday halve the rate in force, the western one too.

    Returns
    -------
    shape (n_years,)

    References
    ----------
    财政部 税务总局 国家发展改革委公告2020年第23号 (15 %, 2021-01-01 to 2030-12-31);
    企业所得税法实施条例 articles 87 and 88 (from the first year with revenue). Half of the western
    rate, not of 25 %: 国家税务总局公告2012年第12号 article 5, as commonly quoted; its text was not
    found, so this is unverified. 国税函〔2010〕157号, not seen either, is said to halve 25 % where
    another low rate applies: such a project is given `rate_ratio` 0.25 and no `western`.
    """
    tax = project.income_tax
    calendar = project.start_year + np.arange(project.n_years)
    in_the_west = (WESTERN_YEARS[0] <= calendar) & (calendar <= WESTERN_YEARS[1])
    ratios = np.where(tax.western & in_the_west, WESTERN_RATIO, tax.rate_ratio)
    free, half = HOLIDAYS[tax.holiday]
    first = first_revenue_year(project)
    ratios[first : first + free] = 0.0
    ratios[first + free : first + free + half] /= 2
    return ratios


def first_revenue_year(project: Project) -> int:
    """Index of the first year with revenue; the number of years if there is none."""
    sold = np.zeros(project.n_years)
    for product in project.products.values():
        load = project.load_ratio if product.load_ratio is None else product.load_ratio
        sold += (
            by_operation_year(project, product.quantity)
            * by_operation_year(project, product.price)
            * by_operation_year(project, load)
        )
    return int(np.argmax(sold > 0)) if sold.any() else project.n_years
