"""Networks against product forms, mean value analysis, machine repair and two-machine lines."""

from __future__ import annotations

from math import comb, factorial

import numpy as np
import pytest

from tests.engines.flow.networks import assert_within, exponential, run_of, solve


def test_a_jackson_network_with_rework():
    """Traffic a = 0.5 + 0.3 b + 0.2 c; each station is M/M/c by itself (Jackson 1957)."""
    document = {
        "time_unit": "minutes",
        "sources": {"in": {"to": "a", "every": exponential(2)}},
        "stations": {
            "a": {"service": exponential(0.8), "route": [{"to": "b", "probability": 0.6},
                                                         {"to": "c", "probability": 0.4}]},
            "b": {"servers": 2, "service": exponential(2),
                  "route": [{"to": "a", "probability": 0.3}, {"to": "exit", "probability": 0.7}]},
            "c": {"service": exponential(1.5), "route": [{"to": "a", "probability": 0.2},
                                                         {"to": "exit", "probability": 0.8}]},
        },
        "run": run_of(60_000),
    }  # fmt: skip
    found = solve(document)
    a = 0.5 / (1 - 0.6 * 0.3 - 0.4 * 0.2)
    loads = {"a": 0.8 * a, "b": 0.6 * a, "c": 1.5 * 0.4 * a}  # b: utilisation of each of two
    inside = {name: load / (1 - load) for name, load in loads.items()}
    inside["b"] = 2 * loads["b"] / (1 - loads["b"] ** 2)
    for name, load in loads.items():
        assert_within(found[f"station.{name}.utilisation"], load)
        assert_within(found[f"station.{name}.inside"], inside[name])
    assert_within(found["class.entity.sojourn"], sum(inside.values()) / 0.5)


@pytest.mark.parametrize("n", [1, 3, 8])
def test_a_closed_network_by_mean_value_analysis(n):
    """Central server with a delay (Reiser and Lavenberg 1980)."""
    demands, think = {"cpu": 1.0, "disk": 0.7, "tape": 0.3 * 2.5}, 4.0
    document = {
        "time_unit": "minutes",
        "populations": {"jobs": {"at": "think", "count": n}},
        "stations": {
            "think": {"servers": None, "service": exponential(think), "route": "cpu"},
            "cpu": {"service": exponential(1), "route": [{"to": "disk", "probability": 0.7},
                                                         {"to": "tape", "probability": 0.3}]},
            "disk": {"service": exponential(1), "route": "think"},
            "tape": {"service": exponential(2.5), "route": "think"},
        },
        "run": run_of(30_000),
    }  # fmt: skip
    queues, throughput = dict.fromkeys(demands, 0.0), 0.0
    for k in range(1, n + 1):
        stays = {name: d * (1 + queues[name]) for name, d in demands.items()}
        throughput = k / (think + sum(stays.values()))
        queues = {name: throughput * stay for name, stay in stays.items()}
    found = solve(document)
    assert_within(found["station.cpu.throughput"], throughput)
    for name, inside in queues.items():
        assert_within(found[f"station.{name}.inside"], inside)
    assert found["network.wip"].mean == n


def machine_repair(n, crew, up, repair):
    """Mean number of machines that stand still (Palm 1947)."""
    weights = [
        (repair / up) ** k
        * (comb(n, k) if k <= crew else factorial(n) / factorial(n - k) / factorial(crew)
           / crew ** (k - crew))
        for k in range(n + 1)
    ]  # fmt: skip
    return np.arange(n + 1) @ np.array(weights) / sum(weights)


@pytest.mark.parametrize("crew", [1, 2, 6])
def test_machine_repair_by_breakdowns_and_a_crew(crew):
    document = {
        "time_unit": "hours",
        "sources": {"supply": {"to": "mill", "every": 0, "when_full": "wait"}},
        "stations": {
            "mill": {
                "servers": 6, "buffer": 6, "service": 1.0,
                "breakdowns": [{"up": exponential(10), "repair": exponential(3),
                                "repaired_by": "fitters"}],
            }
        },
        "operators": {"fitters": {"count": crew}},
        "run": run_of(20_000),
    }  # fmt: skip
    found = solve(document)
    still = machine_repair(6, crew, 10, 3)
    assert_within(found["station.mill.down"], still / 6)
    assert_within(found["station.mill.throughput"], 6 - still)
    assert_within(found["operators.fitters.utilisation"], (6 - still) / 10 * 3 / crew)


def line(first, second, buffer, **parts):
    return {
        "time_unit": "minutes",
        "sources": {"supply": {"to": "m1", "every": 0, "when_full": "wait"}},
        "stations": {
            "m1": {"buffer": 0, "route": "m2", **first},
            "m2": {"buffer": buffer, **second},
        },
        "run": run_of(40_000),
        **parts,
    }


