"""Rates of return: published vectors, closed forms, no root, several roots, dated flows."""

from __future__ import annotations

import csv
import json
import math
from datetime import date

import numpy as np
import numpy_financial
import pytest
import pyxirr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tuijin.engines.returns import (
    RateStatus,
    dated_rates,
    dated_value_yuan,
    internal_rates,
    internal_rates_of_rows,
)
from tuijin.engines.returns.rates import (
    capital_recovery_ratio,
    modified_rate_ratio,
    net_present_value_yuan,
    payback_years,
)
from tuijin.errors import ParameterOutOfRange


def flows_with_roots(*rates):
    """Flows whose present value is 0 exactly at these rates: the product of (1 - v (1 + r))."""
    flows = np.array([-1000.0])
    for rate in rates:
        flows = np.convolve(flows, [1.0, -(1 + rate)])
    return flows


@pytest.mark.parametrize(
    "rates",
    [(0.1,), (0.1, 0.2), (0.1, 0.2, 0.3), (-0.5, 0.05), (-0.9, -0.2, 0.0, 0.4), (0.07, 3.0, 40.0),
     (-0.3, 0.0), (0.01, 0.02, 0.03, 0.04)],
)  # fmt: skip
def test_every_root_is_found(rates):
    found = internal_rates(flows_with_roots(*rates))
    assert found.all_ratio == pytest.approx(rates, abs=1e-6)
    assert found.status == (RateStatus.ONE if len(rates) == 1 else RateStatus.SEVERAL)


@settings(max_examples=300, deadline=None)
@example([0, 1, 4])  # the flows sum to 0 but for rounding
@given(st.lists(st.integers(-90, 300), min_size=1, max_size=4, unique=True))
def test_every_root_of_random_flows_is_found(percents):
    rates = sorted(percent / 100 for percent in percents)
    found = internal_rates(flows_with_roots(*rates))
    assert found.all_ratio == pytest.approx(rates, abs=1e-6)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=26))
def test_as_many_as_the_eigenvalues_say(amounts):
    """numpy's companion matrix is another way to all roots; those close together are left out."""
    flows = np.array(amounts, dtype=float)
    found = internal_rates(flows)
    if not flows.any():
        assert found.status == RateStatus.ANY
        return
    roots = np.roots(np.trim_zeros(flows))  # in w = 1 + rate
    real = np.sort(roots[(abs(roots.imag) < 1e-9) & (roots.real > 1e-6)].real) - 1
    near = roots[(abs(roots.imag) < 1e-3) & (roots.real > 0)].real
    if near.size > 1 and np.diff(np.sort(near)).min() < 1e-3:
        return
    if near.size == real.size:
        assert found.all_ratio == pytest.approx(real, rel=1e-6, abs=1e-7)


def test_no_root_is_no_number():
    for flows in ([1, 2, 3], [-1, -2, -3], [100, -100, 100]):
        found = internal_rates(np.array(flows, dtype=float))
        assert found.status == RateStatus.NONE
        assert math.isnan(found.rate_ratio)
    assert internal_rates(np.zeros(3)).status == RateStatus.ANY


def test_a_double_root_is_one():
    found = internal_rates(np.array([100.0, -220.0, 121.0]))
    assert found.all_ratio == pytest.approx([0.1], abs=2.4e-7)


def test_rows_are_as_one_by_one():
    rng = np.random.default_rng(3)
    flows = rng.normal(20, 100, (1000, 26))
    flows[:500, 0] = -2000
    flows[10] = 0.0
    flows[11] = 5.0
    rates, statuses = internal_rates_of_rows(flows)
    for row, rate, status in zip(flows, rates, statuses, strict=True):
        one = internal_rates(row)
        assert status == one.status
        assert rate == pytest.approx(one.rate_ratio, rel=1e-9, abs=1e-12, nan_ok=True)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=25), st.integers(1, 20_000))
def test_one_change_of_sign_is_as_pyxirr_and_numpy_financial(received, paid):
    flows = np.array([-float(paid), *map(float, received)])
    rate = internal_rates(flows).rate_ratio
    assert net_present_value_yuan(flows, rate_ratio=rate) == pytest.approx(0, abs=1e-7 * paid)
    theirs = pyxirr.irr(flows, silent=True), float(numpy_financial.irr(flows))
    for found in theirs:
        if found is not None and not math.isnan(found):  # they give up on some
            assert found == pytest.approx(rate, rel=1e-5, abs=1e-6)


def test_published_vectors(shared):
    vectors = json.loads((shared / "finance" / "appraisal_vectors.json").read_text())
    assert len(vectors) == 18
    for vector in vectors:
        flows = np.array(vector["cash_flows"], dtype=float)
        if "irr" in vector:
            wanted = math.nan if vector["irr"] is None else vector["irr"]
            found = internal_rates(flows).rate_ratio
            assert found == pytest.approx(wanted, abs=6e-6, nan_ok=True), vector["id"]
        if "npv" in vector:
            value = net_present_value_yuan(flows, rate_ratio=vector["rate"])
            assert value == pytest.approx(vector["npv"], abs=0.01), vector["id"]
        if "mirr" in vector:
            wanted = math.nan if vector["mirr"] is None else vector["mirr"]
            found = modified_rate_ratio(
                flows, finance_ratio=vector["finance_rate"], reinvest_ratio=vector["reinvest_rate"]
            )
            assert found == pytest.approx(wanted, abs=6e-5, nan_ok=True), vector["id"]
        if "payback_years" in vector:
            assert payback_years(flows) == pytest.approx(vector["payback_years"], abs=0.005)


