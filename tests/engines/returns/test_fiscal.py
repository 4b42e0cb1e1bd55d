"""Tax: rates by year, shares by level, what is not known stays unknown."""

from __future__ import annotations

import numpy as np
import pytest

from tuijin.engines.returns import build_statements, divide_taxes, read_project
from tuijin.engines.returns.depreciation import written_off_ratio
from tuijin.engines.returns.fiscal import TaxShare
from tuijin.engines.returns.tax_rates import income_tax_ratios

YI = 1e8


def plant(**changes):
    return read_project(
        {
            "construction_years": 1,
            "operation_years": 8,
            "assets": {"all": {"yuan_by_year": [0.0], "life_years": 10}},
            "products": {"all": {"quantity": 1, "price": 10 * YI, "vat_ratio": 0.1}},
            "land_mu": 200,
            "jobs_count": 300,
        }
        | changes
    )


def test_price_with_vat():
    """Fact sheet: 2.5 bn with 13 % is 2,212.39 M without, 287.61 M of VAT."""
    product = {"quantity": 1, "price": 2.5e9, "vat_ratio": 0.13, "includes_vat": True}
    found = build_statements(plant(products={"all": product}))
    assert found["revenue"][1] == pytest.approx(2_212.39e6, abs=5e3)
    assert found["output_vat"][1] == pytest.approx(287.61e6, abs=5e3)


def test_vat_of_100_m_in_a_county_seat():
    project = plant()
    found = build_statements(project)
    view = divide_taxes(project, found)
    assert found["vat"][1] == pytest.approx(1 * YI)
    assert found["taxes_and_surcharges"][1] == pytest.approx(0.1 * YI)
    assert view.by_tax_yuan["vat", "local"][1] == pytest.approx(0.5 * YI)
    before_income_tax = view.received_yuan["local"] - view.by_tax_yuan["income_tax", "local"]
    assert before_income_tax[1] == pytest.approx(0.6 * YI)


@pytest.mark.parametrize(("western", "tax", "local"), [(True, 15e6, 6e6), (False, 25e6, 10e6)])
def test_income_tax_on_100_m(western, tax, local):
    product = {"quantity": 1, "price": 1 * YI, "vat_ratio": 0}
    project = plant(products={"all": product}, income_tax={"western": western})
    found = build_statements(project)
    view = divide_taxes(project, found)
    assert found["income_tax"][1] == pytest.approx(tax)
    assert view.by_tax_yuan["income_tax", "local"][1] == pytest.approx(local)


def test_western_rate_ends_with_2030():
    ratios = income_tax_ratios(plant(start_year=2028, income_tax={"western": True}))
    assert ratios.tolist() == [0.15] * 3 + [0.25] * 6


def test_three_free_three_half_from_first_revenue():
    tax = {"western": True, "holiday": "three_free_three_half"}
    ratios = income_tax_ratios(plant(start_year=2026, income_tax=tax))
    assert ratios.tolist() == [0.15, 0, 0, 0, 0.075, 0.125, 0.125, 0.25, 0.25]


def test_levels_that_are_not_known_stay_empty():
    view = divide_taxes(plant(), build_statements(plant()))
    assert np.isnan(view.received_yuan["city"][1:]).all()
    assert view.received_yuan["city"][0] == 0.0
    assert {share.level for share in view.not_known} == {"region", "city", "county"}
    assert all(share.source for share in view.not_known)


def test_a_table_of_ones_own_divides_everything():
    shares = [
        TaxShare("*", level, ratio, "assumed", "test")
        for level, ratio in (("centre", 0.5), ("region", 0.1), ("city", 0.15), ("county", 0.25))
    ]
    project = plant()
    view = divide_taxes(project, build_statements(project), shares=shares)
    total = sum(view.received_yuan.values())
    assert total == pytest.approx(sum(view.paid_yuan.values()))
    assert view.not_known == ()


def test_per_mu_and_jobs():
    project = plant()
    view = divide_taxes(project, build_statements(project))
    paid = sum(values[1] for values in view.paid_yuan.values())
    assert view.per_mu_yuan[1] == pytest.approx(paid / 200)
    assert view.jobs_per_mu_count == 1.5


def test_straight_line():
    """Fact sheet: ten years, 5 % left of 1,000: 95 a year."""
    shares = written_off_ratio("straight_line", life_years=10, residual_ratio=0.05)
    assert shares * 1000 == pytest.approx([95.0] * 10)


@pytest.mark.parametrize("method", ["straight_line", "double_declining", "sum_of_years"])
@pytest.mark.parametrize("life", [1, 2, 5, 20])
def test_all_but_the_residual_is_written_off(method, life):
    shares = written_off_ratio(method, life_years=life, residual_ratio=0.04)
    assert shares.sum() == pytest.approx(0.96)
    assert (shares >= 0).all()


def test_double_declining_by_hand():
    """10,000 over five years, 4 % left: 4,000, 2,400, 1,440, then 880 twice."""
    shares = written_off_ratio("double_declining", life_years=5, residual_ratio=0.04)
    assert shares * 10_000 == pytest.approx([4000, 2400, 1440, 880, 880])


def test_losses_are_used_within_five_years_oldest_first():
    costs = {"all": {"yuan_per_year": [110.0, 60, 60, 60, 60, 60, 0, 0], "varies": False}}
    product = {"quantity": 1, "price": [10.0, 50, 50, 50, 50, 50, 150, 20], "vat_ratio": 0}
    found = build_statements(plant(products={"all": product}, costs=costs))
    assert found["profit"].tolist() == [0, -100, -10, -10, -10, -10, -10, 150, 20]
    # Year 8 may use the losses of years 3 to 7, 50 in all; that of year 2 is too old.
    assert found["losses_used"].tolist() == [0] * 7 + [50, 0]
    assert found["income_tax"].tolist() == pytest.approx([0] * 7 + [25, 5])
