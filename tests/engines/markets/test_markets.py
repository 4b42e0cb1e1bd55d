"""Price processes against closed forms, other programs, and planted truths."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from tuijin.engines import markets
from tuijin.engines.markets import MeanReversion, RandomWalk, Undecided
from tuijin.engines.markets.choosing import _error_of_mean, _origins, _score
from tuijin.engines.markets.correlation import rank_correlation, to_normal
from tuijin.engines.markets.scoring import crps_normal, normal_cdf
from tuijin.errors import ParameterOutOfRange

WALK = RandomWalk(drift_per_day=0.0004, variance_per_day=0.0002)
PULL = MeanReversion(rate_per_day=math.log(2) / 15, level_log=8.5, spread_log=0.12)


def simulate(process, *, n_points, rng, gaps=None, start=None):
    """Prices of a process at irregular dates."""
    gaps = rng.integers(1, 6, n_points - 1) if gaps is None else np.full(n_points - 1, gaps)
    days = np.concatenate([[0], np.cumsum(gaps)]).astype(float)
    logs = np.empty(n_points)
    logs[0] = 8.5 if start is None else start
    for i, gap in enumerate(gaps):
        mean, variance = process.moments(logs[i], float(gap))
        logs[i + 1] = mean + math.sqrt(variance) * rng.standard_normal()
    return markets.observe(days, np.exp(logs))


# --- moments


@pytest.mark.parametrize(("gap", "start"), [(0.5, 8.0), (7.0, 8.9), (200.0, 8.5)])
def test_moments_solve_their_differential_equations(gap, start):
    """dm/dt and dv/dt of each process, integrated by scipy."""
    kappa, noise = PULL.rate_per_day, 2 * PULL.rate_per_day * PULL.spread_log**2

    def of_pull(_, y):
        return [-kappa * (y[0] - PULL.level_log), -2 * kappa * y[1] + noise]

    def of_walk(_, y):
        return [WALK.drift_per_day, WALK.variance_per_day]

    for process, slope in ((PULL, of_pull), (WALK, of_walk)):
        solved = integrate.solve_ivp(slope, (0, gap), [start, 0.0], rtol=1e-10, atol=1e-12)
        assert process.moments(start, gap) == pytest.approx(solved.y[:, -1], rel=1e-7)


@pytest.mark.parametrize("process", [WALK, PULL])
def test_two_gaps_make_one(process):
    """Chapman and Kolmogorov: stepping twice is stepping once."""
    middle, first = process.moments(8.0, 3.0)
    mean, second = process.moments(middle, 11.0)
    slope = (process.moments(1.0, 11.0)[0] - process.moments(0.0, 11.0)[0]) ** 2
    whole = process.moments(8.0, 14.0)
    assert mean == pytest.approx(whole[0])
    assert slope * first + second == pytest.approx(whole[1])


def test_in_the_long_run_the_level_and_the_spread():
    mean, variance = PULL.moments(3.0, 1e5)
    assert (mean, math.sqrt(variance)) == pytest.approx((PULL.level_log, PULL.spread_log))
    assert PULL.moments(3.0, PULL.half_life_days)[0] == pytest.approx((3.0 + PULL.level_log) / 2)


# --- fitting


def test_random_walk_is_its_closed_form():
    seen = markets.observe([0, 1, 3, 4, 8], np.exp([1.0, 1.1, 1.0, 1.3, 1.4]))
    found = markets.fit_random_walk(seen)
    drift = 0.4 / 8
    rest = [(0.1 - drift) ** 2, (-0.1 - 2 * drift) ** 2 / 2, (0.3 - drift) ** 2,
            (0.1 - 4 * drift) ** 2 / 4]  # fmt: skip
    assert found.drift_per_day == pytest.approx(drift)
    assert found.variance_per_day == pytest.approx(sum(rest) / 3)


def test_at_equal_gaps_mean_reversion_is_a_regression_on_the_price_before():
    """AR(1) by ordinary least squares: the textbook's estimate."""
    seen = simulate(PULL, n_points=300, rng=np.random.default_rng(3), gaps=7)
    now, after = seen.logs[:-1], seen.logs[1:]
    design = np.column_stack([np.ones(now.size), now])
    (constant, slope), residuals, *_ = np.linalg.lstsq(design, after, rcond=None)
    found = markets.fit_mean_reversion(seen)
    assert math.exp(-7 * found.rate_per_day) == pytest.approx(slope, rel=1e-5)
    assert found.level_log == pytest.approx(constant / (1 - slope), rel=1e-6)
    _, step = found.moments(0.0, 7.0)
    assert step == pytest.approx(residuals[0] / (now.size - 2), rel=1e-5)


