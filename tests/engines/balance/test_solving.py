"""Closed forms, a dense solve, and invariants on random chains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.balance.chains import BOILER, recycle, yield_chain
from tuijin.engines.balance import (
    check_closure,
    draw_chain,
    measure_closure,
    read_chain,
    read_figures,
    solve,
)
from tuijin.engines.balance.figures import CO2_PER_CARBON_RATIO
from tuijin.errors import ModelError

shares = st.floats(0.05, 1.0)


def solved(document, n_draws=1, seed=1):
    rng = np.random.default_rng(seed)
    return solve(draw_chain(read_chain(document), n_draws=n_draws, rng=rng), n_draws=n_draws)


@given(st.lists(shares, min_size=1, max_size=12))
def test_a_chain_of_yields_needs_the_inverse_of_their_product(yields):
    balance = solved(yield_chain(yields))
    assert -balance.crossing_t_per_year("feed") == pytest.approx(1 / np.prod(yields))
    assert balance.activity["s0"] == pytest.approx(1 / np.prod(yields))


@given(shares, st.floats(0.0, 1.0))
def test_a_recycle_is_a_geometric_series(yield_ratio, returned_ratio):
    again = returned_ratio * (1 - yield_ratio)
    balance = solved(recycle(yield_ratio, returned_ratio))
    made_of_a_tonne = sum(yield_ratio * again**k for k in range(2000))
    assert -balance.crossing_t_per_year("feed") == pytest.approx(1 / made_of_a_tonne, rel=1e-6)
    assert balance.activity["working"] == pytest.approx(1 / yield_ratio)


@st.composite
def random_chains(draw):
    """A chain with a recycle from any step to any step before it; all of it closes."""
    n = draw(st.integers(2, 8))
    document = yield_chain(draw(st.lists(shares, min_size=n, max_size=n)))
    names = ["feed", *(f"m{k}" for k in range(1, n)), "product"]
    for k in range(1, n):
        back = draw(st.integers(0, k))
        if back:
            scrap = f"scrap{k}"
            document["materials"][scrap] = {}
            step = document["steps"][f"s{k}"]
            made = step["outputs"][names[k + 1]]
            step["outputs"][scrap] = (1 - made) * draw(shares)
            document["steps"][f"back{k}"] = {
                "inputs": {scrap: 1}, "outputs": {names[back]: draw(shares)}, "rest": "loss",
            }  # fmt: skip
            if step["outputs"][scrap] == 0:
                del document["steps"][f"back{k}"], document["materials"][scrap]
                del step["outputs"][scrap]
    return document


@given(random_chains())
def test_blocks_agree_with_one_dense_solve(document):
    balance = solved(document)
    steps = list(document["steps"])
    inside = [m for m, row in document["materials"].items() if row.get("boundary") is None]
    matrix = np.zeros((len(inside), len(steps)))
    for r, material in enumerate(inside):
        for c, key in enumerate(steps):
            step = document["steps"][key]
            matrix[r, c] = step["outputs"].get(material, 0) - step["inputs"].get(material, 0)
    wanted = np.array([float(m == "product") for m in inside])
    found = np.array([balance.activity[key][0] for key in steps])
    assert found == pytest.approx(np.linalg.solve(matrix, wanted), rel=1e-8, abs=1e-10)


@given(random_chains())
def test_what_comes_in_goes_out(document):
    balance = solved(document)
    crossing = [balance.crossing_t_per_year(m) for m, row in document["materials"].items()]
    feed = -balance.crossing_t_per_year("feed")
    assert sum(crossing) == pytest.approx(0, abs=1e-9 * feed[0])
    for name, row in document["materials"].items():
        if row.get("boundary") is None and name != "product":
            assert balance.crossing_t_per_year(name) == pytest.approx(0, abs=1e-9 * feed[0])
    assert max(c.worst_ratio for c in check_closure(balance)) < 1e-9


def test_a_kiln_by_hand():
    """CaCO3 and carbon: the figures are worked out beside the chain."""
    balance = solved(BOILER)
    check_closure(balance)
    figures = {name: f.sample[0] for name, f in read_figures(balance).items() if f.sample.size}
    gas_t = 1.785 + 0.2 + 0.5329 - 1.0
    assert figures["direct_tco2_per_t"] == pytest.approx(gas_t * 0.27291 * CO2_PER_CARBON_RATIO)
    assert figures["direct_tco2_per_t"] == pytest.approx(gas_t, rel=1e-3)  # all of it is CO2
    assert figures["power_tco2_per_t"] == pytest.approx(0.06 * 0.6849)
    assert figures["upstream_tco2_per_t"] == pytest.approx(1.785 * 0.01 + 0.2 * 0.1)
    assert figures["energy_kgce_per_t"] == pytest.approx(0.2 * 1114 + 60 * 0.1229)
    assert figures["cost_yuan_per_t"] == pytest.approx(1.785 * 50 + 0.2 * 700 + 60 * 0.4 + 30)
    assert figures["power_kwh_per_t"] == pytest.approx(60)


def test_figures_say_what_they_rest_on():
    figures = read_figures(solved(BOILER))
    assert figures["power_tco2_per_t"].factor_years == (2022,)
    assert figures["energy_kgce_per_t"].unverified == ("/materials/coal/energy_kgce_per_t",)
    assert figures["power_tco2_per_t"].unverified == ()


def test_an_unknown_price_leaves_the_cost_unknown_and_is_named():
    document = yield_chain([0.5])
    document["materials"]["feed"] = {"boundary": "bought"}
    cost = read_figures(solved(document))["cost_yuan_per_t"]
    assert cost.sample.shape == (0,)
    assert cost.missing == ("/materials/feed/price_yuan_per_t",)


def test_ranges_go_through():
    document = yield_chain([0.5, 0.8])
    document["steps"]["s0"]["outputs"]["m1"] = {"low": 0.4, "high": 0.6}
    document["steps"]["s1"]["outputs"]["product"] = {"low": 0.7, "mode": 0.8, "high": 0.9}
    balance = solved(document, n_draws=4000)
    net = {step: balance.net[m, step] for m, step in (("m1", "s0"), ("product", "s1"))}
    assert -balance.crossing_t_per_year("feed") == pytest.approx(1 / (net["s0"] * net["s1"]))
    assert (net["s0"].min() >= 0.4, net["s0"].max() <= 0.6) == (True, True)
    assert net["s1"].mean() == pytest.approx(0.8, abs=0.005)
    again = solved(document, n_draws=4000)
    assert again.activity["s0"].tobytes() == balance.activity["s0"].tobytes()


def test_energy_may_be_lost_and_not_made():
    document = yield_chain([1.0])
    document["materials"]["feed"] |= {"heat_kwh_per_t": 100}
    document["materials"]["product"] = {"heat_kwh_per_t": 80}
    (energy,) = (c for c in measure_closure(solved(document)) if c.of == "energy")
    assert energy.gap_ratio == pytest.approx(-0.2)
    document["materials"]["product"] = {"heat_kwh_per_t": 120}
    with pytest.raises(ModelError, match="energy") as caught:
        check_closure(solved(document))
    assert caught.value.code == "not_closed"
    document["carriers"] = {"power": {}}
    document["steps"]["s0"]["energy_kwh"] = {"power": 30}
    check_closure(solved(document))


def test_elements_are_held_to_account():
    document = yield_chain([0.5])
    document["materials"]["feed"] |= {"elements": {"Cu": 0.5}}
    document["materials"]["product"] = {"elements": {"Cu": 0.99}}
    with pytest.raises(ModelError, match=r"/steps/s0: gives 0\.01 of what it takes less: Cu"):
        check_closure(solved(document))
    document["materials"]["product"] = {"elements": {"Cu": 1.0}}
    check_closure(solved(document))


def test_a_step_that_makes_mass_is_refused():
    document = yield_chain([1.0])
    document["steps"]["s0"] = {"inputs": {"feed": 1}, "outputs": {"product": 1.02}}
    with pytest.raises(ModelError, match=r"/steps/s0: gives 0\.02 .* more: mass"):
        check_closure(solved(document))


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        (lambda d: d["materials"].update(feed={}), "/materials/feed", "spec_invalid"),
        (lambda d: d["materials"].update(m1={"boundary": "waste"}), "/steps/s0", "spec_invalid"),
        (lambda d: d["materials"]["loss"].update(boundary="bought"), "/materials/loss",
         "negative_flow"),
        (lambda d: d["steps"].update(twin={"inputs": {"feed": 1}, "outputs": {"m1": 1}}),
         "/steps/twin", "spec_invalid"),
    ],
)  # fmt: skip
def test_a_chain_that_is_not_decided_says_where(change, path, code):
    document = yield_chain([0.5, 0.8])
    change(document)
    with pytest.raises(ModelError) as caught:
        solved(document)
    assert (caught.value.problems[0].field, caught.value.code) == (path, code)


def test_a_recycle_that_grows_runs_backwards():
    document = recycle(0.5, 1.0)
    document["steps"]["returning"] = {"inputs": {"scrap": 1}, "outputs": {"charge": 3}}
    with pytest.raises(ModelError) as caught:
        solved(document)
    assert caught.value.code == "negative_flow"
