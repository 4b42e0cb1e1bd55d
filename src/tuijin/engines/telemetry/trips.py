"""Round trips: from one time of loading to the next of the same vehicle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuijin.engines.telemetry.states import DROP, PICK, Array, States


@dataclass(frozen=True, slots=True, kw_only=True)
class Trips:
    """
    Loads set down, and the cycles between loadings.

    `ended_seconds`, `load_kg` are of shape (n_loads,), `cycle_minutes` and
    `cycle_ended_seconds` of shape (n_cycles,).
    """

    ended_seconds: Array
    load_kg: Array
    cycle_minutes: Array
    cycle_ended_seconds: Array


def find_trips(states: States) -> Trips:
    """
    Find loads set down (action `drop` done) and the times from pick to next pick.

    Parameters
    ----------
    states
        In order. The load of a trip is what was known just before the drop began.
    """
    same = states.vehicle[1:] == states.vehicle[:-1]
    begins, ends = _edges(states.handling == DROP, same)
    picks, _ = _edges(states.handling == PICK, same)
    done = _pair(begins, ends, states.vehicle)
    n_between = np.diff(np.searchsorted(begins, picks))
    is_cycle = (states.vehicle[picks[1:]] == states.vehicle[picks[:-1]]) & (n_between > 0)
    at = states.time_seconds[picks]
    return Trips(
        ended_seconds=states.time_seconds[done[1]],
        load_kg=states.load_kg[np.maximum(done[0] - 1, 0)],
        cycle_minutes=np.diff(at)[is_cycle] / 60.0,
        cycle_ended_seconds=at[1:][is_cycle],
    )


def _edges(is_on: Array, same: Array) -> tuple[Array, Array]:
    """Rows at which something begins, and at which it is over, within a vehicle."""
    begins = np.flatnonzero(is_on[1:] & ~is_on[:-1] & same) + 1
    ends = np.flatnonzero(~is_on[1:] & is_on[:-1] & same) + 1
    return begins, ends


def _pair(begins: Array, ends: Array, vehicle: Array) -> tuple[Array, Array]:
    """Begins that the log follows to their end, with that end."""
    at = np.searchsorted(ends, begins, side="right")
    end = np.append(ends, -1)[at]
    is_whole = (end >= 0) & (vehicle[end] == vehicle[begins])
    return begins[is_whole], end[is_whole]
