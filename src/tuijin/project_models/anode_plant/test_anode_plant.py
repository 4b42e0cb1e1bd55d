"""Section 6 of the anode fact sheet, line by line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tuijin.engines.balance import check_closure, read_figures
from tuijin.errors import ParameterOutOfRange
from tuijin.project_models import Illustrated
from tuijin.project_models.anode_plant import VAT_FACTOR_RATIO, graphite, plugin
from tuijin.project_models.anode_plant.chain import solve_chain
from tuijin.project_models.anode_plant.process import STAGES

SALES_YUAN = 2.5e9


def given(**values):
    """Return the sheet with some parameters known exactly."""
    sheet = {p.name: p for p in plugin.parameters()}
    for name, value in values.items():
        sheet[name] = replace(sheet[name], value=value, low=None, high=None)
    return sheet


def needed_t(**values):
    decided = plugin.decide(
        given(**values), metric="sales_yuan_per_year", target=SALES_YUAN, seed=7
    )
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
    low = plugin.decide(given(), metric="capital_yuan", target=0.945e9, seed=7)
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
        given(output_t_per_year=94_500), metric="sales_yuan_per_year", target=SALES_YUAN, seed=7,
    )  # fmt: skip
    assert (name, round(low), round(high)) == ("price_yuan_per_t", 26_455, 26_455)


def test_chart_shows_both_readings_of_vat():
    (chart,) = plugin.charts(given(), metric="sales_yuan_per_year", target=SALES_YUAN, seed=7)
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
        plugin.decide(given(), metric="profit_yuan", target=1.0, seed=7)


def test_lithium_in_graphite():
    assert graphite.lithium_capacity_mah_per_g() == pytest.approx(371.9, abs=0.05)


@pytest.mark.parametrize(
    ("kelvin", "kwh_per_kg"), [(2000, 0.804), (2800, 1.261), (3000, 1.377), (3273, 1.536)]
)
def test_heating_floor(kelvin, kwh_per_kg):
    floor = graphite.heating_floor_kwh_per_t(kelvin)
    assert floor / 1000 == pytest.approx(kwh_per_kg, abs=6e-4)


def test_heating_floor_is_the_integral_of_the_heat_capacity():
    t = np.linspace(298, 3000, 200_001)
    heat = 4.184 * (0.54212 - 2.42667e-6 * t - 90.2725 / t - 43449.3 / t**2 + 1.59309e7 / t**3
                    - 1.43688e9 / t**4)  # fmt: skip
    assert graphite.heating_floor_kwh_per_t(3000) == pytest.approx(np.trapezoid(heat, t) / 3.6)


@pytest.mark.parametrize(
    ("kwh_per_t", "efficiency", "tco2_per_t"),
    [(6000, 0.23, 4.1), (7000, 0.20, 4.8), (9000, 0.15, 6.2), (12_000, 0.11, 8.2)],
)
def test_furnace_efficiency_and_carbon(kwh_per_t, efficiency, tco2_per_t):
    case = {"graphitisation_power_kwh_per_t": kwh_per_t}
    assert sample("furnace_efficiency_ratio", **case)[0] == pytest.approx(efficiency, abs=5e-3)
    assert sample("graphitisation_tco2_per_t", **case)[0] == pytest.approx(tco2_per_t, abs=0.05)


def test_life_cycle_study_is_consistent():
    """45.9 MJ/kg is 12.75 kWh/kg; at 0.7 that leaves 4 to 6 kg/kg for coke, pitch and losses."""
    assert pytest.approx(12.75) == 45.9 / 3.6
    cradle = given()["cradle_tco2_per_t"].value
    assert [round(cradle - 0.7 * kwh, 1) for kwh in (12, 13)] == [5.4, 4.7]


def test_gross_margin_of_shangtai():
    assert pytest.approx(0.225, abs=5e-4) == 1 - 4.269 / 5.506


YIELDS = dict(zip(STAGES, (0.95, 0.92, 0.9, 0.97, 0.98), strict=True))
POWERS = dict(zip(STAGES, (300.0, 800.0, 7000.0, 900.0, 50.0), strict=True))


def all_known():
    return {
        **{f"{stage}_yield_ratio": y for stage, y in YIELDS.items()},
        **{f"{stage}_kwh_per_t": e for stage, e in POWERS.items() if stage != "graphitisation"},
        "graphitisation_power_kwh_per_t": POWERS["graphitisation"], "green_share_ratio": 0.4,
    }  # fmt: skip


def test_chain_of_yields_and_electricity_agree_with_the_balance():
    known = given(**all_known())
    balance = solve_chain(known)
    assert max(c.worst_ratio for c in check_closure(balance)) < 1e-9
    feed = sample("feed_per_product_ratio", **all_known())[0]
    assert feed == pytest.approx(1 / np.prod(list(YIELDS.values())))
    assert -balance.crossing_t_per_year("coke")[0] == pytest.approx(feed)
    hand = sum(
        POWERS[stage] / np.prod([YIELDS[later] for later in STAGES[n + 1 :]])
        for n, stage in enumerate(STAGES)
    )
    figures = read_figures(balance)
    assert sample("power_kwh_per_t", **all_known())[0] == pytest.approx(hand)
    assert figures["power_kwh_per_t"].sample[0] == pytest.approx(hand)
    carbon = sample("power_tco2_per_t", **all_known())[0]
    assert carbon == pytest.approx(figures["power_tco2_per_t"].sample[0] * 0.6)


def test_the_projects_own_is_never_taken_from_others():
    metrics = plugin.run(given(), n_draws=50, rng=np.random.default_rng(7))
    for name in ("power_kwh_per_t", "furnace_efficiency_ratio", "unit_margin_yuan_per_t"):
        assert metrics[name].needs, name
    typical = metrics["typical_furnace_efficiency_ratio"].sample
    assert (typical.min() > 0.15, typical.max() < 0.23) == (True, True)


def test_the_cost_that_decides_the_margin():
    ((name, low, high),) = plugin.decide(given(), metric="unit_margin_yuan_per_t", target=0, seed=7)
    assert (name, low, high) == (
        "unit_cost_yuan_per_t", pytest.approx(15_000), pytest.approx(40_000)
    )  # fmt: skip


def test_pictures():
    assert isinstance(plugin, Illustrated)
    drawn = plugin.pictures(given(stated_sales_yuan_per_year=SALES_YUAN), seed=7)
    *others, needs = [p for p in drawn if not p.id.startswith("returns")]
    assert [p.id for p in drawn][-1] == "returns_needs"
    assert [p.id for p in others] == ["materials", "energy", "graphitisation", "carbon", "cost"]
    price, tonnes, capacity, share, low, high = (cell.value for cell in needs.rows[2])
    assert (price, round(tonnes, -2), round(capacity, -2)) == (26_466, 94_500, 150_600)
    assert share == pytest.approx(3.5, abs=0.05)
    assert (low, high) == pytest.approx((9.446, 39.67), abs=0.01)
    plain = [p.id for p in plugin.pictures(given(), seed=7) if not p.id.startswith("returns")]
    assert plain[-1] == "cost"
    assert others[0].title_en.startswith("Materials at least")
