"""One station against the closed forms of queueing theory."""

from __future__ import annotations

from math import factorial, gamma, inf

import numpy as np
import pytest

from tests.engines.flow.networks import assert_within, exponential, one_station, run_of, solve


def erlang_c(c, load):
    """Share of arrivals that wait in M/M/c (Erlang 1917)."""
    waiting = load**c / factorial(c) * c / (c - load)
    return waiting / (sum(load**k / factorial(k) for k in range(c)) + waiting)


@pytest.mark.parametrize(("c", "utilisation"), [(1, 0.5), (1, 0.8), (2, 0.7), (4, 0.8), (10, 0.9)])
def test_mmc(c, utilisation):
    load = c * utilisation
    run = run_of(60_000)
    found = solve(one_station(exponential(1 / load), {"servers": c, "service": exponential(1)},
                              run=run))  # fmt: skip
    wait = erlang_c(c, load) / (c - load)
    assert_within(found["station.desk.wait"], wait)
    assert_within(found["class.entity.sojourn"], wait + 1)
    assert_within(found["station.desk.queue"], wait * load)
    assert_within(found["network.wip"], (wait + 1) * load)
    assert_within(found["station.desk.utilisation"], utilisation)


@pytest.mark.parametrize(("c", "places"), [(1, 0), (1, 4), (3, 2), (5, 0)])
def test_mmck_turns_away_as_many_as_it_should(c, places):
    load = 0.9 * c
    station = {"servers": c, "service": exponential(1), "buffer": places, "when_full": "lose"}
    found = solve(one_station(exponential(1 / load), station, run=run_of(30_000)))
    weights = [load**k / factorial(min(k, c)) / c ** max(0, k - c) for k in range(c + places + 1)]
    probabilities = np.array(weights) / sum(weights)
    assert_within(found["station.desk.lost_share"], probabilities[-1])
    assert_within(found["station.desk.inside"], probabilities @ np.arange(c + places + 1))
    assert_within(found["class.entity.throughput"], load * (1 - probabilities[-1]))


SERVICES = [  # mean 1, and the second moment
    ({"kind": "constant", "value": 1}, 1),
    ({"kind": "uniform", "low": 0.2, "high": 1.8}, 1 + 1.6**2 / 12),
    ({"kind": "gamma", "mean": 1, "shape": 0.5}, 3),
    ({"kind": "gamma", "mean": 1, "shape": 4.2}, 1 + 1 / 4.2),
    ({"kind": "erlang", "mean": 1, "phases": 3}, 4 / 3),
    ({"kind": "lognormal", "mean": 1, "deviation": 0.8}, 1.64),
    ({"kind": "triangular", "low": 0.1, "mode": 0.4, "high": 2.5},
     1 + (0.1**2 + 0.4**2 + 2.5**2 - 0.1 * 0.4 - 0.1 * 2.5 - 0.4 * 2.5) / 18),
    ({"kind": "weibull", "scale": 1 / gamma(1.5), "shape": 2}, 1 / gamma(1.5) ** 2),
    ({"kind": "empirical", "values": [0.5, 1, 2], "weights": [2, 1, 1]}, 1.375),
    ({"kind": "interpolated", "values": [0, 1, 2], "cumulative": [0, 0.5, 1]}, 4 / 3),
]  # fmt: skip


@pytest.mark.parametrize(("service", "second_moment"), SERVICES, ids=lambda v: str(v)[:40])
def test_mg1_waits_as_pollaczek_and_khinchine_say(service, second_moment):
    arrivals = 0.7
    found = solve(one_station(exponential(1 / arrivals), {"service": service},
                              run=run_of(60_000)))  # fmt: skip
    assert_within(found["station.desk.utilisation"], arrivals)
    assert_within(found["station.desk.wait"], arrivals * second_moment / 2 / (1 - arrivals))


def test_arrivals_in_batches():
    """M^X/M/1 with batches of 3: L = rho (X + 1) / (2 (1 - rho)) (Gross and Harris, 3.1)."""
    document = one_station(exponential(5), {"service": exponential(1)}, run=run_of(60_000))
    document["sources"]["in"]["batch"] = 3
    assert_within(solve(document)["station.desk.inside"], 0.6 * 4 / (2 * 0.4))


