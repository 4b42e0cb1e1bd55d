"""Tours against brute force, and against the optima of published orienteering problems."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tuijin.engines.route import (
    Day,
    Roads,
    Stop,
    TourStatus,
    great_circle_km,
    plan_tour,
    time_tour,
    travel_minutes,
)
from tuijin.errors import ParameterOutOfRange

WHOLE_DAY = Day(8 * 60, 20 * 60)


def random_drives(n_stops: int, seed: int) -> np.ndarray:
    points = np.random.default_rng(seed).uniform(0, 100, (n_stops + 2, 2))
    return np.linalg.norm(points[:, None] - points[None, :], axis=2)


def least_driving(stops: list[Stop], days: list[Day], drives: np.ndarray) -> float | None:
    """Every order and every cut into days; None where nothing fits."""
    n, best = len(stops), None
    for order in itertools.permutations(range(n)):
        for cuts in itertools.combinations_with_replacement(range(n + 1), len(days) - 1):
            bounds = [0, *cuts, n]
            split = [order[a:b] for a, b in itertools.pairwise(bounds)]
            if any(stops[i].day not in (None, d) for d, part in enumerate(split) for i in part):
                continue
            tour = time_tour(stops, days, drives, order=split)
            if tour.status is TourStatus.PLANNED and (best is None or tour.drive_minutes < best):
                best = tour.drive_minutes
    return best


@pytest.mark.parametrize("seed", range(6))
def test_one_day_is_as_short_as_brute_force(seed):
    stops = [Stop(str(i), 20) for i in range(7)]
    drives = random_drives(7, seed)
    tour = plan_tour(stops, [WHOLE_DAY], drives, seed=seed, n_iterations=300)
    assert tour.drive_minutes == pytest.approx(least_driving(stops, [WHOLE_DAY], drives), abs=0.01)


@pytest.mark.parametrize("seed", range(8))
def test_windows_and_pinned_days_are_kept_and_optimal(seed):
    rng = np.random.default_rng(seed + 100)
    opens = rng.uniform(8, 14, 5) * 60
    stops = [
        Stop(str(i), 30, opens_minutes=opens[i], closes_minutes=opens[i] + 150,
             day=int(rng.integers(2)) if i < 2 else None)
        for i in range(5)
    ]  # fmt: skip
    days, drives = [WHOLE_DAY, Day(8 * 60, 18 * 60)], random_drives(5, seed)
    best = least_driving(stops, days, drives)
    tour = plan_tour(stops, days, drives, seed=seed, n_iterations=500)
    assert (tour.status is TourStatus.PLANNED) == (best is not None)
    if best is None:
        assert tour.reasons
        return
    assert tour.drive_minutes == pytest.approx(best, abs=0.01)
    for leg in tour.legs:
        stop = stops[int(leg.stop)]
        assert stop.day in (None, leg.day)
        assert stop.opens_minutes <= leg.begins_minutes <= stop.closes_minutes + 1e-6


def test_same_seed_same_tour():
    stops, drives = [Stop(str(i), 10) for i in range(12)], random_drives(12, 3)
    assert plan_tour(stops, [WHOLE_DAY], drives) == plan_tour(stops, [WHOLE_DAY], drives)


def test_says_what_cannot_be():
    drives = np.full((4, 4), 60.0) - 60 * np.eye(4)
    far = plan_tour([Stop("a", 11 * 60), Stop("b", 10)], [WHOLE_DAY], drives)
    assert far.status is TourStatus.IMPOSSIBLE
    assert far.reasons == ("a: cannot be reached, seen and left within a day, even alone",)
    full = plan_tour([Stop("a", 400, day=0), Stop("b", 400, day=0)], [WHOLE_DAY] * 2, drives)
    assert full.reasons == ("day 1: visits alone take 800 min, the day has 720 min",)
    over = plan_tour([Stop("a", 400), Stop("b", 400)], [WHOLE_DAY], drives)
    assert over.reasons == ("visits alone take 800 min, the days together have 720 min",)
    driving = plan_tour([Stop("a", 280), Stop("b", 280)], [WHOLE_DAY], drives)
    assert driving.status is TourStatus.NOT_FOUND


def test_a_given_order_is_timed_by_hand():
    drives = np.array([[0, 5, 10, 40], [5, 0, 15, 30], [10, 15, 0, 20], [40, 30, 20, 0]], float)
    stops = [Stop("a", 30, opens_minutes=500), Stop("b", 45, closes_minutes=520)]
    tour = time_tour(stops, [Day(480, 640)], drives, order=[[0, 1]])
    a, b = tour.legs
    assert (a.arrives_minutes, a.begins_minutes, a.leaves_minutes) == (490, 500, 530)
    assert (b.arrives_minutes, b.leaves_minutes) == (550, 595)
    assert tour.returns_minutes == (625,)
    assert tour.status is TourStatus.BROKEN
    assert tour.reasons == ("b: begins after its window closes",)


def test_no_stops_is_a_tour_and_bad_input_is_not():
    assert plan_tour([], [WHOLE_DAY], np.zeros((2, 2))).status is TourStatus.PLANNED
    with pytest.raises(ParameterOutOfRange, match="3 × 3"):
        plan_tour([Stop("a", 1)], [WHOLE_DAY], np.zeros((2, 2)))
    with pytest.raises(ParameterOutOfRange, match="id of its own"):
        plan_tour([Stop("a", 1), Stop("a", 1)], [WHOLE_DAY], np.zeros((4, 4)))
    with pytest.raises(ParameterOutOfRange, match="day 2 of 1"):
        plan_tour([Stop("a", 1, day=2)], [WHOLE_DAY], np.zeros((3, 3)))


def test_great_circle_against_known_arcs():
    km = great_circle_km(np.array([0.0, 90.0, 0.0]), np.array([0.0, 0.0, 90.0]))
    quarter = np.pi / 2 * 6371.0088
    assert km == pytest.approx(quarter * (1 - np.eye(3)))


def test_travel_time_is_distance_by_detour_by_speed():
    roads = Roads(speed_km_per_hour=50, detour_ratio=1.5, source="assumption")
    minutes = travel_minutes(np.array([110.0, 110.0]), np.array([41.0, 42.0]), roads=roads)
    assert minutes[0, 1] == pytest.approx(111.195 * 1.5 / 50 * 60, rel=1e-4)
    with pytest.raises(ParameterOutOfRange):
        Roads(speed_km_per_hour=0, detour_ratio=1.5, source="")
    with pytest.raises(ParameterOutOfRange):
        Roads(speed_km_per_hour=50, detour_ratio=0.9, source="")
