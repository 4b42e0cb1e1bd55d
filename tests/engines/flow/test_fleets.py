"""Vehicles on a path: by hand, and against what a closed form or a bound says."""

from __future__ import annotations

import pytest

from tests.engines.flow.networks import assert_within, exponential, run_of, solve
from tuijin.engines.flow import read_network
from tuijin.errors import ModelError


def yard(at=(0,), *, horizon=100, segment=None, fleet=None, target=None, **parts):
    """From a pit at a to a mill at b, 1 km: 2 minutes loaded, 1 empty; the vehicle is at b."""
    return {
        "time_unit": "minutes",
        "sources": {"in": {"to": "pit", "at": list(at)}},
        "stations": {
            "pit": {"servers": None, "service": 1, "place": "a",
                    "route": [{"to": "mill", "by": "agv"}]},
            "mill": {"service": 1, "place": "b", **(target or {})},
        },
        "segments": {"lane": {"from": "a", "to": "b", "length_km": 1, **(segment or {})}},
        "fleets": {"agv": {"count": 1, "at": "b", "loaded_km_per_hour": 30,
                           "empty_km_per_hour": 60, "load": 0.5, "unload": 0.25,
                           **(fleet or {})}},
        "measures": {"stay": {"start": "network.enters", "end": "network.exits"}},
        "run": {"horizon": horizon, "replications": 1}, **parts,
    }  # fmt: skip


def figures(document):
    return {name: found.mean for name, found in solve(document).estimates.items()}


def test_one_trip():
    found = figures(yard())
    assert found["measure.stay.mean"] == pytest.approx(1 + 1 + 0.5 + 2 + 0.25 + 1)
    assert found["fleet.agv.utilisation"] == pytest.approx(3.75 / 100)
    assert found["fleet.agv.to_drop_share"] == pytest.approx(0.02)
    assert (found["fleet.agv.loaded_km"], found["fleet.agv.empty_km"]) == (1, 1)


def test_the_second_waits_for_the_vehicle():
    found = figures(yard([0, 0]))
    assert found["measure.stay.max"] == pytest.approx(1 + 2 * 3.75 + 1)
    assert found["fleet.agv.wait"] == pytest.approx(3.75 / 2)


def test_a_headway_holds_back_the_second_vehicle():
    held = figures(yard([0, 0], segment={"headway": 0.8}, fleet={"count": 2}))
    free = figures(yard([0, 0], fleet={"count": 2}))
    assert free["fleet.agv.to_pickup_share"] == pytest.approx((1 + 1) / 200)
    assert held["fleet.agv.to_pickup_share"] == pytest.approx((1 + 1.8) / 200)


@pytest.mark.parametrize(("passing", "stay"), [(True, 1.45), (False, 3.15)])
def test_a_fast_vehicle_stays_behind_a_slow_one_without_passing(passing, stay):
    """The slow one is in the lane from 1 to 3; the fast one sets out at 1.1 and needs 0.2."""
    document = yard(segment={"passing": passing}, fleet={"at": "a", "load": 0})
    document["fleets"]["fast"] = {**document["fleets"]["agv"], "loaded_km_per_hour": 300}
    document["sources"]["more"] = {"to": "quarry", "at": [0.1]}
    document["stations"]["quarry"] = {"service": 1, "place": "a",
                                      "route": [{"to": "plant", "by": "fast"}]}  # fmt: skip
    document["stations"]["plant"] = {"service": 0, "place": "b"}
    found = figures(document)
    assert found["measure.stay.mean"] == pytest.approx((4.25 + stay) / 2)


def test_a_single_lane_lets_one_direction_in_at_a_time():
    """One drives from a at 1 with a load; one is called from b at 1.5 and waits until 3."""
    document = yard([0], segment={"ways": "single"}, fleet={"at": "a", "load": 0})
    document["fleets"]["other"] = {**document["fleets"]["agv"], "at": "b"}
    document["sources"]["more"] = {"to": "quarry", "at": [0.5]}
    document["stations"]["quarry"] = {"service": 1, "place": "a",
                                      "route": [{"to": "mill", "by": "other"}]}  # fmt: skip
    found = figures(document)
    assert found["fleet.other.to_pickup_share"] == pytest.approx((1.5 + 1) / 100)
    document["segments"]["lane"]["ways"] = "both"
    assert figures(document)["fleet.other.to_pickup_share"] == pytest.approx(1 / 100)


