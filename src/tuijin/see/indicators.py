"""Indicators: a rule row names numerator and denominator, this divides and keeps both in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise

from tuijin.ledger import rulebooks, scope
from tuijin.ledger.models import Rulebook
from tuijin.see import quantities
from tuijin.see.models import IndicatorRule
from tuijin.see.quantities import Amount, Portfolio

DEFAULT_RULEBOOK = "indicator-published"
# Yuan per mu become 万元/亩; a ratio stays as it is.
_SCALES = {"ratio": Decimal(1), "wan_yuan_per_mu": Decimal(10_000)}
# Quantities that hold confidential figures, and those that hold internal ones.
_CONFIDENTIAL = frozenset(
    "year_planned_yuan year_done_yuan planned_count planned_started_count land_tax_yuan "
    "tax_land_mu land_sales_yuan sales_land_mu".split()
)
_COVERAGE = frozenset(("investment_projects_count", "projects_count"))
_INTERNAL = frozenset(name for name in quantities.NAMES if name.startswith("procedure_"))


@dataclass(frozen=True, slots=True)
class Reading:
    """
    An indicator's value with what it was divided from; None where there is nothing to divide.

    Of an investment `recorded_count` of `of_count` projects have one on record, else both are None.
    """

    rule: IndicatorRule
    value: Decimal | None
    numerator: Amount
    denominator: Amount
    recorded_count: Amount = None
    of_count: Amount = None

    @property
    def numerator_name(self) -> str | Promise:
        return quantities.NAMES[self.rule.numerator]

    @property
    def denominator_name(self) -> str | Promise:
        return quantities.NAMES[self.rule.denominator]


def rules_of(places: Sequence[str]) -> list[IndicatorRule]:
    """The indicators that some places use; the published ones where they differ."""
    used = rulebooks.codes_of(places, kind=Rulebook.Kind.INDICATOR, default=DEFAULT_RULEBOOK)
    books = set(used.values())
    code = books.pop() if len(books) == 1 else DEFAULT_RULEBOOK
    rows = IndicatorRule.objects.filter(rulebook__code=code).select_related("source")
    return list(rows.order_by("order"))


def divide(numerator: Amount, denominator: Amount, *, unit: str) -> Decimal | None:
    """Divide, or None where either is not on record or the denominator is nothing."""
    if numerator is None or not denominator:
        return None
    return Decimal(numerator) / Decimal(denominator) / _SCALES[unit]


def read_all(rules: Sequence[IndicatorRule], *, portfolio: Portfolio) -> list[Reading]:
    """Read the indicators this reader may see over a portfolio."""
    shown = [rule for rule in rules if _is_shown(rule)]
    names = {name for rule in shown for name in (rule.numerator, rule.denominator)}
    names |= _COVERAGE
    amounts = quantities.measure(portfolio, names=names)
    return [_build(rule, amounts) for rule in shown]


def _build(rule: IndicatorRule, amounts: Mapping[str, Amount]) -> Reading:
    top, bottom = amounts[rule.numerator], amounts[rule.denominator]
    value = divide(top, bottom, unit=rule.unit)
    if rule.denominator != "total_investment_yuan":
        return Reading(rule, value, top, bottom)
    recorded, projects = (amounts[name] for name in ("investment_projects_count", "projects_count"))
    return Reading(rule, value, top, bottom, recorded, projects)


def _is_shown(rule: IndicatorRule) -> bool:
    """Field classes hold for totals too: a total of what may not be read is absent."""
    classes = scope.current().role.own
    used = {rule.numerator, rule.denominator}
    if used & _CONFIDENTIAL and "C" not in classes:
        return False
    return not (used & _INTERNAL and "I" not in classes)
