"""Metrics as formulas: by hand, and against solving the formula on paper."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuijin.errors import ParameterOutOfRange
from tuijin.project_models import Parameter
from tuijin.project_models.formulas import (
    Formula,
    chart_deciding,
    decide_by_formula,
    explain_by_formula,
    leaves,
    range_of,
    run_formulas,
)

FORMULAS = {
    "cost_yuan_per_t": Formula("yuan_per_t", lambda power_kwh_per_t, price_yuan: (
        power_kwh_per_t * price_yuan)),
    "margin_yuan_per_t": Formula("yuan_per_t", lambda cost_yuan_per_t, sale_yuan_per_t: (
        sale_yuan_per_t - cost_yuan_per_t)),
}  # fmt: skip
BOUNDS = {"power_kwh_per_t": (0.0, 1e5), "price_yuan": (0.0, 10.0), "sale_yuan_per_t": (0.0, 1e6)}


def row(name, value=None, low=None, high=None):
    return Parameter(name, "yuan", value, low, high, "made up")


def sheet(**rows):
    base = {
        "power_kwh_per_t": row("power_kwh_per_t"),
        "typical_power_kwh_per_t": row("typical_power_kwh_per_t", low=8000, high=9000),
        "price_yuan": row("price_yuan", low=0.3, high=0.5),
        "sale_yuan_per_t": row("sale_yuan_per_t", value=5000),
    }
    return base | rows


def test_leaves_are_found_through_metrics():
    assert leaves(FORMULAS, "margin_yuan_per_t") == (
        "power_kwh_per_t", "price_yuan", "sale_yuan_per_t"
    )  # fmt: skip


def test_typical_values_make_a_twin_and_never_the_metric():
    drawn = {
        "power_kwh_per_t": np.empty(0), "typical_power_kwh_per_t": np.full(3, 8000.0),
        "price_yuan": np.full(3, 0.4), "sale_yuan_per_t": np.full(3, 5000.0),
    }  # fmt: skip
    found = run_formulas(FORMULAS, sheet(), drawn)
    assert found["margin_yuan_per_t"].needs == ("power_kwh_per_t",)
    assert found["margin_yuan_per_t"].sample.size == 0
    assert found["typical_margin_yuan_per_t"].sample == pytest.approx(np.full(3, 1800.0))


@given(st.floats(100, 4000))
def test_the_deciding_values_are_those_on_paper(target):
    ((name, low, high),) = decide_by_formula(
        FORMULAS, sheet(), BOUNDS, metric="margin_yuan_per_t", target=target
    )
    assert name == "power_kwh_per_t"
    assert (low, high) == pytest.approx(((5000 - target) / 0.5, (5000 - target) / 0.3))


def test_of_two_unknowns_each_is_decided_at_the_typical_value_of_the_other():
    given = sheet(price_yuan=row("price_yuan"))
    found = decide_by_formula(FORMULAS, given, BOUNDS, metric="cost_yuan_per_t", target=4000)
    assert found == (("price_yuan", pytest.approx(4000 / 9000), pytest.approx(0.5)),)


def test_where_all_is_known_the_range_that_holds_the_answer_decides():
    given = sheet(power_kwh_per_t=row("power_kwh_per_t", value=8000))
    found = decide_by_formula(FORMULAS, given, BOUNDS, metric="margin_yuan_per_t", target=1800)
    assert found == (("price_yuan", pytest.approx(0.4), pytest.approx(0.4)),)
    assert decide_by_formula(FORMULAS, given, BOUNDS, metric="margin_yuan_per_t", target=4000) == ()


def test_range_and_chart():
    assert range_of(FORMULAS, sheet(), "cost_yuan_per_t") == pytest.approx((2400, 4500))
    (chart,) = chart_deciding(FORMULAS, sheet(), BOUNDS, metric="margin_yuan_per_t", target=1000)
    low, high, promised = chart.lines
    assert chart.x[0] == pytest.approx(0.8 * 8000)
    assert low.y == pytest.approx(5000 - 0.5 * chart.x)
    assert high.y == pytest.approx(5000 - 0.3 * chart.x)
    assert (promised.y == 1000).all()


def test_unknown_metric():
    with pytest.raises(ParameterOutOfRange, match="'beauty'"):
        decide_by_formula(FORMULAS, sheet(), BOUNDS, metric="beauty", target=1)


def test_ends_of_assumed_ranges_go_with_the_sample():
    drawn = {
        "power_kwh_per_t": np.empty(0), "typical_power_kwh_per_t": np.full(3, 8000.0),
        "price_yuan": np.full(3, 0.4), "sale_yuan_per_t": np.full(3, 5000.0),
    }  # fmt: skip
    found = run_formulas(FORMULAS, sheet(), drawn)
    assert found["typical_cost_yuan_per_t"].ends == pytest.approx((2400, 4500))


def test_influences_of_a_product_of_two_uniforms():
    """
    Variance of XY: V = (m²+s²)(n²+t²) − m²n²; of X alone n²s²: closed form by independence.
    """
    (first, second) = explain_by_formula(
        FORMULAS, sheet(), metric="typical_cost_yuan_per_t", rng=np.random.default_rng(1)
    )
    m, s2, n, t2 = 8500.0, 1000.0**2 / 12, 0.4, 0.2**2 / 12
    variance = (m**2 + s2) * (n**2 + t2) - (m * n) ** 2
    assert (first.name, second.name) == ("price_yuan", "typical_power_kwh_per_t")
    assert first.first_ratio == pytest.approx(m**2 * t2 / variance, abs=0.01)
    assert second.first_ratio == pytest.approx(n**2 * s2 / variance, abs=0.01)
    rng = np.random.default_rng(1)
    assert explain_by_formula(FORMULAS, sheet(), metric="cost_yuan_per_t", rng=rng) == ()
