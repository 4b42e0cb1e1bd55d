"""SimPy and Ciw on the same networks: the intervals of both sides meet."""

from __future__ import annotations

import random
from math import hypot, sqrt
from statistics import fmean, stdev

import ciw
import pytest
import simpy

from tests.engines.flow.networks import exponential, run_of, solve

HORIZON, WARM_UP = 1_500.0, 100.0


def assert_alike(estimate, theirs):
    """Difference of the means within 4.5 of its standard deviations (t, few replications)."""
    spread = hypot(estimate.deviation / sqrt(estimate.n_replications),
                   stdev(theirs) / sqrt(len(theirs)))  # fmt: skip
    assert abs(estimate.mean - fmean(theirs)) < 4.5 * spread, (estimate, fmean(theirs))
    assert 4.5 * spread < 0.3 * estimate.mean, "too wide to say anything"


def workshop():
    """Two machines with a small buffer, an operator for both, a machine that breaks down."""
    return {
        "time_unit": "minutes",
        "sources": {"in": {"to": "saw", "every": exponential(3)}},
        "stations": {
            "saw": {"service": exponential(1.0), "crew": {"of": "worker"}, "route": "mill"},
            "mill": {"service": {"kind": "uniform", "low": 0.5, "high": 1.5}, "buffer": 2,
                     "breakdowns": [{"up": exponential(40), "repair": exponential(8)}],
                     "route": [{"to": "saw", "probability": 0.1},
                               {"to": "exit", "probability": 0.9}]},
        },
        "operators": {"worker": {"count": 1}},
        "run": run_of(HORIZON, warm_up=WARM_UP, replications=1000, seed=5),
    }  # fmt: skip


class Workshop:
    """The workshop in SimPy."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.env = simpy.Environment()
        self.worker = simpy.Resource(self.env, 1)
        self.before_mill = simpy.Store(self.env, 2)
        self.saw = simpy.Resource(self.env, 1)
        self.stays, self.up = [], self.env.event()
        self.mill_busy = None
        for process in (self.arrivals(), self.mill(), self.failures()):
            self.env.process(process)

    def arrivals(self):
        while True:
            yield self.env.timeout(self.rng.expovariate(1 / 3))
            self.env.process(self.part(self.env.now))

    def part(self, created):
        with self.saw.request() as turn:
            yield turn
            with self.worker.request() as hand:
                yield hand
                yield self.env.timeout(self.rng.expovariate(1.0))
            yield self.before_mill.put(created)

    def mill(self):
        self.process = self.env.active_process
        self.is_up = True
        while True:
            created = yield self.before_mill.get()
            left = self.rng.uniform(0.5, 1.5)
            while left > 0:
                if not self.is_up:
                    yield self.up
                begun, self.mill_busy = self.env.now, True
                try:
                    yield self.env.timeout(left)
                    left = 0
                except simpy.Interrupt:
                    left -= self.env.now - begun
                self.mill_busy = False
            if self.rng.random() < 0.1:
                self.env.process(self.part(created))
            elif self.env.now > WARM_UP:
                self.stays.append(self.env.now - created)

    def failures(self):
        while True:
            yield self.env.timeout(self.rng.expovariate(1 / 40))
            self.is_up, self.up = False, self.env.event()
            if self.mill_busy:
                self.process.interrupt()
            yield self.env.timeout(self.rng.expovariate(1 / 8))
            self.is_up = True
            self.up.succeed()

    def run(self):
        self.env.run(HORIZON)
        return fmean(self.stays)


def test_a_workshop_in_simpy():
    """The mill's server is the third place: SimPy's store holds those in the buffer only."""
    found = solve(workshop())
    theirs = [Workshop(seed).run() for seed in range(60)]
    assert_alike(found["class.entity.sojourn"], theirs)


def clinic():
    """Two classes, a shared first station, blocking, probabilities by class."""
    return {
        "time_unit": "minutes",
        "classes": ["a", "b"],
        "sources": {"a": {"to": "desk", "class": "a", "every": exponential(2.5)},
                    "b": {"to": "desk", "class": "b", "every": exponential(4)}},
        "stations": {
            "desk": {"servers": 2, "service": {"a": exponential(1), "b": exponential(2)},
                     "queue": "priority", "priority": {"a": 1, "b": 0},
                     "route": {"a": "ward", "b": [{"to": "ward", "probability": 0.5},
                                                  {"to": "exit", "probability": 0.5}]}},
            "ward": {"servers": 2, "buffer": 3, "service": exponential(2.4)},
        },
        "run": run_of(HORIZON, warm_up=WARM_UP, replications=1000, seed=6),
    }  # fmt: skip


def solve_clinic_with_ciw(seed):
    ciw.seed(seed)
    exp = ciw.dists.Exponential
    network = ciw.create_network(
        arrival_distributions={"a": [exp(1 / 2.5), None], "b": [exp(1 / 4), None]},
        service_distributions={"a": [exp(1), exp(1 / 2.4)], "b": [exp(1 / 2), exp(1 / 2.4)]},
        routing={"a": [[0.0, 1.0], [0.0, 0.0]], "b": [[0.0, 0.5], [0.0, 0.0]]},
        priority_classes={"a": 1, "b": 0},
        number_of_servers=[2, 2], queue_capacities=[float("inf"), 3],
    )  # fmt: skip
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(HORIZON)
    records = [r for r in simulation.get_all_records() if r.arrival_date > WARM_UP]
    desk = [r for r in records if r.node == 1]
    return {
        "a": fmean(r.waiting_time for r in desk if r.customer_class == "a"),
        "b": fmean(r.waiting_time for r in desk if r.customer_class == "b"),
        "blocked": fmean(r.time_blocked for r in desk),
    }


@pytest.fixture(scope="module")
def by_ciw():
    return [solve_clinic_with_ciw(seed) for seed in range(40)]


def test_a_clinic_in_ciw(by_ciw):
    document = clinic()
    document["measures"] = {
        name: {"start": "desk.arrives", "end": "desk.starts", "class": name} for name in "ab"
    }
    document["measures"]["blocked"] = {"start": "desk.finishes", "end": "desk.leaves"}
    found = solve(document)
    for name in ("a", "b", "blocked"):
        assert_alike(found[f"measure.{name}.mean"], [seen[name] for seen in by_ciw])
