"""What goes into a step comes out of it: mass, each element, and energy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuijin.engines.balance.solving import Balance, as_draws
from tuijin.errors import ModelError, Problem


@dataclass(frozen=True, slots=True)
class Closure:
    """
    One balance of one step.

    Parameters
    ----------
    of
        `mass`, the name of an element, or `energy`.
    gap_ratio
        Shape (n_draws,): (given − taken) ÷ taken. Of energy, where less may be given than taken
        (the rest is lost as heat), the same number is the share lost, with a minus.
    """

    step: str
    of: str
    gap_ratio: np.ndarray

    @property
    def worst_ratio(self) -> float:
        found = self.gap_ratio if self.of == "energy" else np.abs(self.gap_ratio)
        return float(found.max())


def measure_closure(balance: Balance) -> tuple[Closure, ...]:
    """Measure every balance of every step, per unit of its activity."""
    elements = sorted({e for m in balance.chain.materials.values() for e in m.elements})
    return tuple(
        Closure(step, of, gap)
        for step in balance.chain.steps
        for of in ("mass", *elements, "energy")
        if (gap := _gap(balance, step, of)) is not None
    )


def check_closure(balance: Balance) -> tuple[Closure, ...]:
    """
    Measure, and refuse a chain that makes something out of nothing.

    Raises
    ------
    ModelError
        not_closed, with a `Problem` for each balance that fails by more than closure_ratio.
    """
    found = measure_closure(balance)
    bad = [c for c in found if c.worst_ratio > balance.chain.closure_ratio]
    if bad:
        problems = [Problem("spec", _message(c), field=f"/steps/{c.step}") for c in bad]
        first = problems[0]
        raise ModelError(f"{first.field}: {first.message}", code="not_closed", problems=problems)
    return found


def _message(closure: Closure) -> str:
    gap = float(closure.gap_ratio[np.argmax(np.abs(closure.gap_ratio))])
    return f"gives {abs(gap):.3g} of what it takes {'more' if gap > 0 else 'less'}: {closure.of}"


def _gap(balance: Balance, step: str, of: str) -> np.ndarray | None:
    taken, given = np.zeros(balance.n_draws), np.zeros(balance.n_draws)
    for (material, at), tonnes in balance.net.items():
        if at == step:
            content = tonnes * _content(balance, material, of)
            taken -= np.minimum(content, 0.0)
            given += np.maximum(content, 0.0)
    if of == "energy":
        if not given.any():
            return None  # nothing that leaves holds energy on record
        for quantity in balance.chain.steps[step].energy_kwh.values():
            taken += as_draws(quantity, balance.n_draws)
    if not taken.any() and not given.any():
        return None
    scale = np.where(taken > 0, taken, np.where(given > 0, given, 1.0))
    return (given - taken) / scale


def _content(balance: Balance, material: str, of: str) -> np.ndarray:
    """Mass, element or kWh in a tonne."""
    found = balance.chain.materials[material]
    if of == "mass":
        return np.ones(balance.n_draws)
    if of == "energy":
        return as_draws(found.heat_kwh_per_t, balance.n_draws)
    return as_draws(found.elements.get(of, 0.0), balance.n_draws)
