"""Passages of a gate, out of the states of vehicles."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from tuijin.engines.telemetry.states import PENDING, SILENT_SECONDS, Array, States


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """
    Vehicles at gates; every array of shape (n_passages,).

    `is_inspected` is 1, 0, or -1 where it is not known; `load_kg` NaN where it is not known.
    n_left_out counts visits whose begin or end nobody saw.
    """

    arrived_seconds: Array
    released_seconds: Array
    vehicle: Array
    is_inspected: Array
    load_kg: Array
    n_left_out: int = 0

    def __len__(self) -> int:
        return int(self.arrived_seconds.size)

    def where(self, chosen: Array) -> Passages:
        """Only the passages chosen, by mask."""
        columns = [f.name for f in fields(self) if f.name != "n_left_out"]
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})

    @property
    def clearance_minutes(self) -> Array:
        """From entry to release, shape (n_passages,)."""
        return (self.released_seconds - self.arrived_seconds) / 60.0


def find_gates(states: States) -> Array:
    """Return the nodes at which somebody waited for a release (action `waitForTrigger`)."""
    return np.unique(states.node[states.trigger == PENDING])


def find_passages(states: States, *, gates: Array | None = None) -> Passages:
    """
    Find the visits to gates.

    A visit lasts from the first state whose last node is a gate's to the first in which no release
    is waited for any more, or, where none ever was, to the first beyond the gate. Nodes of gates
    that follow each other are one visit. A visit is left out if the log does not show the vehicle
    within 60 s before it, or does not show its end.

    Parameters
    ----------
    states
        In order.
    gates
        Numbers of the gates' nodes; by default those of `find_gates`.
    """
    at_gate = np.isin(states.node, find_gates(states) if gates is None else gates)
    n = len(states)
    is_new = np.ones(n, dtype=bool)
    is_new[1:] = (states.vehicle[1:] != states.vehicle[:-1]) | (at_gate[1:] != at_gate[:-1])
    starts = np.flatnonzero(is_new & at_gate)
    bounds = np.append(np.flatnonzero(is_new), n)
    ends = bounds[np.searchsorted(bounds, starts, side="right")]
    release = _find_releases(states, starts, ends)
    is_seen = _is_begin_seen(states, starts) & _is_end_seen(states, release)
    kept = np.flatnonzero(is_seen)
    return Passages(
        arrived_seconds=states.time_seconds[starts[kept]],
        released_seconds=states.time_seconds[release[kept]],
        vehicle=states.vehicle[starts[kept]],
        is_inspected=np.full(kept.size, -1, dtype=np.int8),
        load_kg=states.load_kg[starts[kept]],
        n_left_out=int(starts.size - kept.size),
    )


def _find_releases(states: States, starts: Array, ends: Array) -> Array:
    """Row at which each visit ends, n where the log does not show it."""
    n = len(states)
    pending = np.flatnonzero(states.trigger == PENDING)
    # rows where a wait ends: not pending, with the same vehicle's row before it pending
    is_release = np.zeros(n + 1, dtype=bool)
    is_release[1:n] = (
        (states.trigger[1:] != PENDING)
        & (states.trigger[:-1] == PENDING)
        & (states.vehicle[1:] == states.vehicle[:-1])
    )
    released = np.append(np.flatnonzero(is_release), n)
    first_pending = np.append(pending, n)[np.searchsorted(pending, starts)]
    is_waited = first_pending < ends
    release = np.where(is_waited, released[np.searchsorted(released, first_pending)], ends)
    crosses = (release < n) & (states.vehicle[np.minimum(release, n - 1)] != states.vehicle[starts])
    return np.where(crosses, n, release)


def _is_begin_seen(states: States, starts: Array) -> Array:
    before = np.maximum(starts - 1, 0)
    same = (starts > 0) & (states.vehicle[before] == states.vehicle[starts])
    near = states.time_seconds[starts] - states.time_seconds[before] <= SILENT_SECONDS
    return np.asarray(same & near)


def _is_end_seen(states: States, release: Array) -> Array:
    n = len(states)
    at = np.minimum(release, n - 1)
    near = states.time_seconds[at] - states.time_seconds[np.maximum(at - 1, 0)] <= SILENT_SECONDS
    return np.asarray((release < n) & near)
