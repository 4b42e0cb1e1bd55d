"""
What projects in operation bring, by month, against what was promised a year.

The promise is the figure on record as stated by the project, else the target of a claim. Real
figures are those of operating records; a month without a record is unknown, never nought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, QuerySet, Sum
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tuijin.ledger.models import Figure, OperatingRecord
from tuijin.see.quantities import Portfolio
from tuijin.verify.models import Claim

_MWH = DecimalField(max_digits=30, decimal_places=6)


@dataclass(frozen=True, slots=True)
class Measure:
    """
    One thing a project brings.

    `stated` and `claimed` are metrics of the yearly promise; `months` is how many months the
    promise covers (12 for a sum, 1 for what is there in every month).
    """

    code: str
    title: str | Promise
    column: str
    stated: str
    claimed: str
    months: int = 12

    @property
    def adds_up(self) -> bool:
        """Whether months are added; what is there in every month is averaged."""
        return self.months > 1

    @property
    def is_money(self) -> bool:
        return self.column.endswith("_yuan")


MEASURES = (
    Measure("sales", _("销售收入"), "sales_yuan", "stated_sales_yuan_per_year",
            "sales_yuan_per_year"),
    Measure("tax", _("税收额"), "tax_yuan", "stated_tax_yuan_per_year", "tax_yuan_per_year"),
    Measure("jobs", _("就业人数"), "jobs_count", "stated_jobs_count", "jobs_count", months=1),
    Measure("energy", _("用电量（兆瓦时）"), "energy_mwh", "stated_electricity_mwh_per_year",
            "electricity_mwh_per_year"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pledge:
    """What one project promised a year, and the figure or claim that says so."""

    amount: Decimal
    kind: str  # figure or claim
    pk: int


@dataclass(frozen=True, slots=True)
class Kept:
    """
    One measure over a year.

    Parameters
    ----------
    by_month
        Sum of what is on record and how many projects state it, of each month.
    promised, expected, real
        Of the projects with a promise: the promise a year, its part for the months on record, and
        what those months brought; of jobs the promise and the mean of the months.
    total
        Sum of the year; of jobs the last month on record.
    """

    measure: Measure
    by_month: Mapping[date, tuple[Decimal, int]]
    promised: Decimal | None
    promised_count: int
    expected: Decimal | None
    real: Decimal | None
    total: Decimal | None

    @property
    def ratio(self) -> Decimal | None:
        return None if not self.expected or self.real is None else self.real / self.expected


def read_year(portfolio: Portfolio, *, project_id: int | None = None) -> list[Kept]:
    """Read every measure of the reader's own projects, or of one of them."""
    rows = portfolio.of_projects(
        OperatingRecord.objects.filter(is_current=True, month__year=portfolio.year)
    ).order_by()
    figures = portfolio.of_projects(Figure.objects.filter(is_current=True, value__isnull=False))
    claims = portfolio.of_projects(
        Claim.objects.filter(claim_type="at_least", target__isnull=False)
    ).order_by()
    if project_id is not None:
        rows, figures, claims = (q.filter(project=project_id) for q in (rows, figures, claims))
    return [_read(measure, rows, pledges(measure, figures, claims)) for measure in MEASURES]


def pledges(
    measure: Measure, figures: QuerySet[Figure], claims: QuerySet[Claim]
) -> dict[int, Pledge]:
    """Promise of each project that made one; of several claims the highest."""
    found: dict[int, Pledge] = {}
    stated: Any = claims.filter(metric=measure.claimed).values_list("project_id", "target", "pk")
    for project, amount, pk in stated:
        if project not in found or amount > found[project].amount:
            found[project] = Pledge(amount, "claim", pk)
    figures_stated: Any = figures.filter(metric=measure.stated).values_list(
        "project_id", "value", "pk"
    )
    for project, amount, pk in figures_stated:
        found[project] = Pledge(amount, "figure", pk)
    return found


def _read(
    measure: Measure, rows: QuerySet[OperatingRecord], promised: Mapping[int, Pledge]
) -> Kept:
    rows = rows.filter(**{f"{measure.column}__isnull": False})
    amount: Any = Sum(measure.column)
    if measure.column == "energy_mwh":  # kept as text, exact; summed to six decimals
        amount = Sum(Cast("energy_mwh", _MWH))
    months = rows.values("month").annotate(sum=amount, n=Count("id")).values_list(
        "month", "sum", "n"
    )  # fmt: skip
    by_month = {month: (Decimal(total), n) for month, total, n in months.order_by("month")}
    real, expected = _like_for_like(measure, rows, amount, promised)
    return Kept(
        measure=measure,
        by_month=by_month,
        promised=sum((p.amount for p in promised.values()), Decimal(0)) if promised else None,
        promised_count=len(promised),
        expected=expected,
        real=real,
        total=_total(measure, by_month),
    )


def _total(measure: Measure, by_month: Mapping[date, tuple[Decimal, int]]) -> Decimal | None:
    """Of what adds up the sum, of what is there in every month the last month on record."""
    if not by_month:
        return None
    if not measure.adds_up:
        return by_month[max(by_month)][0]
    return sum((total for total, _n in by_month.values()), Decimal(0))


def _like_for_like(
    measure: Measure, rows: QuerySet[OperatingRecord], amount: Any, promised: Mapping[int, Pledge]
) -> tuple[Decimal | None, Decimal | None]:
    """Of projects with a promise: what the months on record brought, and should have."""
    if not promised:
        return None, None
    sums: dict[str, Decimal] = defaultdict(Decimal)
    of_projects = rows.values("project").annotate(sum=amount, n=Count("id"))
    for project, total, n in of_projects.values_list("project", "sum", "n"):
        if project in promised:
            amount_year = promised[project].amount
            sums["expected"] += amount_year * n / measure.months if measure.adds_up else amount_year
            sums["real"] += Decimal(total) if measure.adds_up else Decimal(total) / n
    return sums.get("real"), sums.get("expected")
