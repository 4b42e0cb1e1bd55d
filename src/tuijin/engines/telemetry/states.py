"""What vehicles said, as columns; the order of time within each vehicle."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
TRIGGERS = NONE, PENDING, FINISHED = 0, 1, 2
HANDLINGS = _, PICK, DROP = 0, 1, 2
# A vehicle speaks at least every 30 s (VDA 5050, topic state); twice that unheard is unknown.
SILENT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """
    States as they were told; every array of shape (n_states,).

    `vehicle` and `node` are numbers; `trigger` one of `TRIGGERS` (a wait for a release),
    `handling` one of `HANDLINGS`; `load_kg` NaN where it is not known.
    """

    time_seconds: Array
    vehicle: Array
    node: Array
    trigger: Array
    handling: Array
    is_driving: Array
    is_charging: Array
    has_order: Array
    is_available: Array
    load_kg: Array

    def __len__(self) -> int:
        return int(self.time_seconds.size)

    def where(self, chosen: Array) -> States:
        """Only the rows chosen, by mask or by number."""
        return replace(self, **{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    def in_order(self) -> States:
        """By vehicle, and by time within it; what came at the same time stays in its order."""
        return self.where(np.lexsort((self.time_seconds, self.vehicle)))

    def last_of_vehicle(self) -> Array:
        """Whether a row is its vehicle's last one, for states in order."""
        is_last = np.ones(len(self), dtype=bool)
        is_last[:-1] = self.vehicle[1:] != self.vehicle[:-1]
        return is_last

    def held_seconds(self) -> Array:
        """How long each state is known to have lasted, for states in order; the last one's is 0."""
        held = np.zeros(len(self))
        held[:-1] = np.diff(self.time_seconds)
        held[self.last_of_vehicle()] = 0.0
        return np.minimum(held, SILENT_SECONDS)