def test_priorities_wait_as_cobham_says():
    document = {
        "time_unit": "minutes",
        "classes": ["slow", "quick"],
        "sources": {
            "quick": {"to": "desk", "class": "quick", "every": exponential(1 / 0.4)},
            "slow": {"to": "desk", "class": "slow", "every": exponential(1 / 0.3)},
        },
        "stations": {
            "desk": {
                "queue": "priority",
                "priority": {"quick": 0, "slow": 1},
                "service": {"quick": 0.5, "slow": exponential(1.8)},
            }
        },
        "measures": {
            name: {"start": "desk.arrives", "end": "desk.starts", "class": name}
            for name in ("quick", "slow")
        },
        "run": run_of(100_000),
    }
    found = solve(document)
    residual = (0.4 * 0.25 + 0.3 * 2 * 1.8**2) / 2
    assert_within(found["measure.quick.mean"], residual / (1 - 0.2))
    assert_within(found["measure.slow.mean"], residual / (1 - 0.2) / (1 - 0.74))


def test_last_in_first_out_waits_as_long_but_less_evenly():
    """Variances of the wait: Kingman (1962); for M/M/1 LIFO E[W²] is E[W²] of FIFO / (1 - rho)."""
    measure = {"wait": {"start": "desk.arrives", "end": "desk.starts"}}
    station = {"service": exponential(1)}
    second_moments = {}
    for queue in ("fifo", "lifo"):
        document = one_station(exponential(2), {**station, "queue": queue}, measures=measure,
                               run=run_of(80_000))  # fmt: skip
        found = solve(document)
        assert_within(found["measure.wait.mean"], 1.0)
        mean, deviation = found["measure.wait.mean"].mean, found["measure.wait.deviation"].mean
        second_moments[queue] = mean**2 + deviation**2
    assert second_moments["fifo"] == pytest.approx(4, rel=0.05)
    assert second_moments["lifo"] == pytest.approx(8, rel=0.1)


def test_a_batch_server_by_its_markov_chain():
    """Poisson arrivals, up to 4 served at once in an exponential time, begun with at least 2."""
    arrivals, least, most, top = 1.5, 2, 4, 200
    station = {"service": exponential(1), "batch": {"least": least, "most": most}}
    found = solve(one_station(exponential(1 / arrivals), station, run=run_of(30_000)))
    queue, busy = _solve_batch_chain(arrivals, least, most, top)
    assert_within(found["station.desk.queue"], queue)
    assert_within(found["station.desk.utilisation"], busy)


def _solve_batch_chain(arrivals, least, most, top):
    """Mean queue and share of time at work; states are (at work?, waiting)."""
    states = [(0, q) for q in range(least)] + [(1, q) for q in range(top)]
    row = {state: n for n, state in enumerate(states)}
    rates = np.zeros((len(states), len(states)))
    for busy, q in states:
        here = row[busy, q]
        if not busy:
            rates[here, row[(0, q + 1) if q + 1 < least else (1, 0)]] += arrivals
        else:
            if q + 1 < top:
                rates[here, row[1, q + 1]] += arrivals
            rates[here, row[(1, max(0, q - most)) if q >= least else (0, q)]] += 1
    return _mean_over(states, rates)


def _mean_over(states, rates):
    generator = rates - np.diag(rates.sum(axis=1))
    generator[:, 0] = 1
    shares = np.linalg.solve(generator.T, np.eye(len(states))[0])
    return shares @ [q for _, q in states], shares @ [busy for busy, _ in states]


@pytest.mark.parametrize("percent", [50, 90, 95, 99])
def test_percentiles_of_an_exponential_sojourn(percent):
    """The sojourn in M/M/1 is exponential with mean 1 / (mu - lambda)."""
    document = one_station(exponential(2), {"service": exponential(1)},
                           measures={"stay": {"start": "network.enters", "end": "network.exits",
                                              "limit": 2.0}}, run=run_of(60_000))  # fmt: skip
    found = solve(document)
    assert_within(found[f"measure.stay.p{percent}"], -2 * np.log(1 - percent / 100),
                  relative=0.008)  # fmt: skip
    assert_within(found["measure.stay.within"], 1 - np.exp(-1))
    assert found["measure.stay.max"].mean < inf
