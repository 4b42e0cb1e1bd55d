"""How vehicles spend their time."""

from __future__ import annotations

import numpy as np

from tuijin.engines.telemetry.states import PENDING, Array, States

# What a vehicle does, the first that is so: a vehicle that charges with an order is charging.
DOINGS = ("down", "charging", "waiting", "handling", "driving", "blocked", "idle")


def classify(states: States) -> Array:
    """Number in `DOINGS` of each state, shape (n_states,)."""
    is_so = [
        ~states.is_available,
        states.is_charging,
        states.trigger == PENDING,
        states.handling > 0,
        states.is_driving,
        states.has_order,
    ]
    return np.select(is_so, range(len(is_so)), default=len(DOINGS) - 1)


def measure_shares(states: States) -> dict[str, float]:
    """
    Return the share of known time of all vehicles in each of `DOINGS`, and `available`.

    Time in which a vehicle was silent for more than 60 s is not known and counts nowhere.

    Parameters
    ----------
    states
        In order.
    """
    held = states.held_seconds()
    spent = np.bincount(classify(states), weights=held, minlength=len(DOINGS))
    if not spent.sum():
        return {}
    shares = spent / spent.sum()
    found = {doing: float(share) for doing, share in zip(DOINGS, shares, strict=True)}
    return {**found, "available": 1.0 - found["down"]}
