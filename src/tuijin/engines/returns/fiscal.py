"""
What the public gets: tax by kind, year and level of government, per mu of land, jobs.

Shares are rows of `tax_shares.csv`, each with its source. A share that was not found is empty, its
amount NaN, and `not_known` says which: region, city and county divide the local part by ratios that
were not found.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from tuijin.engines.returns.spec import Project
from tuijin.engines.returns.statements import OTHER_TAXES, Series

LEVELS = ("centre", "local", "region", "city", "county")
TAXES = (
    "vat", "income_tax", "city_construction_tax", "education_surcharge",
    "local_education_surcharge", *(f"{kind}_tax" for kind in OTHER_TAXES),
)  # fmt: skip
EVERY_TAX = "*"


@dataclass(frozen=True, slots=True)
class TaxShare:
    """A row of the share table; `tax` `*` is every tax. The local part is the sum of its levels."""

    tax: str
    level: str
    share_ratio: float | None
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class FiscalView:
    """
    Tax of a project.

    Parameters
    ----------
    paid_yuan
        Tax to shape (n_years,).
    received_yuan
        Level to shape (n_years,); NaN where a share is not known and something is paid.
    by_tax_yuan
        Tax and level to shape (n_years,), as above.
    not_known
        Tax, level and why, of each share that is missing.
    per_mu_yuan
        Tax of the year over the land, shape (n_years,); None without an area.
    investment_per_mu_yuan, jobs_per_mu_count
        None without an area (or number of jobs).
    """

    paid_yuan: dict[str, np.ndarray]
    received_yuan: dict[str, np.ndarray]
    by_tax_yuan: dict[tuple[str, str], np.ndarray]
    not_known: tuple[TaxShare, ...]
    per_mu_yuan: np.ndarray | None
    investment_per_mu_yuan: float | None
    jobs_per_mu_count: float | None
    jobs_count: float | None


@cache
def load_tax_shares() -> tuple[TaxShare, ...]:
    text = files(__package__).joinpath("tax_shares.csv").read_text(encoding="utf-8")
    return tuple(
        TaxShare(
            tax=row["tax"], level=row["level"],
            share_ratio=float(row["share_ratio"]) if row["share_ratio"] else None,
            confidence=row["confidence"], source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip


def divide_taxes(
    project: Project, series: Series, *, shares: Sequence[TaxShare] | None = None
) -> FiscalView:
    """Divide what the project pays among the levels of government."""
    table = load_tax_shares() if shares is None else tuple(shares)
    paid = {tax: series[tax] for tax in TAXES}
    by_tax, missing = {}, []
    for tax, amounts in paid.items():
        for level in LEVELS:
            share = _find(table, tax, level)
            ratio = share.share_ratio if share else 0.0
            if ratio is None and amounts.any() and share not in missing:
                missing.append(share)
            unknown = np.where(amounts == 0, 0.0, np.nan)
            by_tax[tax, level] = unknown if ratio is None else amounts * ratio
    received = {level: sum(by_tax[tax, level] for tax in TAXES) for level in LEVELS}
    mu, jobs = project.land_mu, project.jobs_count
    total = np.sum(list(paid.values()), axis=0)
    return FiscalView(
        paid_yuan=paid,
        received_yuan={level: np.asarray(amounts) for level, amounts in received.items()},
        by_tax_yuan=by_tax,
        not_known=tuple(share for share in missing if share),
        per_mu_yuan=total / mu if mu else None,
        investment_per_mu_yuan=float(series["investment"].sum()) / mu if mu else None,
        jobs_per_mu_count=jobs / mu if mu and jobs else None,
        jobs_count=jobs,
    )


def _find(table: Sequence[TaxShare], tax: str, level: str) -> TaxShare | None:
    """The row of this tax, else the one of every tax."""
    rows = [row for row in table if row.level == level and row.tax in (tax, EVERY_TAX)]
    return max(rows, key=lambda row: row.tax == tax, default=None)
