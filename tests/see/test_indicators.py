"""Indicators of a small portfolio by hand; the chain's denominators; what a role may not see."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from tuijin.ledger import scope
from tuijin.see.indicators import divide, read_all
from tuijin.see.models import IndicatorRule
from tuijin.see.quantities import NAMES, Portfolio

YI = Decimal(100_000_000)


def values(portfolio: Portfolio | None = None) -> dict[str, Decimal | None]:
    readings = read_all(
        list(IndicatorRule.objects.all()), portfolio=portfolio or Portfolio((), 2025)
    )
    return {reading.rule.code: reading.value for reading in readings}


def test_small_portfolio_by_hand(portfolio) -> None:
    found = values()
    # live: slow (building), fair (started), idea (planned), plant (producing); gone is cancelled
    assert found["honour-rate"] == 1  # 3 landed of 3 signed
    assert found["begin-rate"] == 1
    assert found["produce-rate"] == Decimal(1) / 3
    assert found["yield-rate"] == 0
    assert found["start-rate"] == 1  # both planned projects have started
    assert found["invest-done"] == Decimal("0.225")  # 0.45 of 2 亿
    assert found["new-share"] == Decimal(4) / 10  # plant 4 亿 of 1 + 2 + 3 + 4
    assert found["green-share-count"] == Decimal(1) / 4
    assert found["funds-rate"] is None  # nothing on record
    assert found["invest-per-mu"] is None


def test_one_place(portfolio) -> None:
    assert values(Portfolio(("150223",), 2025))["invest-done"] == Decimal("0.45")


def test_the_numerator_of_each_link_is_the_denominator_of_the_next(as_system) -> None:
    chain = list(IndicatorRule.objects.filter(group="chain")[:4])
    assert [rule.code for rule in chain] == [
        "honour-rate", "begin-rate", "produce-rate", "yield-rate"
    ]  # fmt: skip
    for one, following in pairwise(chain):
        assert one.numerator == following.denominator


def test_every_rule_names_known_quantities_and_a_source(as_system) -> None:
    for rule in IndicatorRule.objects.all():
        assert {rule.numerator, rule.denominator} <= set(NAMES)
        assert rule.source_id is not None
        assert rule.formula
        assert rule.formula_en


# Published: 3334 of 3352 printed as 99 %, 2766 of 3095 as 89.4 %, 1918 of 9158 as 21 %.
@pytest.mark.parametrize(
    ("numerator", "denominator", "percent", "places"),
    [(3334, 3352, "99", 0), (2766, 3095, "89.4", 1), (1918, 9158, "21", 0)],
)
def test_published_arithmetic(numerator: int, denominator: int, percent: str, places: int) -> None:
    ratio = divide(numerator, denominator, unit="ratio")
    assert ratio is not None
    assert f"{ratio * 100:.{places}f}" == percent


def test_land_per_mu_is_in_wan_yuan() -> None:
    # 标准地 elsewhere asks for 150 万元/亩
    assert divide(Decimal(15_000_000), Decimal(10), unit="wan_yuan_per_mu") == 150


def test_totals_of_what_a_role_may_not_read_are_absent(portfolio, as_role) -> None:
    with scope.active(as_role("city_department")):
        assert "invest-done" not in values()
        assert "procedure-item" in values()
    with scope.active(as_role("company")):
        found = values()
    assert "invest-done" not in found
    assert "procedure-item" not in found


def test_sums_tell_nothing_of_foreign_counties(portfolio, as_role) -> None:
    with scope.active(as_role("place_leader", place="150222")):
        assert values(Portfolio(("150223",), 2025))["invest-done"] is None
        assert values()["invest-done"] == 0  # own Guyang: 0 of 1 亿