@pytest.mark.parametrize(("dispatch", "empty_km"), [("nearest", 0), ("first", 4)])
def test_the_nearest_vehicle_or_the_one_that_waited_longest(dispatch, empty_km):
    """Two deliveries leave one vehicle at b and one at c; then a load waits at c."""
    document = yard([0], fleet={"count": 2, "at": "a", "load": 0, "dispatch": dispatch})
    document["segments"]["spur"] = {"from": "a", "to": "c", "length_km": 3}
    document["stations"] |= {
        "quarry": {"service": 0, "place": "a", "route": [{"to": "plant", "by": "agv"}]},
        "depot": {"service": 0, "place": "c", "route": [{"to": "plant", "by": "agv"}]},
        "plant": {"service": 0, "place": "c"},
    }
    document["sources"]["far"] = {"to": "quarry", "at": [10]}
    document["sources"]["late"] = {"to": "depot", "at": [50]}
    assert figures(document)["fleet.agv.empty_km"] == empty_km


def test_a_vehicle_waits_with_its_load_until_there_is_room():
    found = figures(yard([0, 0, 0], target={"service": 10, "buffer": 0}, fleet={"count": 3}))
    assert found["fleet.agv.waits_for_room_share"] == pytest.approx((10 + 20) / 300)
    assert found["measure.stay.max"] == pytest.approx(4.75 + 30)


def test_a_low_battery_is_charged_after_the_delivery():
    """10, then 6, then 2 kWh are left: after the second and the fourth delivery."""
    charging = {"at": "b", "time": 6, "battery_kwh": 10, "loaded_kwh_per_km": 3,
                "empty_kwh_per_km": 1, "below_ratio": 0.5}  # fmt: skip
    found = figures(yard([0, 0, 0, 0], fleet={"charging": charging}))
    assert found["fleet.agv.charging_share"] == pytest.approx(2 * 6 / 100)
    assert found["fleet.agv.charged_kwh"] == pytest.approx(16)
    assert found["measure.stay.max"] == pytest.approx(1 + 4 * 3.75 + 6 + 1)


def test_few_chargers_make_a_queue():
    charging = {"at": "b", "time": 6, "battery_kwh": 4, "loaded_kwh_per_km": 3,
                "empty_kwh_per_km": 1, "below_ratio": 1}  # fmt: skip
    found = figures(yard([0, 0], fleet={"count": 2, "charging": charging}))
    assert found["fleet.agv.waits_for_charger_share"] == pytest.approx(6 / 200)


def test_a_breakdown_lengthens_the_way():
    found = figures(yard(fleet={"breakdown": {"up": 3, "repair": 7}}))  # due at 3, on the road
    assert found["measure.stay.mean"] == pytest.approx(5.75 + 7)
    assert found["fleet.agv.breakdowns"] == 1


def test_a_closed_fleet_sends_nobody():
    document = yard([0], fleet={"calendars": ["day"]})
    document["calendars"] = {"day": {"period": 50, "open_during": [[20, 50]]}}
    assert figures(document)["measure.stay.mean"] == pytest.approx(20 + 3.75 + 1)


def saturated(n, **segment):
    """More loads than n vehicles can carry."""
    document = yard(segment={"passing": True, **segment},
                    fleet={"count": n, "load": exponential(0.5)},
                    target={"servers": None, "service": 0})  # fmt: skip
    document["sources"] = {"in": {"to": "pit", "every": 0.2}}
    document["run"] = run_of(2_000, warm_up=100, replications=10)
    return document


@pytest.mark.parametrize("n", [1, 5])
def test_vehicles_that_never_wait_carry_one_load_a_cycle(n):
    assert_within(solve(saturated(n))["fleet.agv.throughput"], n / 3.75, relative=0.001)


def test_the_headway_bounds_the_lane():
    found = solve(saturated(40, headway=0.25))["fleet.agv.throughput"]
    assert 3.9 < found.mean <= 4.001


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"stations": {"pit": {"place": "x"}}}, "/stations/pit/place"),
        ({"stations": {"mill": {"place": None}}}, "/stations/mill/place"),
        ({"stations": {"pit": {"route": [{"to": "mill", "by": "ghost"}]}}},
         "/stations/pit/route/0/by"),
        ({"stations": {"pit": {"route": [{"to": "exit", "by": "agv"}]}}},
         "/stations/pit/route/0/by"),
        ({"fleets": {"agv": {"at": "x"}}}, "/fleets/agv/at"),
        ({"segments": {"lane": {"ways": "one"}}}, "/segments"),
        ({"segments": {"lane": {"length_km": 0}}}, "/segments/lane/length_km"),
    ],
)  # fmt: skip
def test_faults_have_their_path(change, path):
    document = yard()
    for part, items in change.items():
        for key, values in items.items():
            document[part][key] |= values
    with pytest.raises(ModelError) as caught:
        read_network(document)
    assert path in {problem.field for problem in caught.value.problems}
