"""What indicators are made of: counts and sums over the visible projects of some places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import scope
from tuijin.ledger.models import Figure, Node, OperatingRecord, Project

Amount = Decimal | int | None
_ORDER = list(CHOICES["stage"])


@dataclass(frozen=True, slots=True)
class Portfolio:
    """
    The projects counted: the reader's own ones in some places (none means all), and one plan year.

    Only own ones, since sums would tell of foreign figures that the reader may not see.
    """

    places: tuple[str, ...]
    year: int

    def projects(self) -> QuerySet[Project]:
        rows = Project.objects.exclude(status__in=("cancelled", "retired"))
        return self._narrowed(rows, place="place", project="pk")

    def every_project(self) -> QuerySet[Project]:
        """With those that were cancelled or retired: a funnel counts them where they fell out."""
        return self._narrowed(Project.objects.all(), place="place", project="pk")

    def of_projects(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return self._narrowed(rows, place="project__place", project="project")

    def _narrowed(self, rows: QuerySet[Any], *, place: str, project: str) -> QuerySet[Any]:
        current = scope.current()
        if not current.everywhere:
            is_placed = current.role.reach == "places"
            own = {place: current.places} if is_placed else {project: current.projects}
            rows = rows.filter(**{f"{path}__in": values for path, values in own.items()})
        return rows.filter(**{f"{place}__in": self.places}) if self.places else rows


def _at_least(stage: str) -> Q:
    return Q(stage__in=_ORDER[_ORDER.index(stage) :])


_STAGES = {
    "signed_count": "signed",
    "landed_count": "landed",
    "started_count": "started",
    "producing_count": "producing",
    "yielding_count": "yielding",
}
# Words for a quantity, shown beside its value.
NAMES: dict[str, str | Promise] = {
    "projects_count": _("项目数"),
    "signed_count": _("已签约及以后"),
    "landed_count": _("已落地及以后"),
    "started_count": _("已开工及以后"),
    "producing_count": _("已投产及以后"),
    "yielding_count": _("已达效"),
    "started_active_count": _("正式施工（不含停缓建）"),
    "producing_active_count": _("已投产（不含停缓建）"),
    "planned_count": _("有年度计划的项目"),
    "planned_started_count": _("其中已开复工"),
    "year_planned_yuan": _("年度计划投资"),
    "year_done_yuan": _("本年完成投资"),
    "total_investment_yuan": _("总投资"),
    "investment_projects_count": _("记有总投资的项目"),
    "strategic_count": _("战略性新兴产业项目"),
    "strategic_investment_yuan": _("战略性新兴产业总投资"),
    "green_count": _("绿色目录项目"),
    "green_investment_yuan": _("绿色目录总投资"),
    "funds_paid_yuan": _("到位资金"),
    "funds_contract_yuan": _("合同总投资（有到位记录）"),
    "procedure_count": _("手续"),
    "procedure_done_count": _("已办结手续"),
    "procedure_projects_count": _("有手续记录的项目"),
    "procedure_done_projects_count": _("手续全部办结的项目"),
    "land_investment_yuan": _("有用地记录项目的投资"),
    "land_mu": _("用地面积（亩）"),
    "land_tax_yuan": _("有用地记录项目的税收"),
    "tax_land_mu": _("有税收记录项目的用地（亩）"),
    "land_sales_yuan": _("有用地记录项目的销售收入"),
    "sales_land_mu": _("有销售记录项目的用地（亩）"),
}


def measure(portfolio: Portfolio, *, names: set[str]) -> dict[str, Amount]:
    """Compute the wanted quantities, each group with one pass over the ledger."""
    found: dict[str, Amount] = {}
    for produce, made in _MADE.items():
        if made & names:
            found.update(produce(portfolio))
    return {name: found.get(name) for name in names}


def _count_projects(portfolio: Portfolio) -> dict[str, Amount]:
    in_plan = Q(plan_year=portfolio.year)
    strategic, green = ~Q(strategic_industry=""), ~Q(green_category="")
    sums = portfolio.projects().aggregate(
        projects_count=Count("id"),
        **{name: Count("id", _at_least(stage)) for name, stage in _STAGES.items()},
        started_active_count=Count("id", _at_least("started") & Q(status="active")),
        producing_active_count=Count("id", _at_least("producing") & Q(status="active")),
        planned_count=Count("id", in_plan),
        planned_started_count=Count("id", in_plan & _at_least("started") & Q(status="active")),
        planned_sum=Sum("year_planned_yuan", filter=in_plan),
        done_sum=Sum("year_done_yuan", filter=in_plan),
        investment_sum=Sum("total_investment_yuan"),
        investment_projects_count=Count("total_investment_yuan"),
        strategic_count=Count("id", strategic),
        strategic_sum=Sum("total_investment_yuan", filter=strategic),
        green_count=Count("id", green),
        green_sum=Sum("total_investment_yuan", filter=green),
    )
    renamed = {
        "planned_sum": "year_planned_yuan",
        "done_sum": "year_done_yuan",
        "investment_sum": "total_investment_yuan",
        "strategic_sum": "strategic_investment_yuan",
        "green_sum": "green_investment_yuan",
    }
    return {renamed.get(name, name): value for name, value in sums.items()}


def _count_procedures(portfolio: Portfolio) -> dict[str, Amount]:
    rows = portfolio.of_projects(Node.objects.filter(is_current=True))
    done = Q(done_on__isnull=False)
    sums = rows.aggregate(
        procedure_count=Count("id"),
        procedure_done_count=Count("id", done),
        procedure_projects_count=Count("project", distinct=True),
        waiting=Count("project", ~done, distinct=True),
    )
    sums["procedure_done_projects_count"] = sums["procedure_projects_count"] - sums.pop("waiting")
    return sums


def _sum_funds(portfolio: Portfolio) -> dict[str, Amount]:
    rows = portfolio.of_projects(
        Figure.objects.filter(metric="funds_paid_yuan", is_current=True, value__isnull=False)
    ).filter(project__total_investment_yuan__isnull=False)
    pairs = list(rows.values_list("value", "project__total_investment_yuan"))
    if not pairs:
        return {}
    return {
        "funds_paid_yuan": sum((paid for paid, _ in pairs), Decimal(0)),
        "funds_contract_yuan": sum((total for _, total in pairs), Decimal(0)),
    }


def _sum_land(portfolio: Portfolio) -> dict[str, Amount]:
    """Land is recorded as exact text, so it is summed here and not in SQL."""
    rows = list(
        portfolio.projects()
        .filter(land_mu__isnull=False, total_investment_yuan__isnull=False)
        .values_list("land_mu", "total_investment_yuan")
    )
    if not rows:
        return {}
    return {
        "land_mu": sum((Decimal(land or 0) for land, _ in rows), Decimal(0)),
        "land_investment_yuan": sum((Decimal(total or 0) for _, total in rows), Decimal(0)),
    }


def _sum_operation(portfolio: Portfolio) -> dict[str, Amount]:
    rows = portfolio.of_projects(
        OperatingRecord.objects.filter(is_current=True, month__year=portfolio.year)
    ).filter(project__land_mu__isnull=False)
    found: dict[str, Amount] = {}
    for column, name, land_name in (
        ("tax_yuan", "land_tax_yuan", "tax_land_mu"),
        ("sales_yuan", "land_sales_yuan", "sales_land_mu"),
    ):
        pairs = list(
            rows.filter(**{f"{column}__isnull": False}).values_list(
                "project_id", "project__land_mu", column
            )
        )
        if pairs:
            found[name] = sum((amount for _, _, amount in pairs), Decimal(0))
            found[land_name] = sum({pk: land for pk, land, _ in pairs}.values(), Decimal(0))
    return found


Produce = Callable[[Portfolio], dict[str, Amount]]
_MADE: dict[Produce, set[str]] = {
    _count_procedures: {n for n in NAMES if n.startswith("procedure_")},
    _sum_funds: {"funds_paid_yuan", "funds_contract_yuan"},
    _sum_land: {"land_mu", "land_investment_yuan"},
    _sum_operation: {"land_tax_yuan", "tax_land_mu", "land_sales_yuan", "sales_land_mu"},
}
_MADE[_count_projects] = set(NAMES) - set().union(*_MADE.values())
