"""Replications: the same answer however run, honest intervals, and named ends."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.engines.flow.networks import exponential, one_station, run_of, solve
from tuijin.engines.flow import errors, students_t


def mm1(**run):
    return one_station(exponential(1.25), {"service": exponential(1)}, run=run_of(**run))


def assert_same(left, right):
    assert left.values.keys() == right.values.keys()
    for figure, values in left.values.items():
        np.testing.assert_array_equal(values, right.values[figure], err_msg=figure)


def test_threads_and_repetition_change_nothing():
    document = mm1(horizon=3_000, replications=7)
    once = solve(document)
    assert_same(once, solve(document))
    assert_same(once, solve(document, threads=3))


def test_seeds_and_replications_differ():
    first, other = solve(mm1(horizon=2_000, seed=1)), solve(mm1(horizon=2_000, seed=2))
    both = [*first.values["station.desk.wait"], *other.values["station.desk.wait"]]
    assert len(set(both)) == len(both)


def test_intervals_cover_the_truth_as_often_as_they_say():
    """400 experiments of 5 replications; 95 % intervals; 3.3 standard deviations allowed."""
    n = 400
    document = mm1(horizon=12_000, warm_up=1_000, replications=5 * n, seed=11)
    values = solve(document, threads=2).values["station.desk.wait"].reshape(n, 5)
    half = students_t.quantile(0.975, 4) * values.std(axis=1, ddof=1) / np.sqrt(5)
    share = (np.abs(values.mean(axis=1) - 4.0) <= half).mean()
    assert abs(share - 0.95) < 3.3 * np.sqrt(0.95 * 0.05 / n)


@pytest.mark.parametrize(
    ("probability", "degrees", "expected"),
    [(0.975, 1, 12.706204736), (0.975, 4, 2.776445105), (0.95, 10, 1.812461123),
     (0.995, 30, 2.749995654), (0.975, 1000, 1.962339081)],
)  # fmt: skip
def test_quantiles_of_students_t(probability, degrees, expected):
    """Abramowitz and Stegun, table 26.10, to more digits."""
    assert students_t.quantile(probability, degrees) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("threads", [1, 2])
def test_runs_until_it_is_precise(threads):
    precision = {"figure": "station.desk.wait", "relative": 0.05}
    document = mm1(horizon=5_000, replications=500, precision=precision)
    found = solve(document, threads=threads)["station.desk.wait"]
    assert (found.high - found.low) / 2 <= 0.05 * found.mean
    assert 5 < found.n_replications < 500
    document["run"]["replications"] = found.n_replications - 1
    less = solve(document)["station.desk.wait"]
    assert (less.high - less.low) / 2 > 0.05 * less.mean


def test_progress_rises_to_one():
    told = []
    solve(mm1(horizon=3_000_000, replications=2), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 3


@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_ends_soon_after_it_is_told_to(threads):
    begun = time.monotonic()
    with pytest.raises(errors.Cancelled):
        solve(mm1(horizon=1e9, replications=2, max_events=10**10), threads=threads,
              should_stop=lambda: time.monotonic() - begun > 0.3)  # fmt: skip
    assert time.monotonic() - begun < 2


def test_a_loop_without_time_is_named():
    document = one_station(exponential(1), {"service": 0, "route": [
        {"to": "desk", "probability": 1}]})  # fmt: skip
    with pytest.raises(errors.ZeroTimeLoop, match="100,000 events at time"):
        solve(document)


def test_an_endless_source_without_a_limit_is_a_loop_too():
    document = one_station(0, {"service": 1})
    document["sources"]["in"]["when_full"] = "wait"
    with pytest.raises(errors.ZeroTimeLoop):
        solve(document)


def test_too_many_events_are_named():
    with pytest.raises(errors.EventLimit, match="1,000 events"):
        solve(mm1(max_events=1_000))


def test_too_many_entities_are_named(monkeypatch):
    monkeypatch.setattr("tuijin.engines.flow.replication.MOST_JOBS", 10_000)
    with pytest.raises(errors.MemoryLimit, match="entities at time"):
        solve(one_station(exponential(0.1), {"service": exponential(1)}))


def test_stations_that_wait_for_each_other_are_named():
    document = {
        "time_unit": "minutes",
        "populations": {"one": {"at": "a", "count": 2}, "two": {"at": "b", "count": 2}},
        "stations": {"a": {"service": 1, "buffer": 1, "route": "b"},
                     "b": {"service": 1, "buffer": 1, "route": "a"}},
        "run": run_of(100, warm_up=0),
    }  # fmt: skip
    with pytest.raises(errors.Deadlock, match="waited for: a, b"):
        solve(document)


def test_memory_does_not_grow_with_time():
    """Five hundred thousand entities through a station take the rows of a few."""
    from tuijin.engines.flow import read_network
    from tuijin.engines.flow.layout import build_layout
    from tuijin.engines.flow.replication import Replication

    layout = build_layout(read_network(mm1(horizon=625_000, replications=1)))
    replication = Replication(layout, seed=1, replication=0)
    rows = {name: len(table) for name, table in replication.tables.items()}
    replication.run()
    assert replication.tables["class_"]["exited"][0] > 490_000
    assert rows == {name: len(table) for name, table in replication.tables.items()}