@pytest.mark.parametrize("buffer", [0, 1, 5])
def test_a_line_of_two_machines_that_block(buffer):
    """M1 never starves: what it has finished and M2 has not is a birth-death chain, 0 … b + 2."""
    fast, slow = 1 / 0.8, 1.0
    found = solve(line({"service": exponential(0.8)}, {"service": exponential(1)}, buffer))
    weights = (fast / slow) ** np.arange(buffer + 3)
    shares = weights / weights.sum()
    assert_within(found["class.entity.throughput"], slow * (1 - shares[0]))
    assert_within(found["station.m1.blocked"], shares[-1])
    assert_within(found["station.m2.utilisation"], 1 - shares[0])


def solve_line(rates, failures, repairs, buffer):
    """
    Throughput and mean level of two exponential machines with failures in operation.

    The Markov chain of Gershwin and Berman, Analysis of transfer lines consisting of two
    unreliable machines with random processing times and finite storage buffers, AIIE
    Transactions 13(1), 1981, solved as a linear system. Their N is buffer + 2.
    """
    top = buffer + 2
    states = [(n, a, b) for n in range(top + 1) for a in (0, 1) for b in (0, 1)]
    row = {state: k for k, state in enumerate(states)}
    q = np.zeros((len(states), len(states)))
    for n, a, b in states:
        here = row[n, a, b]
        if a and n < top:
            q[here, row[n + 1, a, b]] += rates[0]
            q[here, row[n, 0, b]] += failures[0]
        if b and n > 0:
            q[here, row[n - 1, a, b]] += rates[1]
            q[here, row[n, a, 0]] += failures[1]
        if not a:
            q[here, row[n, 1, b]] += repairs[0]
        if not b:
            q[here, row[n, a, 1]] += repairs[1]
    q -= np.diag(q.sum(axis=1))
    q[:, 0] = 1
    shares = np.linalg.solve(q.T, np.eye(len(states))[0])
    works = [rates[1] * (b and n > 0) for n, _, b in states]
    return shares @ works, shares @ [n for n, _, _ in states]


@pytest.mark.parametrize("buffer", [0, 3, 10])
def test_a_line_of_two_machines_that_fail_in_operation(buffer):
    rates, failures, repairs = (1.0, 1.2), (0.05, 0.08), (0.25, 0.3)
    machines = [
        {"service": exponential(1 / rate),
         "breakdowns": [{"by": "operation", "up": exponential(1 / p),
                         "repair": exponential(1 / r)}]}
        for rate, p, r in zip(rates, failures, repairs, strict=True)
    ]  # fmt: skip
    found = solve(line(*machines, buffer))
    throughput, level = solve_line(rates, failures, repairs, buffer)
    assert_within(found["class.entity.throughput"], throughput)
    in_m1 = found["station.m1.blocked"].mean  # the entity that M1 has finished and cannot give on
    assert found["station.m2.inside"].mean + in_m1 == pytest.approx(level, rel=0.03)


@pytest.mark.parametrize(("by", "share"), [("time", 10 / 13), ("operation", 1 / (1 + 3 / 10))])
def test_a_machine_alone_works_its_share_of_the_time(by, share):
    """Never idle, so both clocks run alike; up and repair need not be exponential."""
    breakdown = {"by": by, "up": {"kind": "gamma", "mean": 10, "shape": 2}, "repair": 3}
    machine = {"service": 0.4, "buffer": 0, "breakdowns": [breakdown]}
    found = solve(line({"service": 0}, machine, 0, run=run_of(20_000)))
    assert_within(found["station.m2.down"], 1 - share)
    assert_within(found["class.entity.throughput"], share / 0.4)


def test_shared_operators_make_one_queue_of_two():
    """Two desks, one clerk, the same exponential work: together they are M/M/1."""
    desk = {"servers": 1, "service": exponential(1), "crew": {"of": "clerks"}}
    document = {
        "time_unit": "minutes",
        "sources": {
            "left": {"to": "left", "every": exponential(2.5)},
            "right": {"to": "right", "every": exponential(3.5)},
        },
        "stations": {"left": desk, "right": desk},
        "operators": {"clerks": {"count": 1}},
        "run": run_of(60_000),
    }
    found = solve(document)
    load = 1 / 2.5 + 1 / 3.5
    assert_within(found["network.wip"], load / (1 - load))
    assert_within(found["operators.clerks.utilisation"], load)


def test_weather_closes_a_share_of_the_time():
    document = line({"service": 0}, {"service": 1.0, "calendars": ["storm"]}, 0)
    document["calendars"] = {
        "storm": {"open_for": exponential(30), "closed_for": {"kind": "gamma", "mean": 10,
                                                              "shape": 2}}
    }  # fmt: skip
    document["stations"]["m2"]["when_closed"] = "pause"
    found = solve(document)
    assert_within(found["calendar.storm.open"], 0.75)
    assert_within(found["class.entity.throughput"], 0.75)
