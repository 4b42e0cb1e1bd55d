"""Returns and tax of a plant: by hand, by the statements, and against the lines of the facts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tuijin.discovery import load_plugin
from tuijin.engines.returns import (
    build_statements,
    divide_taxes,
    internal_rates,
    load_benchmarks,
)
from tuijin.project_models.appraisal import (
    BOUNDS,
    LOST_RATIO,
    appraisal_formulas,
    project_of,
    with_unit_investment,
)
from tuijin.project_models.formulas import evaluate, leaves

FORMULAS = appraisal_formulas(lambda price_yuan_per_t: price_yuan_per_t)
PLANT = {
    "price_yuan_per_t": 20_000.0, "unit_investment_yuan_per_t": 10_000.0,
    "operating_cost_yuan_per_t": 12_000.0, "bought_cost_ratio": 0.0,
    "bought_investment_ratio": 0.0, "fixed_cost_ratio": 0.25, "working_capital_ratio": 0.0,
    "utilisation_ratio": 0.5, "construction_years": 1.0, "operating_years": 10.0,
    "income_tax_ratio": 0.25, "surcharge_ratio": 0.1, "benchmark_ratio": 0.12,
    "city_share_ratio": 0.3, "county_share_ratio": 0.5, "output_t_per_year": 100_000.0,
}  # fmt: skip
PLANTS = ("anode_plant", "copper_refinery", "ferrosilicon_plant")


def find(metric, **changed):
    values = {name: np.array([x]) for name, x in (PLANT | changed).items()}
    return float(evaluate(FORMULAS, metric, {n: values[n] for n in leaves(FORMULAS, metric)})[0])


def test_a_plant_by_hand():
    """20,000 of investment at half load; 8,000 a year less 260 of surcharges; 1,900 written off."""
    before = 8000 - 260
    flows = np.array([-20_000.0, *[before - 0.25 * (before - 1900)] * 10])
    flows[-1] += 1000  # what is left of the machines
    assert find("firr_ratio") == pytest.approx(internal_rates(flows).rate_ratio)
    value = float(flows @ 1.12 ** -np.arange(1.0, 12.0))
    assert find("fnpv_yuan_per_t") == pytest.approx(value)
    assert find("fnpv_yuan") == pytest.approx(value * 100_000)
    yearly = before - 0.25 * (before - 1900)
    assert find("payback_years") == pytest.approx(1 + 20_000 / yearly)
    assert find("operating_profit_yuan_per_t") == pytest.approx(before - 1900)
    tax = 2600 + 260 + 0.25 * (before - 1900)
    assert find("tax_yuan_per_year") == pytest.approx(tax * 1e5)
    assert find("tax_to_sales_ratio") == pytest.approx(tax / 22_600)


def test_lines_of_the_facts():
    """VAT of 100 M: surcharges 10 M, local 60 M; profit of 100 M: 15 or 25 M, of it 6 or 10."""
    vat_only = {
        "price_yuan_per_t": 1000 / 0.13, "operating_cost_yuan_per_t": 1000 / 0.13,
        "output_t_per_year": 1e5,
    }  # fmt: skip
    assert find("local_tax_yuan_per_year", **vat_only) == pytest.approx(60e6)
    assert find("surcharges_yuan_per_t", **vat_only) * 1e5 == pytest.approx(10e6)
    for ratio, tax, local in ((0.15, 15e6, 6e6), (0.25, 25e6, 10e6)):
        no_vat = {
            "bought_cost_ratio": 1.0, "operating_cost_yuan_per_t": 20_000.0, "surcharge_ratio": 0.0,
            "price_yuan_per_t": 20_000.0, "unit_investment_yuan_per_t": 1e-9,
        }  # fmt: skip
        profit = {"operating_profit_yuan_per_t": np.array([1000.0])}
        rate = {"income_tax_ratio": np.array([ratio])}
        paid = FORMULAS["income_tax_yuan_per_t"].function(**profit, **rate)
        assert paid * 1e5 == pytest.approx(tax)
        assert find("vat_yuan_per_t", **no_vat) == pytest.approx(0)
        part = FORMULAS["local_tax_yuan_per_t"].function(
            vat_yuan_per_t=np.zeros(1), surcharges_yuan_per_t=np.zeros(1),
            income_tax_yuan_per_t=paid,
        )  # fmt: skip
        assert part * 1e5 == pytest.approx(local)


@pytest.mark.parametrize("seed", range(20))
def test_formulas_are_the_statements(seed):
    rng = np.random.default_rng(seed)
    plant = PLANT | {
        "operating_cost_yuan_per_t": rng.uniform(8e3, 19e3), "bought_cost_ratio": rng.random(),
        "bought_investment_ratio": rng.random(), "working_capital_ratio": rng.uniform(0, 0.3),
        "construction_years": float(rng.integers(1, 4)),
        "operating_years": float(rng.integers(5, 25)), "income_tax_ratio": rng.uniform(0.15, 0.25),
    }  # fmt: skip
    project = project_of(plant | {"net_price_yuan_per_t": plant["price_yuan_per_t"]})
    series = build_statements(project)
    for metric, flow in (("firr_ratio", "project_flow"),
                         ("firr_before_tax_ratio", "project_flow_before_tax")):  # fmt: skip
        found = internal_rates(series[flow])
        assert find(metric, **plant) == pytest.approx(found.rate_ratio, rel=1e-9)
    year = np.arange(1.0, project.n_years + 1)
    value = float(series["project_flow"] @ 1.12**-year)
    assert find("fnpv_yuan_per_t", **plant) == pytest.approx(value, rel=1e-9, abs=1e-6)
    usual = min(project.n_years - 2, project.construction_years + 9)
    view = divide_taxes(project, series)
    if series["vat_credit"][usual - 1] == 0 and series["losses_used"][usual] == 0:
        paid = sum(float(values[usual]) for values in view.paid_yuan.values())
        assert find("tax_yuan_per_t", **plant) == pytest.approx(paid)
        local = float(view.received_yuan["local"][usual])
        assert find("local_tax_yuan_per_t", **plant) == pytest.approx(local)


def test_levels_of_government_add_up():
    total, centre, local = (
        find(f"{level}tax_yuan_per_year") for level in ("", "central_", "local_")
    )
    assert centre + local == pytest.approx(total)
    assert find("city_tax_yuan_per_year") == pytest.approx(0.3 * local)
    assert find("county_tax_yuan_per_year") == pytest.approx(0.5 * local)


def test_nothing_is_earned_at_the_break_even_point():
    """Fixed cost and depreciation are borne by fewer tonnes there."""
    load = find("break_even_ratio") / PLANT["utilisation_ratio"]
    margin = 20_000 - 9000 - 260
    assert load * margin == pytest.approx(3000 + 1900)
    assert find("break_even_ratio", price_yuan_per_t=9000.0) == math.inf


def test_a_loss_at_every_rate_has_one_and_is_never_paid_back():
    lost = {"price_yuan_per_t": 11_000.0, "unit_investment_yuan_per_t": 1000.0}
    assert find("firr_ratio", **lost) == LOST_RATIO or find("firr_ratio", **lost) < -0.1
    worse = {"price_yuan_per_t": 5000.0}
    assert find("payback_years", **worse) == math.inf
    assert find("fnpv_yuan_per_t", **worse) < 0


def test_a_better_plant_is_better():
    base = find("firr_ratio")
    for name, x in (("price_yuan_per_t", 21_000.0), ("operating_cost_yuan_per_t", 11_000.0),
                    ("unit_investment_yuan_per_t", 9000.0), ("utilisation_ratio", 0.6),
                    ("income_tax_ratio", 0.15), ("operating_years", 12.0)):  # fmt: skip
        assert find("firr_ratio", **{name: x}) > base, name


@pytest.mark.parametrize("name", PLANTS)
def test_what_is_not_on_record_is_named_and_typical_values_do_not_decide(name):
    model = load_plugin("tuijin.project_models", name)
    sheet = {p.name: p for p in model.parameters()}
    metrics = model.run(sheet, n_draws=64, rng=np.random.default_rng(7))
    for metric in ("firr_ratio", "fnpv_yuan", "payback_years", "break_even_ratio",
                   "tax_yuan_per_year"):  # fmt: skip
        assert {"unit_investment_yuan_per_t", "operating_cost_yuan_per_t"} <= set(
            metrics[metric].needs
        ), metric
    assert "city_share_ratio" in metrics["city_tax_yuan_per_year"].needs
    assert set(BOUNDS) <= set(sheet)
    industry = {"anode_plant": "chemical_new_materials"}.get(name, "metal_smelting")
    assert sheet["benchmark_ratio"].value == load_benchmarks()[industry].benchmark_ratio


def known(sheet, **values):
    return sheet | {
        name: replace(sheet[name], value=x, low=None, high=None, is_verified=True)
        for name, x in values.items()
    }


@pytest.mark.parametrize("name", PLANTS)
def test_assumed_ranges_give_ends_and_enough_on_record_gives_figures(name):
    model = load_plugin("tuijin.project_models", name)
    own = {n: x for n, x in PLANT.items() if n not in ("income_tax_ratio", "surcharge_ratio")}
    given = {p.name: p for p in model.parameters()}
    given = known(given, **{n: x for n, x in own.items() if n in given})
    metrics = model.run(given, n_draws=64, rng=np.random.default_rng(7))
    assert not metrics["firr_ratio"].needs
    low, high = metrics["firr_ratio"].ends  # income tax, surcharges and VAT are still ranges
    assert low <= metrics["firr_ratio"].sample.min() <= metrics["firr_ratio"].sample.max() <= high
    assert metrics["county_tax_yuan_per_year"].sample.size == 64
    pictures = {p.id: p for p in model.pictures(given, seed=7) if p.id.startswith("returns")}
    assert list(pictures) == [
        "returns_build_up", "returns_years", "returns_spread", "returns_tornado", "returns_tax",
        "returns_levels", "returns_needs",
    ]  # fmt: skip
    years = pictures["returns_years"]
    assert years.x.size == 11
    assert years.lines[2].y[-1] == pytest.approx(years.lines[0].y.sum())
    shares = pictures["returns_spread"].lines[0].y
    assert (np.diff(shares) <= 0).all()


def test_the_limit_of_a_lever_is_where_the_benchmark_is_met():
    model = load_plugin("tuijin.project_models", "anode_plant")
    given = {p.name: p for p in model.parameters()}
    needs = model.pictures(given, seed=7)[-1]
    assert needs.id == "returns_needs"
    price = needs.rows[0][2].value
    assert price == pytest.approx(31_147.7, abs=0.1)
    middles = {
        "price_vat_factor_ratio": 1.065, "unit_investment_yuan_per_t": 26_000,
        "operating_cost_yuan_per_t": 21_885, "bought_cost_ratio": 0.5,
        "bought_investment_ratio": 0.5, "working_capital_ratio": 0.125, "construction_years": 2,
        "operating_years": 15, "income_tax_ratio": 0.2, "surcharge_ratio": 0.08,
        "utilisation_ratio": 0.6271, "price_yuan_per_t": price,
    }  # fmt: skip
    metrics = model.run(known(given, **middles), n_draws=2, rng=np.random.default_rng(7))
    assert metrics["firr_ratio"].sample[0] == pytest.approx(0.12, abs=1e-7)


def test_what_a_copper_refinery_may_cost():
    model = load_plugin("tuijin.project_models", "copper_refinery")
    given = {p.name: p for p in model.parameters()}
    ((name, low, high),) = model.decide(given, metric="firr_ratio", target=0.12, seed=7)
    assert name == "operating_cost_yuan_per_t"
    assert (low, high) == pytest.approx((79_002, 82_416), abs=1)
    metrics = model.run(
        known(given, operating_cost_yuan_per_t=low), n_draws=64, rng=np.random.default_rng(7)
    )
    assert metrics["typical_firr_ratio"].sample.min() >= 0.12


def test_investment_on_record_is_used():
    model = load_plugin("tuijin.project_models", "anode_plant")
    given = {p.name: p for p in model.parameters()}
    stated = known(given, investment_yuan=2e9, capacity_t_per_year=1e5)
    found = with_unit_investment(stated, tonnes=stated["capacity_t_per_year"])
    assert found["unit_investment_yuan_per_t"].ends == (20_000, 20_000)
    assert found["unit_investment_yuan_per_t"].is_verified
    metrics = model.run(stated, n_draws=8, rng=np.random.default_rng(7))
    assert "unit_investment_yuan_per_t" not in metrics["firr_ratio"].needs
    assert not metrics["typical_tax_yuan_per_year"].needs
