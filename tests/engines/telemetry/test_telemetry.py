"""Measuring against a slow version in plain Python, a known truth, and known coverage."""

import itertools
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuijin.engines import telemetry
from tuijin.engines.telemetry import States
from tuijin.engines.telemetry.figures import share_within
from tuijin.engines.telemetry.passages import find_gates
from tuijin.engines.telemetry.shares import DOINGS, classify


def build_states(rows):
    """States of rows (time, vehicle, node, trigger, handling); the rest is quiet."""
    columns = np.array(rows, dtype=float).reshape(-1, 5).T
    quiet = np.zeros(columns.shape[1], dtype=bool)
    return States(
        time_seconds=columns[0], vehicle=columns[1].astype(int), node=columns[2].astype(int),
        trigger=columns[3].astype(int), handling=columns[4].astype(int), is_driving=quiet,
        is_charging=quiet, has_order=quiet, is_available=~quiet, load_kg=columns[0] * 0,
    ).in_order()  # fmt: skip


@st.composite
def logs(draw):
    rows, at = [], {0: 0.0, 1: 0.0, 2: 0.0}
    for _ in range(draw(st.integers(1, 60))):
        vehicle = draw(st.integers(0, 2))
        at[vehicle] += draw(st.sampled_from([0.0, 1.0, 20.0, 59.0, 61.0, 300.0]))
        rows.append((at[vehicle], vehicle, draw(st.integers(0, 3)), draw(st.integers(0, 2)),
                     draw(st.integers(0, 2))))  # fmt: skip
    return build_states(rows)


def walk_passages(states, gates):
    """Row by row, as one would by hand."""
    found, left_out = [], 0
    for vehicle in sorted(set(states.vehicle.tolist())):
        rows = [i for i in range(len(states)) if states.vehicle[i] == vehicle]
        k = 0
        while k < len(rows):
            if states.node[rows[k]] not in gates:
                k += 1
                continue
            end = k
            while end < len(rows) and states.node[rows[end]] in gates:
                end += 1
            release, waited = end, None
            for j in range(k, end):
                if states.trigger[rows[j]] == 1:
                    waited = j
                    break
            if waited is not None:
                release = waited
                while release < len(rows) and states.trigger[rows[release]] == 1:
                    release += 1
            t = states.time_seconds
            begin_seen = k > 0 and t[rows[k]] - t[rows[k - 1]] <= 60
            end_seen = release < len(rows) and t[rows[release]] - t[rows[release - 1]] <= 60
            if begin_seen and end_seen:
                found.append((vehicle, t[rows[k]], t[rows[release]]))
            else:
                left_out += 1
            k = end
    return found, left_out


@settings(max_examples=400, deadline=None)
@given(states=logs())
def test_passages_as_found_row_by_row(states):
    passages = telemetry.find_passages(states)
    expected, left_out = walk_passages(states, set(find_gates(states).tolist()))
    rows = list(zip(passages.vehicle, passages.arrived_seconds, passages.released_seconds,
                    strict=True))  # fmt: skip
    assert rows == expected
    assert passages.n_left_out == left_out


@settings(max_examples=400, deadline=None)
@given(states=logs())
def test_trips_as_found_row_by_row(states):
    ended, cycles = [], []
    for vehicle in sorted(set(states.vehicle.tolist())):
        rows = [i for i in range(len(states)) if states.vehicle[i] == vehicle]
        pick, has_dropped, is_dropping = None, False, False
        for before, now in itertools.pairwise(rows):
            was, does = states.handling[before], states.handling[now]
            if does == 2 and was != 2:
                has_dropped, is_dropping = True, True
            if was == 2 and does != 2 and is_dropping:
                ended.append(states.time_seconds[now])
                is_dropping = False
            if does == 1 and was != 1:
                if pick is not None and has_dropped:
                    cycles.append((states.time_seconds[now] - pick) / 60)
                pick, has_dropped = states.time_seconds[now], False
    trips = telemetry.find_trips(states)
    assert trips.ended_seconds.tolist() == ended
    assert trips.cycle_minutes.tolist() == pytest.approx(cycles)


