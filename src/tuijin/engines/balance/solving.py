"""
How much each step does: one sparse system, solved in blocks, for all draws at once.

A row is the balance of a material that stays inside, a column a step. A row is matched with a
step that can close it; steps that need one another (recycles) form a block. A chain without
recycles is solved by substitution, a recycle by the LU of its own small block
(`numpy.linalg.solve`, vectorised over draws), so that the work grows with the recycles and not
with the cube of the chain. I. Duff, A. Erisman, J. Reid, Direct Methods for Sparse Matrices, 2nd
ed., 2017, ch. 6: transversals and block triangular form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tuijin.engines.balance.spec import INWARDS, Chain, Quantity, Range
from tuijin.errors import ModelError, Problem

Cells = dict[tuple[str, str], np.ndarray]
_NEGLIGIBLE_RATIO = 1e-9


@dataclass(frozen=True, slots=True)
class Balance:
    """
    A chain solved.

    Parameters
    ----------
    chain
        With no ranges left in it.
    activity
        Step to its units a year, shape (n_draws,).
    net
        (material, step) to tonnes given less taken per unit, shape (n_draws,).
    t_per_year
        Of the product, shape (n_draws,).
    """

    chain: Chain
    n_draws: int
    activity: Mapping[str, np.ndarray]
    net: Mapping[tuple[str, str], np.ndarray]
    t_per_year: np.ndarray

    def flow_t_per_year(self, material: str, step: str) -> np.ndarray:
        """Tonnes a step gives (positive) or takes (negative) in a year."""
        flow: np.ndarray = self.net[material, step] * self.activity[step]
        return flow

    def crossing_t_per_year(self, material: str) -> np.ndarray:
        """Tonnes that cross the boundary in a year: out positive, in negative."""
        total = np.zeros(self.n_draws)
        for found, step in self.net:
            if found == material:
                total += self.flow_t_per_year(material, step)
        return total


def solve(chain: Chain, *, n_draws: int = 1) -> Balance:
    """
    Find the activity of each step that makes the product, and what crosses the boundary.

    Parameters
    ----------
    chain
        Each quantity a number or draws of shape (n_draws,).

    Raises
    ------
    ModelError
        spec_invalid: the balances do not decide the steps; negative_flow: some draw would run a
        step backwards, buy what comes out or sell what goes in.
    """
    net = _net(chain, n_draws)
    made = as_draws(chain.product.t_per_year, n_draws)
    inside = [name for name, m in chain.materials.items() if m.boundary == "inside"]
    _check_both_ends(chain, inside)
    closes = _match(chain, inside, net)
    activity: dict[str, np.ndarray] = {}
    for block in _blocks(closes, net):
        _solve_block(block, closes, net, {chain.product.material: made}, activity)
    balance = Balance(chain, n_draws, activity, net, made)
    _check_signs(balance)
    return balance


def as_draws(quantity: Quantity, n_draws: int) -> np.ndarray:
    """Shape (n_draws,); the quantity is a number or has that shape."""
    assert not isinstance(quantity, Range), "draw_chain comes first"
    return np.broadcast_to(np.asarray(quantity, dtype=float), (n_draws,))


def _net(chain: Chain, n_draws: int) -> Cells:
    cells: Cells = {}
    for key, step in chain.steps.items():
        left = np.zeros(n_draws)
        for sign, part in ((-1.0, step.inputs), (1.0, step.outputs)):
            for material, quantity in part.items():
                tonnes = sign * as_draws(quantity, n_draws)
                cells[material, key] = cells.get((material, key), 0.0) + tonnes
                left -= tonnes
        if step.rest is not None:
            if (left < -chain.closure_ratio).any():
                raise _fault(f"/steps/{key}/rest", "no mass is left: more is given than taken")
            cells[step.rest, key] = cells.get((step.rest, key), 0.0) + np.maximum(left, 0.0)
    return cells


def _fault(path: str, message: str, *, code: str = "spec_invalid") -> ModelError:
    return ModelError(
        f"{path}: {message}", code=code, problems=[Problem("spec", message, field=path)]
    )


def _check_both_ends(chain: Chain, inside: list[str]) -> None:
    """What stays inside is made by a step and taken by another, or is the product."""
    made = {m for step in chain.steps.values() for m in (*step.outputs, step.rest)}
    taken = {m for step in chain.steps.values() for m in step.inputs} | {chain.product.material}
    for material in inside:
        if material not in made:
            raise _fault(f"/materials/{material}", "no step makes it, and it is not bought")
        if material not in taken:
            raise _fault(f"/materials/{material}", "no step takes it, and it does not go out")


def _match(chain: Chain, inside: list[str], net: Cells) -> dict[str, str]:
    """Step to the material whose balance it closes: a maximum matching by augmenting paths."""
    touching: dict[str, list[str]] = {material: [] for material in inside}
    for (material, step), tonnes in net.items():
        if material in touching and tonnes.any():
            touching[material].append(step)
    closes: dict[str, str] = {}

    def place(material: str, tried: set[str]) -> bool:
        for step in touching[material]:
            if step not in tried:
                tried.add(step)
                if step not in closes or place(closes[step], tried):
                    closes[step] = material
                    return True
        return False

    for material in inside:
        if not place(material, set()):
            raise _fault(
                f"/materials/{material}",
                "no step is left to balance it: let it cross the boundary, or add the step that "
                "makes it or takes it",
            )
    for step in chain.steps:
        if step not in closes:
            raise _fault(f"/steps/{step}", "nothing decides how much it does: too few of the "
                         "materials are inside")  # fmt: skip
    return closes


def _blocks(closes: Mapping[str, str], net: Cells) -> list[list[str]]:
    """Steps that need one another, in an order in which each block needs only those before it."""
    steps = list(closes)
    place = {step: n for n, step in enumerate(steps)}
    row_of = {material: place[step] for step, material in closes.items()}
    reaches = np.eye(len(steps), dtype=bool)
    for material, step in net:
        if material in row_of:
            reaches[row_of[material], place[step]] = True
    for _ in range(max(1, len(steps)).bit_length()):
        reaches = (reaches.astype(np.float32) @ reaches.astype(np.float32)) > 0
    order = np.argsort(reaches.sum(axis=1), kind="stable")
    blocks, seen = [], np.zeros(len(steps), dtype=bool)
    for n in order:
        if not seen[n]:
            block = reaches[n] & reaches[:, n]
            seen |= block
            blocks.append([steps[k] for k in np.flatnonzero(block)])
    return blocks


def _solve_block(
    block: list[str], closes: Mapping[str, str], net: Cells, wanted: Mapping[str, np.ndarray],
    activity: dict[str, np.ndarray],
) -> None:  # fmt: skip
    rows = [closes[step] for step in block]
    n_draws = next(iter(net.values())).size
    left = np.zeros((n_draws, len(block), len(block)))
    right = np.zeros((n_draws, len(block)))
    place = {material: n for n, material in enumerate(rows)}
    column = {step: n for n, step in enumerate(block)}
    for material, tonnes in wanted.items():
        if material in place:
            right[:, place[material]] = tonnes
    for (material, step), tonnes in net.items():
        if material not in place:
            continue
        if step in column:
            left[:, place[material], column[step]] = tonnes
        else:
            right[:, place[material]] -= tonnes * activity[step]
    try:
        found = np.linalg.solve(left, right[..., None])[..., 0]
    except np.linalg.LinAlgError:
        raise _fault(f"/steps/{block[0]}", f"the balances of {', '.join(rows)} do not decide "
                     f"{', '.join(block)}") from None  # fmt: skip
    for step, n in column.items():
        activity[step] = found[:, n]


def _check_signs(balance: Balance) -> None:
    chain = balance.chain
    for step, units in balance.activity.items():
        if (units < -_NEGLIGIBLE_RATIO * np.abs(units).max()).any() or not np.isfinite(units).all():
            raise _fault(f"/steps/{step}", "would have to run backwards: a recycle gives more "
                         "than it takes, or more is asked for than there is",
                         code="negative_flow")  # fmt: skip
    for name, material in chain.materials.items():
        if material.boundary == "inside":
            continue
        tonnes = balance.crossing_t_per_year(name)
        outwards = -tonnes if material.boundary in INWARDS else tonnes
        if (outwards < -_NEGLIGIBLE_RATIO * np.abs(balance.t_per_year).max()).any():
            way = "comes out" if material.boundary in INWARDS else "would have to come in"
            raise _fault(f"/materials/{name}", f"is {material.boundary}, but {way}",
                         code="negative_flow")  # fmt: skip
