"""Section 6 of the copper fact sheet, line by line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tuijin.engines.balance import check_closure, read_figures
from tuijin.errors import ParameterOutOfRange
from tuijin.project_models import Illustrated
from tuijin.project_models.copper_refinery import plugin, tank_house
from tuijin.project_models.copper_refinery.chain import solve_chain


def given(**values):
    """Return the sheet with some parameters known exactly."""
    sheet = {p.name: p for p in plugin.parameters()}
    for name, value in values.items():
        sheet[name] = replace(sheet[name], value=value, low=None, high=None)
    return sheet


def metric(name, **values):
    return plugin.run(given(**values), n_draws=200, rng=np.random.default_rng(7))[name]


def value(name, **values):
    sample = metric(name, **values).sample
    assert np.ptp(sample) == pytest.approx(0, abs=1e-12)
    return sample[0]


def decided(name, target, **values):
    found = plugin.decide(given(**values), metric=name, target=target, seed=7)
    return {row: (low, high) for row, low, high in found}


def test_charge_per_tonne():
    assert pytest.approx(843_530, abs=5) == tank_house.AMPERE_HOURS_PER_T
    assert pytest.approx(1.1855, abs=5e-5) == tank_house.GRAMS_PER_AMPERE_HOUR


@pytest.mark.parametrize(
    ("volts", "efficiency", "kwh"),
    [(0.25, 0.97, 217), (0.28, 0.96, 246), (0.30, 0.95, 266), (0.32, 0.95, 284), (0.35, 0.93, 317)],
)
def test_direct_current(volts, efficiency, kwh):
    case = {"cell_voltage_volts": volts, "current_efficiency_ratio": efficiency}
    assert value("dc_kwh_per_t", **case) == pytest.approx(kwh, abs=0.6)


def test_the_plant_engineers_example():
    """40 cells, 8,400 kAh each; 33.8 kA, 265 A/m², 55 cathodes a cell."""
    hours = 8_400_000 / 33_800
    assert 40 * tank_house.cathode_t(33_800, hours, 1.0) == pytest.approx(398.3, abs=0.05)
    assert pytest.approx(398.16) == 40 * 8_400_000 * 1.185e-6
    assert hours == pytest.approx(248.5, abs=0.05)
    assert hours / 24 == pytest.approx(10.4, abs=0.05)
    assert tank_house.cathode_m2(33_800, 265) / 55 == pytest.approx(2.32, abs=5e-3)


@pytest.mark.parametrize(("density", "kilograms"), [(250, 6.76), (300, 8.11), (350, 9.46)])
def test_deposition(density, kilograms):
    assert tank_house.deposited_kg_per_m2(density, 0.95) == pytest.approx(kilograms, abs=5e-3)


def test_jinchuan():
    assert pytest.approx(0.548, abs=5e-4) == 80_000 / 400 / 365
    case = {"cells_count": 400, "current_efficiency_ratio": 0.95, "operating_days": 355}
    needed = decided("tank_house_output_t_per_year", 80_000, **case)["current_amperes"]
    assert needed == pytest.approx((20_800, 20_800), rel=3e-3)
    made = value("tank_house_output_t_per_year", current_amperes=needed[0], **case)
    assert made == pytest.approx(80_000)


def test_5n_at_scale():
    assert value("share_of_5n_output_ratio", output_t_per_year=923) == pytest.approx(1)
    assert value("share_of_5n_output_ratio", output_t_per_year=30_000) > 30
    purity = metric("typical_copper_purity_ratio").sample
    assert (purity.min() >= 0.9995 - 1e-8, purity.max() <= 0.9999 + 1e-8) == (True, True)


def test_sales():
    case = {"output_t_per_year": 10_000}
    assert value("sales_with_vat_yuan_per_year", **case) == pytest.approx(943e6, rel=1e-3)
    assert value("sales_yuan_per_year", **case) == pytest.approx(835e6, rel=1e-3)


def test_share_of_electricity():
    case = {"power_kwh_per_t": 300, "power_price_yuan_per_mwh": 450}
    assert value("power_cost_yuan_per_t", **case) == pytest.approx(135)
    assert value("power_share_ratio", **case) == pytest.approx(0.0014, abs=5e-5)
    assert value("copper_loss_yuan_per_t") > 5 * 135  # so it is not power that decides


def test_what_would_decide_the_purity_claim():
    needed = decided("copper_purity_ratio", 0.99999)
    assert needed["impurity_passing_ratio"] == pytest.approx((1e-5 / 0.006,) * 2)
    ends = [np.log(1e-5 / 0.006) / np.log(k) for k in (0.01 / 0.6, 0.05 / 0.6)]
    assert needed["refining_passes_count"] == pytest.approx(tuple(ends))
    assert metric("copper_purity_ratio").needs


def test_what_would_decide_the_margin():
    assert decided("unit_margin_yuan_per_t", 0) == {
        "unit_cost_yuan_per_t": pytest.approx((94_320,) * 2)
    }
    discount = decided("refining_margin_yuan_per_t", 0, conversion_yuan_per_t=500)
    assert discount["feed_discount_yuan_per_t"] == pytest.approx((0.99 * 500 + 943.2,) * 2)


def test_the_chain_closes_and_counts_the_scrap():
    known = given(power_kwh_per_t=350)
    balance = solve_chain(known)
    assert max(c.worst_ratio for c in check_closure(balance)) < 1e-9
    feed = -balance.crossing_t_per_year("feed")
    assert feed == pytest.approx(1 / (0.994 * 0.99))  # scrap goes round, and costs no copper
    assert balance.activity["cells"] == pytest.approx(feed / (1 - 0.115))
    figures = read_figures(balance)
    assert figures["power_kwh_per_t"].sample == pytest.approx(350)
    assert figures["power_tco2_per_t"].sample == pytest.approx(0.35 * 0.6849)


def test_pictures():
    assert isinstance(plugin, Illustrated)
    flows, energy, _, cost, purity, deposition, needs, returns = plugin.pictures(given(), seed=7)
    tonnes = {(f.source, f.target): f.value for f in flows.flows}
    assert tonnes["cells", "cathode"] == pytest.approx(1)
    assert tonnes["cells", "scrap.out"] == pytest.approx(tonnes["scrap.in", "remelting"])
    assert energy.bars[0].low == pytest.approx(843.53 * 0.25 / 0.98, abs=0.05)
    assert cost.bars[0].value == pytest.approx(952.7, abs=0.1)
    assert [row[3][1] for row in purity.rows] == ["<4N to 4N", "4N to 5N", "5N to 6N"]
    assert deposition.rows[1][1].value == pytest.approx(6.76 / 0.95 * 0.955, abs=5e-3)
    assert [row[1][1] for row in needs.rows][-1] == "tonnage made and sold"
    assert returns.rows[1][2].value == pytest.approx(80_859, abs=1)  # all that a tonne may cost


@pytest.mark.parametrize(
    ("name", "number"), [("current_efficiency_ratio", 96.0), ("copper_price_yuan_per_t", 0.0)]
)
def test_out_of_range(name, number):
    with pytest.raises(ParameterOutOfRange, match=name):
        metric("dc_kwh_per_t", **{name: number})
