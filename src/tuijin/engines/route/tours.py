"""
Order the stops of a tour of one or more days, by PyVRP.

A day is a vehicle, a stop is a client, driving is what costs. See README.md for the mapping and
for what the search can and cannot promise.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.stop import MaxIterations

from tuijin.errors import ParameterOutOfRange

TICKS_PER_MINUTE = 6_000  # PyVRP counts in whole numbers: hundredths of a second
SLACK_MINUTES = 1e-6


class TourStatus(Enum):
    """
    What became of the tour.

    `IMPOSSIBLE` is proven; `NOT_FOUND` says that the search found no order that fits; `BROKEN`
    that the order given breaks a window, and the times are what would happen.
    """

    PLANNED = "planned"
    IMPOSSIBLE = "impossible"
    NOT_FOUND = "not_found"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Stop:
    """
    A place to see. Minutes count from midnight of whichever day it falls on.

    The visit must begin within the window. A stop that is not required is made only where its
    prize can still be had; prizes go before driving time.
    """

    id: str
    visit_minutes: float
    opens_minutes: float = 0.0
    closes_minutes: float = 24 * 60.0
    day: int | None = None
    is_required: bool = True
    prize_count: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """When the party may leave the start, and by when it must be at the end."""

    starts_minutes: float
    ends_minutes: float


@dataclass(frozen=True, slots=True)
class Leg:
    """One stop as planned; driving is from the stop (or start) before it."""

    stop: str
    day: int
    drive_minutes: float
    arrives_minutes: float
    begins_minutes: float
    leaves_minutes: float


@dataclass(frozen=True, slots=True)
class Tour:
    """The legs in order; `reasons` says why there are none, or which stops were left out."""

    status: TourStatus
    legs: tuple[Leg, ...] = ()
    drive_minutes: float = 0.0
    returns_minutes: tuple[float, ...] = ()
    left_out: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def plan_tour(
    stops: Sequence[Stop],
    days: Sequence[Day],
    drive_minutes: np.ndarray,
    *,
    seed: int = 0,
    n_iterations: int = 1_000,
) -> Tour:
    """
    Find the order with the least driving that keeps every window.

    Parameters
    ----------
    drive_minutes
        Shape (2 + n_stops, 2 + n_stops): the start, the end, then the stops as given [min].
    n_iterations
        Iterations of the search; the same seed and iterations give the same tour.
    """
    check_tour(stops, days, drive_minutes)
    if not stops:
        return Tour(TourStatus.PLANNED, returns_minutes=tuple(d.starts_minutes for d in days))
    if reasons := prove_impossible(stops, days, drive_minutes):
        return Tour(TourStatus.IMPOSSIBLE, reasons=reasons)
    model = build_model(stops, days, drive_minutes)
    with warnings.catch_warnings():
        # It says that stops may not fit, which the status of the tour says too.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        found = model.solve(
            MaxIterations(n_iterations), seed=seed, display=False, collect_stats=False
        ).best
    if not found.is_feasible():
        reason = f"no order found in {n_iterations} iterations that keeps every window"
        return Tour(TourStatus.NOT_FOUND, reasons=(reason,))
    order: list[list[int]] = [[] for _ in days]
    for route in found.routes():
        order[route.vehicle_type()] = [a.idx for a in route.schedule() if a.is_client()]
    return time_tour(stops, days, drive_minutes, order=order)


def check_tour(stops: Sequence[Stop], days: Sequence[Day], drive_minutes: np.ndarray) -> None:
    n_points = len(stops) + 2
    if drive_minutes.shape != (n_points, n_points):
        raise ParameterOutOfRange(
            f"drive_minutes must be {n_points} × {n_points}, got {drive_minutes.shape}"
        )
    if not np.isfinite(drive_minutes).all() or (drive_minutes < 0).any():
        raise ParameterOutOfRange("drive_minutes must be finite and not negative")
    if not days:
        raise ParameterOutOfRange("a tour needs at least one day")
    if len({stop.id for stop in stops}) != len(stops):
        raise ParameterOutOfRange("every stop needs an id of its own")
    for stop in stops:
        if stop.visit_minutes < 0 or stop.opens_minutes > stop.closes_minutes:
            raise ParameterOutOfRange(f"stop {stop.id!r} has a negative visit or an empty window")
        if stop.day is not None and not 0 <= stop.day < len(days):
            raise ParameterOutOfRange(f"stop {stop.id!r} is on day {stop.day} of {len(days)}")


def prove_impossible(
    stops: Sequence[Stop], days: Sequence[Day], drive_minutes: np.ndarray
) -> tuple[str, ...]:
    """Say which required stops fit on no day even alone, and whether visits exceed the days."""
    alone = [
        f"{stop.id}: cannot be reached, seen and left within a day, even alone"
        for i, stop in enumerate(stops)
        if stop.is_required and not _fits_alone(stop, i, days, drive_minutes)
    ]
    if alone:
        return tuple(alone)
    required = [s for s in stops if s.is_required]
    length = [d.ends_minutes - d.starts_minutes for d in days]
    too_full = [
        f"day {d + 1}: visits alone take {need:.0f} min, the day has {have:.0f} min"
        for d, have in enumerate(length)
        if (need := sum(s.visit_minutes for s in required if s.day == d)) > have
    ]
    if too_full or (need := sum(s.visit_minutes for s in required)) <= sum(length):
        return tuple(too_full)
    return (f"visits alone take {need:.0f} min, the days together have {sum(length):.0f} min",)


def _fits_alone(stop: Stop, i: int, days: Sequence[Day], drive_minutes: np.ndarray) -> bool:
    for d, day in enumerate(days):
        if stop.day not in (None, d):
            continue
        begins = max(day.starts_minutes + drive_minutes[0, i + 2], stop.opens_minutes)
        home = begins + stop.visit_minutes + drive_minutes[i + 2, 1]
        if begins <= stop.closes_minutes and home <= day.ends_minutes:
            return True
    return False


def _ticks(minutes: float) -> int:
    """Round up, so that what fits in ticks fits in minutes."""
    return math.ceil(minutes * TICKS_PER_MINUTE)


def build_model(
    stops: Sequence[Stop], days: Sequence[Day], drive_minutes: np.ndarray
) -> pyvrp.Model:
    """Each day gets a profile of its own, in which stops pinned to other days have no roads."""
    model = pyvrp.Model()
    locations = [model.add_location(i, 0) for i in range(len(stops) + 2)]
    start, end = model.add_depot(locations[0]), model.add_depot(locations[1])
    # One prize outweighs all driving there can be, so that prizes go before driving time.
    prize_ticks = _ticks(float(drive_minutes.max())) * (len(stops) + len(days) + 1) + 1
    for stop, location in zip(stops, locations[2:], strict=True):
        model.add_client(
            location,
            service_duration=_ticks(stop.visit_minutes),
            tw_early=_ticks(stop.opens_minutes),
            tw_late=int(stop.closes_minutes * TICKS_PER_MINUTE),
            required=stop.is_required,
            prize=0 if stop.is_required else stop.prize_count * prize_ticks,
        )
    for d, day in enumerate(days):
        profile = model.add_profile()
        model.add_vehicle_type(
            start_depot=start,
            end_depot=end,
            tw_early=_ticks(day.starts_minutes),
            tw_late=int(day.ends_minutes * TICKS_PER_MINUTE),
            profile=profile,
        )
        allowed = [0, 1, *(i + 2 for i, s in enumerate(stops) if s.day in (None, d))]
        for i in allowed:
            for j in allowed:
                if i != j:
                    ticks = _ticks(float(drive_minutes[i, j]))
                    model.add_edge(locations[i], locations[j], ticks, ticks, profile)
    return model


def time_tour(
    stops: Sequence[Stop],
    days: Sequence[Day],
    drive_minutes: np.ndarray,
    *,
    order: Sequence[Sequence[int]],
) -> Tour:
    """
    Time a given order, leaving on each day as soon as it starts.

    Parameters
    ----------
    order
        For each day the indices of its stops, as a clerk or `plan_tour` put them.
    """
    legs: list[Leg] = []
    reasons: list[str] = []
    driven, returns = 0.0, []
    for d, (day, indices) in enumerate(zip(days, order, strict=True)):
        clock, at = day.starts_minutes, 0
        for i in indices:
            stop, drive = stops[i], float(drive_minutes[at, i + 2])
            arrives = clock + drive
            begins = max(arrives, stop.opens_minutes)
            clock, at = begins + stop.visit_minutes, i + 2
            driven += drive
            legs.append(Leg(stop.id, d, drive, arrives, begins, clock))
            if begins > stop.closes_minutes + SLACK_MINUTES:
                reasons.append(f"{stop.id}: begins after its window closes")
        home = float(drive_minutes[at, 1]) if indices else 0.0
        driven += home
        returns.append(clock + home)
        if clock + home > day.ends_minutes + SLACK_MINUTES:
            reasons.append(f"day {d + 1}: ends {clock + home - day.ends_minutes:.0f} min too late")
    seen = {leg.stop for leg in legs}
    return Tour(
        status=TourStatus.BROKEN if reasons else TourStatus.PLANNED,
        legs=tuple(legs),
        drive_minutes=driven,
        returns_minutes=tuple(returns),
        left_out=tuple(s.id for s in stops if s.id not in seen),
        reasons=tuple(reasons),
    )
