"""Section 6 of the anode fact sheet, as far as sales, capital and share go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tuijin.errors import ParameterOutOfRange
from tuijin.project_models.anode_plant import VAT_FACTOR_RATIO, plugin

SALES_YUAN = 2.5e9


def given(**values):
    """Return the sheet with some parameters known exactly."""
    sheet = {p.name: p for p in plugin.parameters()}
    for name, value in values.items():
        sheet[name] = replace(sheet[name], value=value, low=None, high=None)
    return sheet


def needed_t(**values):
    decided = plugin.decide(given(**values), metric="sales_yuan_per_year", target=SALES_YUAN)
    return {name: (low, high) for name, low, high in decided}["output_t_per_year"]


def sample(metric, **values):
    rng = np.random.default_rng(7)
    return plugin.run(given(**values), n_draws=500, rng=rng)[metric].sample


def test_tonnage_that_decides_the_sales_claim():
    assert needed_t() == pytest.approx((62_500, 167_000), rel=3e-3)


@pytest.mark.parametrize(
    ("price", "tonnes"), [(26_466, 94_500), (18_000, 139_000), (15_000, 167_000), (40_000, 62_500)]
)
def test_tonnage_at_a_price(price, tonnes):
    assert needed_t(price_yuan_per_t=price) == pytest.approx((tonnes, tonnes), rel=3e-3)


def test_vat_multiplies_the_tonnage():
    plain = needed_t(price_yuan_per_t=26_466)[0]
    taxed = needed_t(price_yuan_per_t=26_466, vat_factor_ratio=VAT_FACTOR_RATIO)[0]
    assert taxed / plain == pytest.approx(1.13)


def test_capital_for_94500_t():
    capital = sample("capital_yuan", output_t_per_year=94_500)
    assert (capital.min() >= 0.945e9, capital.max() <= 4.0e9) == (True, True)
    assert np.ptp(capital) > 2.5e9
    low = plugin.decide(given(), metric="capital_yuan", target=0.945e9)
    assert low[0][2] == pytest.approx(94_500)


def test_weight_in_the_market():
    share = sample("market_share_ratio", output_t_per_year=94_500)
    assert share == pytest.approx(np.full(500, 0.035), abs=5e-4)


def test_peers_capital_per_tonne():
    """Rongli phase 2: 1.0 bn yuan for 50,000 t; Zhongye phase 1: 0.5 bn for 40,000 t."""
    for tonnes, invested, expected in ((50_000, 1.0e9, 20_000), (40_000, 0.5e9, 12_500)):
        got = sample("capital_yuan_per_t", capacity_t_per_year=tonnes, investment_yuan=invested)
        assert got == pytest.approx(np.full(500, expected))


def test_sales_at_known_tonnage_lie_between_the_ends_of_the_price():
    sales = sample("sales_yuan_per_year", output_t_per_year=94_500)
    assert sales.min() >= 94_500 * 15_000
    assert sales.max() <= 94_500 * 40_000
    at_price = sample("sales_yuan_per_year", output_t_per_year=94_461, price_yuan_per_t=26_466)
    assert at_price == pytest.approx(np.full(500, SALES_YUAN), rel=1e-5)


def test_known_tonnage_leaves_the_price_to_decide():
    (name, low, high), = plugin.decide(
        given(output_t_per_year=94_500), metric="sales_yuan_per_year", target=SALES_YUAN
    )  # fmt: skip
    assert (name, round(low), round(high)) == ("price_yuan_per_t", 26_455, 26_455)


def test_chart_shows_both_readings_of_vat():
    chart, = plugin.charts(given(), metric="sales_yuan_per_year", target=SALES_YUAN)  # fmt: skip
    quoted, taxed = chart.lines
    assert (chart.x[0], chart.x[-1]) == (15_000, 40_000)
    assert (quoted.y[-1], round(quoted.y[0])) == (62_500, 166_667)
    assert taxed.y / quoted.y == pytest.approx(np.full(101, 1.13))


@pytest.mark.parametrize(
    ("name", "value"), [("price_yuan_per_t", 0.0), ("utilisation_ratio", 62.71),
                        ("output_t_per_year", -1.0), ("output_t_per_year", float("nan"))]
)  # fmt: skip
def test_out_of_range(name, value):
    with pytest.raises(ParameterOutOfRange, match=name):
        sample("sales_yuan_per_year", **{name: value})


def test_unknown_metric():
    with pytest.raises(ParameterOutOfRange, match="'profit_yuan'"):
        plugin.decide(given(), metric="profit_yuan", target=1.0)
