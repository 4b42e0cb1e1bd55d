"""
Names of what may vary from draw to draw; a factor multiplies every amount that bears its name.

`price` scales all prices and `price.NAME` one product's; so do `volume`, `cost` and `investment`.
`income_tax` and `surcharges` scale rates.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tuijin.engines.returns.spec import Project
from tuijin.errors import ParameterOutOfRange

_OF_PARTS = {
    "price": "products", "volume": "products", "cost": "costs", "investment": "assets",
}  # fmt: skip
_ALONE = ("working_capital", "tax", "subsidy", "income_tax", "surcharges")


def known_factors(project: Project) -> tuple[str, ...]:
    named = [
        f"{word}.{name}" for word, part in _OF_PARTS.items() for name in getattr(project, part)
    ]
    return (*_OF_PARTS, *_ALONE, *named)


def check_factors(project: Project, factors: Mapping[str, np.ndarray]) -> int:
    """Return the number of draws that all factors have."""
    known = known_factors(project)
    for name, values in factors.items():
        if name not in known:
            raise ParameterOutOfRange(f"{name!r} is not a factor; known are {', '.join(known)}")
        if not np.isfinite(values).all():
            raise ParameterOutOfRange(f"factor {name!r} must be finite in every draw")
    sizes = {np.size(values) for values in factors.values()} - {1}
    if len(sizes) > 1:
        raise ParameterOutOfRange(f"factors must have as many draws each, got {sorted(sizes)}")
    return sizes.pop() if sizes else 1


def scale_groups(
    groups: tuple[tuple[str, ...], ...], factors: Mapping[str, np.ndarray], n_draws: int
) -> np.ndarray:
    """Product of the factors that scale each group, shape (n_groups, n_draws)."""
    scales = np.ones((len(groups), n_draws))
    for g, names in enumerate(groups):
        for name in names:
            if name in factors:
                scales[g] *= factors[name]
    return scales
