"""Kernels compiled and plain, each against a slow, obvious version by the same assertion."""

from __future__ import annotations

import math
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from numba import njit

from tests.engines.returns.random_projects import documents
from tuijin.engines.returns import (
    FIGURES,
    RateStatus,
    appraise,
    appraise_all,
    build_statements,
    internal_rates,
    read_project,
)
from tuijin.engines.returns.appraising import Returns
from tuijin.engines.returns.factors import scale_groups
from tuijin.engines.returns.kernels import (
    dated,
    draws,
    lanes,
    rates_by_lane,
    roots,
    years,
)
from tuijin.engines.returns.layout import build_layout
from tuijin.errors import ParameterOutOfRange

MODULES = (dated, draws, rates_by_lane, roots, years)
both_ways = pytest.mark.parametrize("compiled", [True, False])
TWO_RATES = np.convolve([-1000.0, 1100.0], [1.0, -1.3])  # 10 and 30 %
FLOWS = [
    np.array([-1000.0] + [200.0] * 10), TWO_RATES, np.array([-1.0, -2.0, 5.0, 0.0, 3.0]),
    np.array([100.0, -60.0, -70.0]), np.array([1.0, 2.0]), np.zeros(3),
    np.array([-5.0, 1.0, 1.0]), np.array([-1e9, 3e8, 4e8, -1e8, 9e8]),
]  # fmt: skip


@contextmanager
def plainly(monkeypatch):
    """Every kernel calls every other one as plain Python."""
    with monkeypatch.context() as patch:
        for module in MODULES:
            for name, function in list(vars(module).items()):
                if hasattr(function, "py_func"):
                    patch.setattr(module, name, function.py_func)
        with np.errstate(all="ignore"):  # compiled, a division by 0 is no error
            yield


@pytest.fixture
def way(compiled, monkeypatch):
    if compiled:
        yield
    else:
        with plainly(monkeypatch):
            yield


def value(flows, rate):
    return sum(flow / (1 + rate) ** t for t, flow in enumerate(flows))


@both_ways
@pytest.mark.parametrize("flows", FLOWS, ids=range(len(FLOWS)))
def test_rates_are_where_the_value_is_0(flows, way):
    found = internal_rates(flows)
    wanted = {1: (0.1, 0.3)}
    for rate in found.all_ratio:
        assert value(flows, rate) == pytest.approx(0, abs=1e-9 * np.abs(flows).max())
    if np.array_equal(flows, TWO_RATES):
        assert found.all_ratio == pytest.approx(wanted[1])
    assert len(found.all_ratio) == {RateStatus.NONE: 0, RateStatus.ANY: 0, RateStatus.ONE: 1}.get(
        found.status, 2
    )


@both_ways
def test_rates_of_lanes_are_those_of_rows(way):
    rng = np.random.default_rng(5)
    flows = rng.uniform(-200, 300, (2 * lanes.LANES + 3, 8))
    flows[:40, 0] = -900
    flows[:40, 1:] = abs(flows[:40, 1:])
    found = np.empty(len(flows)), np.empty(len(flows), dtype=np.uint8)
    rates_by_lane.find_rates(flows, *found)
    for row, rate, status in zip(flows, *found, strict=True):
        one = internal_rates(row)
        assert status == one.status
        assert rate == pytest.approx(one.rate_ratio, rel=1e-9, abs=1e-12, nan_ok=True)


@both_ways
def test_dated_rates_are_where_the_value_is_0(way):
    flows, apart = np.array([-100.0, 30.0, 90.0]), np.array([0.0, 0.5, 1.7])
    found = np.empty(3)
    n_found = dated.find_all(flows, apart, -20.0, 20.0, found)
    assert n_found == 1
    assert sum(f * math.exp(-t * found[0]) for f, t in zip(flows, apart, strict=True)) == (
        pytest.approx(0, abs=1e-9)
    )


@both_ways
def test_values_and_paybacks_by_hand(compiled):
    """Kernels that only kernels call have no way in from Python, and are compiled with one here."""
    values, paybacks = rates_by_lane.present_values, rates_by_lane.paybacks
    flows = np.repeat(np.array([[-100.0], [60.0], [60.0]]), lanes.LANES, axis=1)
    out, total = np.empty(lanes.LANES), np.empty(lanes.LANES)
    if compiled:
        call_values, call_paybacks = (
            njit(error_model="numpy")(kernel.py_func) for kernel in (values, paybacks)
        )
    else:
        call_values, call_paybacks = values.py_func, paybacks.py_func
    call_values(flows, 0.1, out)
    assert out == pytest.approx(np.full(lanes.LANES, -100 / 1.1 + 60 / 1.21 + 60 / 1.331))
    call_paybacks(flows, 0.0, total, out)
    assert out == pytest.approx(np.full(lanes.LANES, 2 + 40 / 60))


SPEC = {
    "construction_years": 1, "operation_years": 5, "benchmark_ratio": 0.1,
    "equity_benchmark_ratio": 0.1,
    "assets": {"works": {"yuan_by_year": [1e6], "life_years": 4, "vat_ratio": 0.13}},
    "products": {"metal": {"quantity": 100, "price": 9000, "vat_ratio": 0.13}},
    "costs": {"ore": {"yuan_per_year": 3e5, "vat_ratio": 0.13}},
    "loans": {
        "first": {"share_ratio": 0.4, "rate_ratio": 0.05, "repayment": "equal_payment",
                  "term_years": 3},
        "second": {"share_ratio": 0.2, "rate_ratio": 0.06, "repayment": "as_able"},
        "third": {"share_ratio": 0.1, "rate_ratio": 0.04, "term_years": 2},
    },
    "working_capital": {"yuan_by_year": [1e5, 5e4, 1e5], "rate_ratio": 0.04},
    "short_rate_ratio": 0.05,
    "distribution": {"payout_ratio": 0.5},
}  # fmt: skip