def joint_log_likelihood(parameters, seen):
    """Of all prices given the first, from the covariance of the whole path: no recursion."""
    log_rate, level, log_spread = parameters
    rate, spread = math.exp(log_rate), math.exp(log_spread)
    since = seen.days - seen.days[0]
    mean = level + (seen.logs[0] - level) * np.exp(-rate * since[1:])
    apart = np.abs(since[1:, None] - since[None, 1:])
    both = since[1:, None] + since[None, 1:]
    covariance = spread**2 * (np.exp(-rate * apart) - np.exp(-rate * both))
    return stats.multivariate_normal(mean, covariance).logpdf(seen.logs[1:])


@pytest.mark.parametrize("seed", range(3))
def test_at_any_dates_the_fit_is_the_top_of_the_likelihood(seed):
    seen = simulate(PULL, n_points=40, rng=np.random.default_rng(seed))
    found = markets.fit_mean_reversion(seen)
    n_steps = len(seen) - 1
    spread = found.spread_log * math.sqrt((n_steps - 2) / n_steps)  # ours is freed of its bias
    ours = (math.log(found.rate_per_day), found.level_log, math.log(spread))
    best = optimize.minimize(
        lambda p: -joint_log_likelihood(p, seen), ours, method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 2000},
    )  # fmt: skip
    assert joint_log_likelihood(ours, seen) == pytest.approx(-best.fun, abs=1e-6)
    assert ours == pytest.approx(tuple(best.x), abs=5e-3)


def test_planted_parameters_are_found():
    """The estimates of many long records scatter around the truth; the rate is biased upwards."""
    rng = np.random.default_rng(11)
    found = [markets.fit_mean_reversion(simulate(PULL, n_points=500, rng=rng)) for _ in range(100)]
    levels = np.array([f.level_log for f in found])
    assert levels.mean() == pytest.approx(PULL.level_log, abs=3 * levels.std() / 10)
    assert np.median([f.half_life_days for f in found]) == pytest.approx(15, rel=0.1)
    assert np.mean([f.spread_log for f in found]) == pytest.approx(0.12, rel=0.03)
    walks = [markets.fit_random_walk(simulate(WALK, n_points=500, rng=rng)) for _ in range(100)]
    variance = np.array([w.variance_per_day for w in walks])
    assert variance.mean() == pytest.approx(WALK.variance_per_day, rel=0.02)
    drift = np.array([w.drift_per_day for w in walks])
    assert drift.mean() == pytest.approx(WALK.drift_per_day, abs=3 * drift.std() / 10)


def test_the_interval_of_the_half_life_covers_the_truth():
    """250 records of 200 prices; 95 % nominal, the small-sample bias costs a little."""
    rng = np.random.default_rng(12)
    held = 0
    for _ in range(250):
        seen = simulate(PULL, n_points=200, rng=rng)
        low, high = markets.half_life_interval_days(seen)
        held += low <= 15 <= high
    assert 0.91 <= held / 250 <= 0.98, held / 250


def test_a_price_without_a_pull_has_no_longest_half_life():
    """Of 200 walks without drift; 95 % nominal."""
    rng, plain = np.random.default_rng(2), RandomWalk(0.0, 0.0002)
    ends = [markets.half_life_interval_days(simulate(plain, n_points=120, rng=rng))[1]
            for _ in range(200)]  # fmt: skip
    assert np.isinf(ends).mean() >= 0.91


# --- scoring


@pytest.mark.parametrize(
    ("mean", "deviation", "seen"), [(0, 1, 0), (0, 1, 2.5), (8.5, 0.02, 8.4), (-1, 3, 4)]
)
def test_crps_is_the_integral_that_defines_it(mean, deviation, seen):
    def below(x):
        return stats.norm.cdf(x, mean, deviation) ** 2

    def above(x):
        return (1 - stats.norm.cdf(x, mean, deviation)) ** 2

    wide = 12 * deviation
    numeric = (
        integrate.quad(below, min(mean, seen) - wide, seen, epsabs=1e-12, limit=200)[0]
        + integrate.quad(above, seen, max(mean, seen) + wide, epsabs=1e-12, limit=200)[0]
    )
    assert crps_normal(mean, deviation**2, seen) == pytest.approx(numeric, rel=1e-6)


def test_normal_cdf_is_scipys():
    z = np.linspace(-9, 9, 101)
    assert normal_cdf(z) == pytest.approx(stats.norm.cdf(z), abs=1e-15)


# --- choosing


def test_no_origin_sees_what_comes_after():
    rng = np.random.default_rng(5)
    seen = simulate(PULL, n_points=60, rng=rng)
    changed = markets.Observed(seen.days, seen.logs.copy())
    changed.logs[45:] += 1.0
    for fit in (markets.fit_random_walk, markets.fit_mean_reversion):
        for origin in range(20, 42):  # its farthest forecast is of point 44
            assert _score(fit, seen, origin) == _score(fit, changed, origin)
    assert _origins(31) == list(range(20, 31))
    assert len(_origins(5000)) == 60