@settings(max_examples=200, deadline=None)
@given(states=logs())
def test_shares_are_those_of_a_walk(states):
    spent = dict.fromkeys(DOINGS, 0.0)
    doing = classify(states)
    for i in range(len(states) - 1):
        if states.vehicle[i] == states.vehicle[i + 1]:
            seconds = min(60.0, states.time_seconds[i + 1] - states.time_seconds[i])
            spent[DOINGS[doing[i]]] += seconds
    total = sum(spent.values())
    shares = telemetry.measure_shares(states)
    if total:
        assert {d: shares[d] for d in DOINGS} == pytest.approx(
            {d: s / total for d, s in spent.items()}
        )
    else:
        assert shares == {}


def test_a_day_by_hand():
    rows = [(0, 0, 0, 0, 1), (30, 0, 0, 0, 0), (60, 0, 7, 1, 0), (110, 0, 7, 1, 0),
            (150, 0, 7, 2, 0), (180, 0, 8, 0, 2), (200, 0, 8, 0, 0), (250, 0, 0, 0, 1)]  # fmt: skip
    states = build_states(rows)
    assert telemetry.find_passages(states).clearance_minutes.tolist() == [1.5]
    trips = telemetry.find_trips(states)
    assert trips.ended_seconds.tolist() == [200]
    assert trips.cycle_minutes.size == 0  # the first loading was under way when the log began


def test_order_of_arrival_does_not_matter():
    rng = np.random.default_rng(1)
    rows = [(float(10 * k), k % 3, k % 5, int(rng.integers(0, 3)), 0) for k in range(300)]
    states = build_states(rows)
    shuffled = states.where(rng.permutation(len(states))).in_order()
    for column in fields(States):
        assert (getattr(states, column.name) == getattr(shuffled, column.name)).all()


def test_sections_cover_the_mean_of_a_queue():
    """
    Waits in M/M/1 with a load of 0.7 (Lindley): mean wait 0.7/0.3 = 2.333 services.

    The naive interval of independent times covers it in about half of all runs; sections of some
    hundred each in nearly 95 %.
    """
    rng, n, true_mean = np.random.default_rng(5), 8000, 0.7 / 0.3
    covered = 0
    for _ in range(200):
        steps = rng.exponential(1, n) - rng.exponential(1 / 0.7, n)
        sums = np.concatenate([[0.0], np.cumsum(steps)])
        waits = sums - np.minimum.accumulate(sums)
        figure = telemetry.measure_times(waits, order=np.arange(waits.size)).figures["mean"]
        covered += figure.low_minutes <= true_mean <= figure.high_minutes
    assert 0.86 <= covered / 200 <= 0.99


def test_few_times_give_no_figure():
    assert telemetry.measure_times(np.ones(99), order=np.arange(99)).figures == {}
    assert (
        telemetry.measure_times(np.ones(100), order=np.arange(100)).figures["p95"].high_minutes == 1
    )


def test_share_within_a_limit():
    minutes = np.random.default_rng(2).gamma(4, 0.5, 5000)
    sample = telemetry.measure_times(minutes, order=np.arange(5000))
    for limit in (0.0, 1.0, 2.0, 3.3, 99.0):
        assert share_within(np.array(sample.quantiles), limit) == pytest.approx(
            (minutes <= limit).mean(), abs=0.0051
        )


def test_freight_needs_every_load_and_a_day():
    days = np.array([0.0, 86_400.0, 172_800.0])
    assert telemetry.measure_freight(np.array([1e3, 2e3, 3e3]), days) == pytest.approx(3.0)
    assert telemetry.measure_freight(np.array([1e3, np.nan, 3e3]), days) is None
    assert telemetry.measure_freight(np.array([1e3, 2e3]), np.array([0.0, 3600.0])) is None
