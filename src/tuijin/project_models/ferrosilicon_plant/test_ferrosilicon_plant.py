"""Section 7 of the ferrosilicon fact sheet, line by line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tuijin.engines.balance import check_closure, read_figures
from tuijin.errors import ParameterOutOfRange
from tuijin.project_models import Illustrated
from tuijin.project_models.ferrosilicon_plant import metallurgy, plugin
from tuijin.project_models.ferrosilicon_plant.chain import solve_chain


def given(**values):
    """Return the sheet with some parameters known exactly, or between a pair."""
    sheet = {p.name: p for p in plugin.parameters()}
    for name, value in values.items():
        if isinstance(value, tuple):
            sheet[name] = replace(sheet[name], value=None, low=value[0], high=value[1])
        else:
            sheet[name] = replace(sheet[name], value=value, low=None, high=None)
    return sheet


def metric(name, **values):
    return plugin.run(given(**values), n_draws=200, rng=np.random.default_rng(7))[name]


def value(name, **values):
    sample = metric(name, **values).sample
    assert np.ptp(sample) == pytest.approx(0, abs=1e-12)
    return sample[0]


def test_chemical_floor():
    assert value("chemical_floor_kwh_per_t", silicon_ratio=0.98) / 980 == pytest.approx(
        6.82, abs=5e-3
    )
    assert value("chemical_floor_kwh_per_t") == pytest.approx(5116, abs=2)
    shares = [value("floor_share_ratio", power_kwh_per_t=e) for e in (8500, 8000)]
    assert [round(share, 2) for share in shares] == [0.60, 0.64]


def test_stoichiometric_quartz_and_carbon():
    assert metallurgy.quartz_floor_kg_per_t(0.75) == pytest.approx(1604, abs=1)
    assert metallurgy.carbon_floor_kg_per_t(0.75) == pytest.approx(641, abs=1)
    recovery = metric("typical_silicon_recovery_ratio").sample
    assert (recovery.min() >= 0.867, recovery.max() <= 0.902) == (True, True)


def test_direct_co2_depends_on_what_is_meant():
    assert value("stoichiometric_tco2_per_t") == pytest.approx(2.35, abs=5e-3)
    seller = [value("direct_tco2_per_t", coke_kg_per_t=c, paste_kg_per_t=50) for c in (890, 930)]
    assert seller == pytest.approx([2.92, 3.05], abs=0.01)
    decided = plugin.decide(
        given(paste_kg_per_t=50), metric="direct_tco2_per_t", target=4.0, seed=7
    )
    ((_, low, high),) = (row for row in decided if row[0] == "coke_kg_per_t")
    assert (low, high) == pytest.approx(((4 * 12.011 / 44.009 * 1000 - 50) / 0.84,) * 2)


def test_indirect_co2():
    powers = [8000, 8500]
    at_2022 = [value("grid_power_tco2_per_t", power_kwh_per_t=e) for e in powers]
    at_2023 = [
        value("grid_power_tco2_per_t", power_kwh_per_t=e, grid_tco2_per_mwh=0.6361) for e in powers
    ]
    assert at_2022 == pytest.approx([5.5, 5.8], abs=0.03)
    assert at_2023 == pytest.approx([5.1, 5.4], abs=0.02)
    assert value("power_tco2_per_t", power_kwh_per_t=8500, green_share_ratio=1) == 0


def test_standard_coal_is_about_the_quoted_baseline():
    assert value("energy_kgce_per_t", power_kwh_per_t=8500, reductant_kgce_per_t=0) == (
        pytest.approx(1045, abs=0.5)
    )
    assert pytest.approx(885, abs=15) == 0.9 * 971.4  # 870–900
    total = metric("typical_energy_kgce_per_t", typical_power_kwh_per_t=8500).sample
    assert total == pytest.approx(np.full(200, 1930), abs=17)
    assert total.mean() == pytest.approx(1900, rel=0.02)


def test_aluminium_from_1_5_to_0_5_percent():
    case = {"tapped_aluminium_ratio": 0.015, "aluminium_removed_ratio": 2 / 3}
    assert value("aluminium_ratio", **case) == pytest.approx(0.005)
    oxygen_kg = value("oxygen_floor_kg_per_t", **case)
    assert oxygen_kg == pytest.approx(8.9, abs=0.01)
    assert oxygen_kg * 22.414 / metallurgy.O2 == pytest.approx(6.2, abs=0.05)
    assert metallurgy.silica_for_aluminium_kg(10.0) == pytest.approx(16.7, abs=0.01)


def test_power_price_implied_by_the_cost():
    implied = value("implied_power_yuan_per_mwh", unit_cost_yuan_per_t=5492, power_kwh_per_t=8000)
    assert implied / 1000 == pytest.approx(0.41, abs=2e-3)


def test_margin_against_the_power_price():
    implied = value("implied_power_yuan_per_mwh", unit_cost_yuan_per_t=5492, power_kwh_per_t=8000)
    break_even = value("break_even_power_yuan_per_mwh", power_kwh_per_t=8000)
    assert (implied - break_even) / 1000 == pytest.approx(0.024, abs=1e-9)
    for power, moved in ((8000, 80), (8500, 85)):
        costs = [
            value("implied_power_yuan_per_mwh", unit_cost_yuan_per_t=c, power_kwh_per_t=power)
            for c in (5400, 5400 + moved)
        ]
        assert costs[1] - costs[0] == pytest.approx(10)  # 0.01 yuan/kWh
    quoted = metric("typical_unit_margin_yuan_per_t").sample
    assert quoted == pytest.approx(np.full(200, -190), abs=2)


def test_the_projects_own_is_never_taken_from_others():
    for name in ("energy_kgce_per_t", "direct_tco2_per_t", "aluminium_ratio",
                 "unit_margin_yuan_per_t", "power_tco2_per_t"):  # fmt: skip
        assert metric(name).needs, name


def test_what_would_decide_the_claims_of_the_example():
    decided = {
        name: (low, high)
        for name, low, high in plugin.decide(
            given(), metric="energy_kgce_per_t", target=1770, seed=7
        )
    }
    assert decided["power_kwh_per_t"] == pytest.approx((7079, 7323), abs=1)
    ((name, low, high),) = plugin.decide(given(), metric="aluminium_ratio", target=0.01, seed=7)
    assert name == "aluminium_removed_ratio"
    assert (low, high) == pytest.approx((1 / 3, 0.5))
    ((name, low, high),) = plugin.decide(given(), metric="unit_margin_yuan_per_t", target=0, seed=7)
    assert (name, low, high) == ("unit_cost_yuan_per_t", pytest.approx(5300), pytest.approx(5300))


def test_the_chain_closes_and_agrees_with_the_formulas():
    known = given(power_kwh_per_t=8500, coke_kg_per_t=910, paste_kg_per_t=50, quartz_kg_per_t=1815)
    balance = solve_chain(known)
    assert max(c.worst_ratio for c in check_closure(balance)) < 1e-6
    figures = read_figures(balance)
    metrics = plugin.run(known, n_draws=1, rng=np.random.default_rng(7))
    for name in ("direct_tco2_per_t", "grid_power_tco2_per_t"):
        found = figures[name.removeprefix("grid_")].sample
        assert found == pytest.approx(metrics[name].sample, rel=1e-3), name


def test_pictures():
    assert isinstance(plugin, Illustrated)
    flows, energy, carbon, cost, aluminium, needs, returns = plugin.pictures(given(), seed=7)
    tonnes = {(f.source, f.target): f.value for f in flows.flows}
    taken = sum(v for (_, target), v in tonnes.items() if target == "furnace")
    given_off = sum(v for (source, _), v in tonnes.items() if source == "furnace")
    assert taken == pytest.approx(given_off)
    assert tonnes["furnace", "alloy"] == pytest.approx(1)
    assert [bar.value for bar in energy.bars[-2:]] == [1770, 1900]
    assert carbon.bars[0].value == pytest.approx(2.35, abs=5e-3)
    assert cost.bars[2].value == 5492
    assert aluminium.rows[0][1].value == pytest.approx(50)
    limits = {(row[0][1], row[1][1]): (row[2].value, row[3].value) for row in needs.rows}
    assert returns.rows[2][2] == ("无论多少都达不到", "none reaches it")  # a tonne loses money
    power = "the plant's own electricity per tonne"
    assert limits["At most: Ferrosilicon benchmark (unverified)", power] == pytest.approx(
        (7079, 7323), abs=1
    )


@pytest.mark.parametrize(
    ("name", "number"), [("power_kwh_per_t", 8.5), ("green_share_ratio", 37.5),
                         ("typical_coke_kg_per_t", float("nan"))]
)  # fmt: skip
def test_out_of_range(name, number):
    with pytest.raises(ParameterOutOfRange, match=name):
        metric("energy_kgce_per_t", **{name: number})
