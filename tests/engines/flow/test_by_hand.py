"""Days short enough to follow with a pencil: constant times, every figure known exactly."""

from __future__ import annotations

import pytest

from tests.engines.flow.networks import solve

STAY = {"stay": {"start": "desk.arrives", "end": "desk.leaves"}}


def day(station, at, *, horizon=100, classes=None, **parts):
    """Arrivals at times (or at (time, class) pairs) to one station."""
    sources = {"in": {"to": "desk", "at": at}}
    if classes:
        sources = {c: {"to": "desk", "class": c, "at": times} for c, times in at.items()}
    return {
        "time_unit": "minutes", "classes": classes or ["entity"], "sources": sources,
        "stations": {"desk": station}, "measures": STAY,
        "run": {"horizon": horizon, "replications": 1}, **parts,
    }  # fmt: skip


def figures(document):
    return {name: found.mean for name, found in solve(document).estimates.items()}


def test_one_after_the_other():
    found = figures(day({"service": 3}, [0, 1, 10]))
    assert found["measure.stay.mean"] == pytest.approx((3 + 5 + 3) / 3)
    assert found["measure.stay.max"] == 5
    assert found["station.desk.utilisation"] == pytest.approx(0.09)
    assert found["station.desk.queue"] == pytest.approx(2 / 100)


def test_a_breakdown_by_the_clock_interrupts_and_work_goes_on():
    """Work 0-4 fails at 3, repaired at 5: done at 6; next failure at 8 idles no one until 10."""
    station = {"service": 4, "breakdowns": [{"up": 3, "repair": 2}]}
    found = figures(day(station, [0, 9], horizon=20))
    assert found["measure.stay.max"] == 10 - 9 + 3 + 2 + 1  # waits for 10, works 3, 2 down, 1
    assert found["station.desk.utilisation"] == pytest.approx(8 / 20)
    assert found["station.desk.down"] == pytest.approx(8 / 20)  # at 3, 8, 13 and 18


def test_a_breakdown_in_operation_counts_work_only():
    """3 of the first 4 minutes of work, then 3 more: failures at 3 and (5-6, 20-22) at 22."""
    station = {"service": 4, "breakdowns": [{"by": "operation", "up": 3, "repair": 2}]}
    found = figures(day(station, [0, 20], horizon=40))
    assert found["measure.stay.mean"] == pytest.approx(6)
    assert found["station.desk.down"] == pytest.approx(4 / 40)


def test_setup_when_the_class_changes():
    station = {"service": 2, "setup": {"a": 1, "b": 5}}
    found = figures(day(station, {"a": [0, 20], "b": [10]}, classes=["a", "b"]))
    assert found["measure.stay.mean"] == pytest.approx((2 + 7 + 3) / 3)
    assert found["station.desk.setup"] == pytest.approx(6 / 100)


def test_a_batch_waits_for_its_least_and_merges():
    station = {"service": 4, "batch": {"least": 2, "most": 3, "merges": True}}
    found = figures(day(station, [0, 1, 2, 2, 3]))
    assert found["class.entity.exited"] == 2  # 1-5 the first two, 5-9 the other three
    assert found["station.desk.wait"] == pytest.approx((1 + 0 + 3 + 3 + 2) / 5)


def test_copies_share_the_history_of_their_parent():
    document = day({"service": 2, "copies": 3, "route": "pack"}, [0])
    document["stations"]["pack"] = {"service": 1}
    found = figures(document)
    assert found["class.entity.exited"] == 3
    assert found["class.entity.sojourn"] == pytest.approx((3 + 4 + 5) / 3)


def test_a_shift_finishes_or_pauses_what_it_began():
    calendars = {"shift": {"period": 10, "open_during": [[0, 5]]}}
    station = {"service": 2, "calendars": ["shift"]}
    found = figures(day(station, [4, 4], calendars=calendars))
    assert found["measure.stay.mean"] == pytest.approx((2 + 8) / 2)  # done at 6 and 12
    found = figures(day({**station, "when_closed": "pause"}, [4, 4], calendars=calendars))
    assert found["measure.stay.mean"] == pytest.approx((7 + 9) / 2)  # done at 11 and 13


def test_a_renewal_source_stands_still_while_closed_and_a_schedule_does_not():
    calendars = {"shift": {"period": 10, "open_during": [[0, 5]]}}
    document = day({"service": 0.5}, [], calendars=calendars, horizon=21)
    document["sources"] = {"in": {"to": "desk", "every": 2, "calendars": ["shift"]}}
    assert figures(document)["class.entity.created"] == 5  # at 2, 4, 11, 13, 15 and not 21.5
    document["sources"] = {"in": {"to": "desk", "at": [3, 7, 8], "calendars": ["shift"]}}
    assert figures(document)["measure.stay.mean"] == pytest.approx((0.5 + 0.5 + 1) / 3)


def test_an_operator_is_handed_on_in_the_order_of_asking():
    document = day({"service": 3, "crew": {"of": "clerk"}}, [0, 1])
    document["sources"]["other"] = {"to": "till", "at": [0.5]}
    document["stations"]["till"] = {"service": 2, "crew": {"of": "clerk"}}
    document["operators"] = {"clerk": {"count": 1}}
    found = figures(document)
    assert found["station.desk.stay"] == pytest.approx((3 + 7) / 2)  # 0-3, then till 3-5, 5-8
    assert found["station.till.stay"] == pytest.approx(4.5)


def test_blocking_holds_the_server_before():
    document = day({"service": 1, "buffer": 5, "route": "oven"}, [0, 0, 0])
    document["stations"]["oven"] = {"service": 5, "buffer": 0}
    found = figures(document)
    assert found["station.desk.blocked"] == pytest.approx((4 + 4) / 100)  # 2-6 and 7-11
    assert found["class.entity.sojourn"] == pytest.approx((6 + 11 + 16) / 3)


def test_energy_and_cost_follow_from_the_time_at_work():
    station = {"service": 30, "busy_mw": 2.0, "idle_mw": 0.5, "busy_hour_yuan": 100,
               "entity_yuan": 7}  # fmt: skip
    found = figures(day(station, [0, 50], horizon=240))
    assert found["station.desk.energy_mwh"] == pytest.approx(1 * 2 + 3 * 0.5)
    assert found["station.desk.cost_yuan"] == pytest.approx(100 + 14)
