"""Draws keep their distribution and their rank correlation; sensitivity agrees with the NPV."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tuijin.engines.returns import appraise, one_way, read_project, simulate, tornado, two_way
from tuijin.engines.returns.sampling import draw_factors
from tuijin.errors import ModelError, ParameterOutOfRange

SPEC = {
    "construction_years": 2,
    "operation_years": 10,
    "benchmark_ratio": 0.12,
    "assets": {"works": {"yuan_by_year": [3e8, 2e8], "life_years": 10, "residual_ratio": 0.05}},
    "products": {"metal": {"quantity": 10_000, "price": 40_000}},
    "costs": {"ore": {"yuan_per_year": 2.2e8}, "wages": {"yuan_per_year": 3e7, "varies": False}},
    "uncertain": {
        "price": {"low_ratio": 0.7, "high_ratio": 1.2},
        "cost.ore": {"kind": "normal", "low_ratio": 0.8, "high_ratio": 1.2},
        "investment": {"kind": "uniform", "low_ratio": 0.9, "high_ratio": 1.3},
    },
    "correlations": [{"of": "price", "with": "cost.ore", "rank_ratio": 0.7},
                     {"of": "cost.ore", "with": "investment", "rank_ratio": -0.3}],
}  # fmt: skip


@pytest.fixture(scope="module")
def project():
    return read_project(SPEC)


def test_rank_correlations_are_kept(project):
    found = draw_factors(project, n_draws=5000, rng=np.random.default_rng(5))
    ranks = stats.spearmanr(np.stack(list(found.values()), axis=1)).statistic
    assert ranks[0, 1] == pytest.approx(0.7, abs=0.01)
    assert ranks[1, 2] == pytest.approx(-0.3, abs=0.01)
    assert ranks[0, 2] == pytest.approx(0.0, abs=0.02)


def test_distributions_are_as_asked(project):
    found = draw_factors(project, n_draws=2000, rng=np.random.default_rng(6))
    triangular = stats.triang(c=0.3 / 0.5, loc=0.7, scale=0.5)
    normal = stats.norm(1.0, 0.2 / stats.norm.ppf(0.95))
    uniform = stats.uniform(0.9, 0.4)
    for values, wanted in zip(found.values(), (triangular, normal, uniform), strict=True):
        assert stats.kstest(values, wanted.cdf).statistic < 1 / 2000 + 1e-9  # one in each part


def test_same_seed_same_draws(project):
    first, second, third = (simulate(project, n_draws=200, seed=seed) for seed in (4, 4, 5))
    assert (first.returns.npv_yuan == second.returns.npv_yuan).all()
    assert (first.returns.npv_yuan != third.returns.npv_yuan).any()


def test_missing_the_benchmark_is_a_negative_value(project):
    risk = simulate(project, n_draws=500, seed=1)
    assert risk.miss_ratio == (risk.returns.npv_yuan < 0).mean()
    assert ((risk.returns.irr_ratio < 0.12) == (risk.returns.npv_yuan < 0)).all()


def test_correlations_that_contradict_are_refused():
    pairs = [{"of": a, "with": b, "rank_ratio": rank} for a, b, rank in
             (("price", "cost.ore", 0.95), ("cost.ore", "investment", 0.95),
              ("price", "investment", -0.95))]  # fmt: skip
    with pytest.raises(ParameterOutOfRange, match="contradict"):
        simulate(read_project(SPEC | {"correlations": pairs}), n_draws=10, seed=1)


def test_factors_are_as_a_changed_spec(project):
    dearer = {"metal": {"quantity": 10_000, "price": 44_000}}
    changed = appraise(read_project(SPEC | {"products": dearer}))
    assert appraise(project, factors={"price": np.array([1.1])}).npv_yuan == pytest.approx(
        changed.npv_yuan
    )
    assert appraise(project, factors={"price.metal": np.array([1.1])}).npv_yuan == pytest.approx(
        changed.npv_yuan
    )


def test_draws_do_not_depend_on_their_neighbours(project):
    prices = np.random.default_rng(1).uniform(0.5, 1.5, 77)
    together = appraise(project, factors={"price": prices})
    for draw in (0, 31, 32, 76):
        alone = appraise(project, factors={"price": prices[draw : draw + 1]})
        assert together.irr_ratio[draw] == pytest.approx(alone.irr_ratio[0], rel=1e-12)
        assert together.npv_yuan[draw] == alone.npv_yuan[0]


def test_critical_point_has_no_value(project):
    for each in one_way(project):
        at = np.array([1 + each.critical_change_ratio])
        assert appraise(project, factors={each.factor: at}).npv_yuan[0] == pytest.approx(0, abs=1)
        assert each.coefficient_ratio[0] != 0


def test_tornado_is_sorted_and_two_way_contains_one_way(project):
    swings = [abs(bar.npv_yuan[1] - bar.npv_yuan[0]) for bar in tornado(project)]
    assert swings == sorted(swings, reverse=True)
    grid = two_way(project, factors=("price", "cost")).npv_yuan.reshape(5, 5)
    assert grid[2, 2] == pytest.approx(appraise(project).npv_yuan[0])
    one = next(each for each in one_way(project) if each.factor == "price")
    assert grid[1, 2] == pytest.approx(one.npv_yuan[1])


def test_unknown_factors_are_told():
    with pytest.raises(ParameterOutOfRange, match=r"price\.metal"):
        appraise(read_project(SPEC), factors={"prise": np.ones(1)})
    with pytest.raises(ModelError, match="/uncertain/prise"):
        read_project(SPEC | {"uncertain": {"prise": {"low_ratio": 0.9, "high_ratio": 1.1}}})