@pytest.mark.slow
def test_the_process_that_was_planted_is_chosen():
    rng = np.random.default_rng(6)
    pulled = [markets.choose_process(simulate(PULL, n_points=250, rng=rng)) for _ in range(40)]
    walked = [markets.choose_process(simulate(WALK, n_points=250, rng=rng)) for _ in range(40)]
    assert sum(c.process is c.reversion for c in pulled) >= 36
    assert sum(c.process is c.walk for c in walked) >= 30
    clearly_wrong = sum(c.is_clear and c.process is c.reversion for c in walked)
    assert clearly_wrong <= 4  # 2.5 % of 40, and chance


def test_the_error_of_a_mean_knows_of_neighbours():
    rng = np.random.default_rng(7)
    noise = rng.standard_normal((2000, 103))
    moving = (noise[:, 3:] + noise[:, 2:-1] + noise[:, 1:-2] + noise[:, :-3]) / 2
    told = np.mean([_error_of_mean(row, lags=3) ** 2 for row in moving])
    assert 0.5 < told / moving.mean(axis=1).var() < 1.0  # Bartlett's weights fall short, not far
    plain = np.mean([_error_of_mean(row, lags=0) ** 2 for row in noise])
    assert plain == pytest.approx(noise.mean(axis=1).var(), rel=0.1)


def test_too_few_prices_are_undecided_and_say_how_many_are_missing():
    seen = simulate(PULL, n_points=25, rng=np.random.default_rng(1))
    assert markets.choose_process(seen) == Undecided(25, 5)
    still = markets.observe(np.arange(40.0), np.full(40, 5300.0))
    assert markets.choose_process(still) == Undecided(40, 0)


def test_a_listed_price_that_moves_seldom_can_be_scored():
    prices = np.repeat([300.0, 310.0, 305.0], 20)
    choice = markets.choose_process(markets.observe(np.arange(60.0), prices))
    assert math.isfinite(choice.walk_score_log)
    assert math.isfinite(choice.reversion_score_log)


def test_percentiles_of_moves_are_uniform():
    """Each move judged by a fit to the past alone: what has come true is spread evenly."""
    rng = np.random.default_rng(8)
    found = []
    for process, fit in ((PULL, markets.fit_mean_reversion), (WALK, markets.fit_random_walk)):
        for _ in range(150):
            seen = simulate(process, n_points=101, rng=rng)
            gap = seen.days[-1] - seen.days[-2]
            past = fit(seen.first(100))
            found.append(markets.percentile_of_move(
                past, from_log=seen.logs[-2], to_log=seen.logs[-1], gap_days=gap))  # fmt: skip
    assert stats.kstest(found, "uniform").pvalue > 0.01


# --- together


def test_nearest_correlation_is_highams():
    """The example of his paper, section 4: a matrix that is none, and the nearest that is one."""
    given = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    expected = np.array([[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]])
    assert markets.nearest_correlation(given) == pytest.approx(expected, abs=5e-5)


def test_nearest_correlation_is_one_and_no_other_is_nearer():
    rng = np.random.default_rng(9)
    for _ in range(20):
        given = rng.uniform(-1, 1, (5, 5))
        given = (given + given.T) / 2
        np.fill_diagonal(given, 1)
        found = markets.nearest_correlation(given)
        assert np.diag(found) == pytest.approx(1)
        assert np.linalg.eigvalsh(found).min() > -1e-9
        distance = np.linalg.norm(found - given)
        for _ in range(20):  # any mixture with another correlation matrix lies farther off
            other = np.corrcoef(rng.standard_normal((5, 8)))
            mixed = 0.95 * found + 0.05 * other
            assert np.linalg.norm(mixed - given) > distance - 1e-6
    whole = np.array([[1, 0.5], [0.5, 1]])
    assert markets.nearest_correlation(whole) == pytest.approx(whole)


def test_rank_correlation_is_scipys():
    rng = np.random.default_rng(10)
    left = rng.integers(0, 6, 50).astype(float)
    right = left + rng.normal(0, 2, 50)
    assert rank_correlation(left, right) == pytest.approx(stats.spearmanr(left, right).statistic)


def draw_pair(rank, *, n_draws=20_000, days=(10.0, 20.0), seed=4):
    return markets.draw_prices(
        [WALK, PULL], last_days=[0.0, 6.0], last_logs=[11.0, 8.7], days=days,
        rank_ratio=np.array([[1, rank], [rank, 1]]), n_draws=n_draws,
        rng=np.random.default_rng(seed),
    )  # fmt: skip