def test_the_published_answer_that_is_wrong():
    """docs: an IRR of 7.97 % cannot go with a positive NPV at 10 %; it is 18.69 %."""
    flows = np.array([-2_000_000, 600_000, 850_000, 900_000, 700_000.0])
    assert net_present_value_yuan(flows, rate_ratio=0.1) == pytest.approx(402_226.62, abs=0.005)
    assert internal_rates(flows).rate_ratio == pytest.approx(0.186874, abs=1e-6)
    assert payback_years(flows) == pytest.approx(2 + 550 / 900)


def test_fact_sheet_row_one():
    flows = np.array([-1000.0] + [200.0] * 10)
    assert internal_rates(flows).rate_ratio == pytest.approx(0.15098, abs=5e-6)
    for rate, value, years in ((0.12, 130.04, 8.09), (0.08, 342.02, 6.65)):
        assert net_present_value_yuan(flows, rate_ratio=rate) == pytest.approx(value, abs=0.005)
        assert payback_years(flows, rate_ratio=rate) == pytest.approx(years, abs=0.005)


def test_capital_recovery():
    assert capital_recovery_ratio(rate_ratio=0.06, n_years=20) == pytest.approx(0.08718, abs=5e-6)
    assert capital_recovery_ratio(rate_ratio=0.08, n_years=25) == pytest.approx(0.09368, abs=5e-6)
    assert capital_recovery_ratio(rate_ratio=0.0, n_years=4) == 0.25


def test_payback_that_never_comes_is_no_number():
    assert math.isnan(payback_years(np.array([-10.0, 4.0, 5.0])))
    assert math.isnan(payback_years(np.array([10.0, 4.0, 5.0])))


def read_sample(path):
    rows = list(csv.reader(path.read_text().splitlines()))
    return [date.fromisoformat(row[0]) for row in rows], [float(row[1]) for row in rows]


def test_published_dated_flows(shared):
    with (shared / "finance" / "xirr_expected.csv").open() as file:
        expected = list(csv.DictReader(file))
    for row in expected:
        dates, flows = read_sample(shared / "finance" / "xirr_samples" / row["file"])
        if row["quantity"] == "test_xnpv_samples":
            found = dated_value_yuan(dates, flows, rate_ratio=0.1)
        else:
            found = dated_rates(dates, flows).rate_ratio
        assert found == pytest.approx(float(row["value"]), rel=5e-9), row["file"]


def test_every_dated_root_is_a_root_and_none_is_missed(shared):
    """Signs on a fine grid of rates: each change has one of our roots in it."""
    for path in sorted((shared / "finance" / "xirr_samples").glob("*.csv")):
        dates, flows = read_sample(path)
        found = dated_rates(dates, flows)
        grid = np.expm1(np.linspace(math.log(1e-4), math.log(1e4), 2001))
        values = [dated_value_yuan(dates, flows, rate_ratio=float(rate)) for rate in grid]
        crossed = np.flatnonzero(np.diff(np.sign(values)) != 0)
        inside = [rate for rate in found.all_ratio if grid[0] < rate < grid[-1]]
        assert len(inside) == crossed.size, path.name
        for rate, i in zip(inside, crossed, strict=True):
            assert grid[i] <= rate <= grid[i + 1], path.name


def test_several_dated_roots_are_told():
    dates = [date.fromordinal(738_000 + 365 * n) for n in range(4)]
    found = dated_rates(dates, list(flows_with_roots(0.1, 0.2, 0.3)))
    assert found.status == RateStatus.SEVERAL
    assert found.rate_ratio == found.all_ratio[0]
    assert found.all_ratio == pytest.approx([0.1, 0.2, 0.3], abs=1e-8)


def test_a_leap_day_can_take_roots_away():
    """The same flows on 1 January: 2020 has 366 days, and two of the three rates are gone."""
    dates = [date(year, 1, 1) for year in range(2020, 2024)]
    assert dated_rates(dates, list(flows_with_roots(0.1, 0.2, 0.3))).status == RateStatus.ONE


def test_dated_flows_without_a_root():
    dates = [date(2020, 1, 1), date(2021, 1, 1)]
    assert dated_rates(dates, [1.0, 2.0]).status == RateStatus.NONE
    assert dated_rates(dates, [0.0, 0.0]).status == RateStatus.ANY
    with pytest.raises(ParameterOutOfRange, match="date"):
        dated_rates(dates, [1.0])


def test_rates_of_minus_one_are_refused():
    with pytest.raises(ParameterOutOfRange, match="-1"):
        net_present_value_yuan(np.array([1.0]), rate_ratio=-1.0)