@both_ways
def test_the_years_are_the_statements(way):
    project = read_project(SPEC)
    series, found = build_statements(project), appraise(project)
    for flow, rate in (("project_flow", found.irr_ratio), ("equity_flow", found.equity_irr_ratio),
                       ("project_flow_before_tax", found.irr_before_tax_ratio)):  # fmt: skip
        assert rate[0] == pytest.approx(internal_rates(series[flow]).rate_ratio)
    taxes = series["vat"] + series["taxes_and_surcharges"] + series["income_tax"]
    assert found.taxes_yuan[0] == pytest.approx(taxes.sum())
    assert found.max_short_yuan[0] == pytest.approx(series["short_loan"].max())


def with_factor(document, name, factor):
    """Return the spec with all amounts of one name multiplied."""
    part, field = {"price": ("products", "price"), "cost": ("costs", "yuan_per_year"),
                   "investment": ("assets", "yuan_by_year")}[name]  # fmt: skip

    def times(x):
        return [each * factor for each in x] if isinstance(x, list) else x * factor

    changed = {key: {**row, field: times(row[field])} for key, row in document[part].items()}
    return {**document, part: changed}


@settings(max_examples=60, deadline=None)
@given(documents())
def test_every_draw_is_what_all_roots_of_its_own_statements_are(document):
    """Draws in lanes, with one root or several or none, beside the full solver one by one."""
    factors = np.linspace(0.2, 2.0, 37)
    project = read_project(document)
    for name in ("price", "investment"):
        found = appraise(project, factors={name: factors})
        for n in (0, 9, 17, 36):
            own = read_project(with_factor(document, name, float(factors[n])))
            series = build_statements(own)
            for flow, rates, statuses in (
                ("project_flow_before_tax", found.irr_before_tax_ratio,
                 found.irr_before_tax_status),
                ("project_flow", found.irr_ratio, found.irr_status),
            ):  # fmt: skip
                one = internal_rates(series[flow])
                scale = np.abs(series[flow]).max(initial=1.0)
                if np.any((series[flow] != 0) & (np.abs(series[flow]) < 1e-9 * scale)):
                    continue  # a flow of 0 but for rounding has whichever sign
                assert statuses[n] == one.status, (name, n)
                assert rates[n] == pytest.approx(one.rate_ratio, rel=1e-6, abs=1e-9, nan_ok=True), (
                    name,
                    n,
                )


def random_factors(n_draws, seed):
    rng = np.random.default_rng(seed)
    names = ("price", "volume", "cost", "investment", "income_tax", "surcharges")
    return {name: rng.uniform(0.5, 1.5, n_draws) for name in names}


def test_threads_and_figures_left_out_change_no_bit():
    projects = [read_project(SPEC), read_project(with_factor(SPEC, "price", 0.6))] * 3
    factors = [random_factors(1001, seed) for seed in range(len(projects))]
    serial = appraise_all(projects, factors=factors)
    threaded = appraise_all(projects, factors=factors, threads=3)
    some = appraise_all(
        projects, factors=factors, figures=("irr_ratio", "npv_yuan", "payback_years"), threads=2
    )
    for one, other, few in zip(serial, threaded, some, strict=True):
        for name in (*FIGURES, "irr_status", "equity_irr_status"):
            assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
        for name in ("irr_ratio", "npv_yuan", "payback_years", "irr_status"):
            assert getattr(one, name).tobytes() == getattr(few, name).tobytes(), name
        assert few.equity_irr_ratio.size == few.equity_irr_status.size == 0


def test_a_draw_does_not_hang_on_those_beside_it():
    factors, project = random_factors(1001, 7), read_project(SPEC)
    together = appraise(project, factors=factors)
    for n in (0, 31, 32, 500, 1000):
        alone = appraise(project, factors={name: x[n : n + 1] for name, x in factors.items()})
        for name in FIGURES:
            assert getattr(alone, name)[0] == pytest.approx(
                getattr(together, name)[n], rel=1e-12, nan_ok=True
            ), name


def test_rates_of_tax_may_vary():
    project = read_project(SPEC)
    changed = read_project(SPEC | {
        "income_tax": {"rate_ratio": 0.2},
        "surcharges": {"city_construction_ratio": 0.04, "education_ratio": 0.024,
                       "local_education_ratio": 0.016},
    })  # fmt: skip
    found = appraise(
        project, factors={"income_tax": np.array([0.8]), "surcharges": np.array([0.8])}
    )
    own = appraise(changed)
    assert found.npv_yuan[0] == pytest.approx(own.npv_yuan[0])
    assert found.taxes_yuan[0] == pytest.approx(own.taxes_yuan[0])


def test_a_figure_there_is_none_of_is_refused():
    with pytest.raises(ParameterOutOfRange, match="irr_ratio"):
        appraise(read_project(SPEC), figures=("irr",))
    assert isinstance(appraise(read_project(SPEC), figures=()), Returns)
    scales = scale_groups(build_layout(read_project(SPEC)).groups, {}, 2)
    assert (scales == 1).all()