@pytest.mark.parametrize("rank", [-0.8, 0.0, 0.6])
def test_draws_have_the_moments_and_the_rank_correlation(rank):
    drawn = np.log(draw_pair(rank))
    for k, (process, day, log) in enumerate([(WALK, 0.0, 11.0), (PULL, 6.0, 8.7)]):
        for step, at in enumerate((10.0, 20.0)):
            mean, variance = process.moments(log, at - day)
            found = drawn[:, step, k]
            assert found.mean() == pytest.approx(mean, abs=4 * math.sqrt(variance / found.size))
            assert found.var() == pytest.approx(variance, rel=0.04)
    assert stats.spearmanr(drawn[:, 0, 0], drawn[:, 0, 1]).statistic == pytest.approx(
        rank, abs=0.02
    )


def test_the_same_rng_draws_the_same():
    assert (draw_pair(0.3) == draw_pair(0.3)).all()
    assert not (draw_pair(0.3) == draw_pair(0.3, seed=5)).any()


def test_contradicting_correlations_still_draw():
    rank = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    drawn = markets.draw_prices(
        [WALK] * 3, last_days=[0] * 3, last_logs=[8] * 3, days=[30], rank_ratio=rank,
        n_draws=5000, rng=np.random.default_rng(1),
    )  # fmt: skip
    found = np.corrcoef(np.log(drawn[:, 0]), rowvar=False)
    assert found == pytest.approx(markets.nearest_correlation(to_normal(rank)), abs=0.03)


def test_planted_correlation_is_found_over_the_dates_both_have():
    rng = np.random.default_rng(13)
    drawn = markets.draw_prices(
        [WALK, PULL], last_days=[0, 0], last_logs=[8.5, 8.5], days=np.arange(1, 401) * 7.0,
        rank_ratio=np.array([[1, 0.6], [0.6, 1]]), n_draws=1, rng=rng,
    )[0]  # fmt: skip
    days = np.arange(1, 401) * 7.0
    left = markets.observe(days[::2], drawn[::2, 0])  # every other week
    right = markets.observe(days, drawn[:, 1])
    together = markets.correlate([(left, WALK), (right, PULL)])
    assert together.n_common[0, 1] == 199
    assert together.rank_ratio[0, 1] == pytest.approx(0.6, abs=0.12)
    assert together.unknown == ()


def test_pairs_with_few_common_dates_are_independent_and_named():
    rng = np.random.default_rng(14)
    left = simulate(WALK, n_points=40, rng=rng, gaps=2)
    right = markets.Observed(left.days + 1, left.logs)
    together = markets.correlate([(left, WALK), (right, WALK), (left, WALK)])
    assert together.unknown == ((0, 1), (1, 2))
    assert together.rank_ratio[0, 1] == 0
    assert together.rank_ratio[0, 2] == pytest.approx(1)


def test_quantiles_ahead_are_those_of_draws():
    shares = (0.05, 0.5, 0.95)
    exact = markets.quantiles_ahead(PULL, from_log=8.7, gap_days=4.0, shares=shares)
    drawn = draw_pair(0.0, n_draws=200_000, days=(10.0,))[:, 0, 1]
    assert np.quantile(drawn, shares) == pytest.approx(exact, rel=2e-3)


# --- refusals


@pytest.mark.parametrize(
    ("days", "prices", "said"),
    [
        ([0, 1, 1], [1, 2, 3], "days must rise"),
        ([0, 1, 2], [1, 0, 3], "exceed 0, got 0"),
        ([0, 1, 2], [1, -5, 3], "exceed 0, got -5"),
        ([0, 1, 2], [1, math.inf, 3], "finite"),
        ([0, 1], [1, 2, 3], "a day for each price"),
    ],
)
def test_what_is_no_price_series_is_refused(days, prices, said):
    with pytest.raises(ParameterOutOfRange, match=said):
        markets.observe(days, prices)


def test_three_prices_are_not_fitted_and_no_day_lies_before_the_last_price():
    few = markets.observe([0, 1, 2], [1, 2, 3])
    for fit in (markets.fit_random_walk, markets.fit_mean_reversion):
        with pytest.raises(ParameterOutOfRange, match="4 prices"):
            fit(few)
    for days in ((5.0,), (10.0, 10.0)):
        with pytest.raises(ParameterOutOfRange, match="days must rise"):
            draw_pair(0.0, days=days)


def test_pairs_of_processes_share_their_interface():
    for process, gap in itertools.product((WALK, PULL), (1.0, np.array([1.0, 2.0]))):
        mean, variance = process.moments(8.0, gap)
        assert np.shape(mean) == np.shape(variance) == np.shape(gap)
