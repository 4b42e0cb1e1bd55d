"""Draws of every uncertain number of a chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np

from tuijin.engines.balance.spec import Chain, Range

_Part = TypeVar("_Part")


def draw_chain(chain: Chain, *, n_draws: int, rng: np.random.Generator) -> Chain:
    """
    Put draws of shape (n_draws,) in place of every range.

    Each range has a stream of its own in the order of the chain, so that fixing the last leaves
    the draws of the others.
    """

    def draw(found: Range) -> np.ndarray:
        (stream,) = rng.spawn(1)
        if found.low == found.high:
            return np.full(n_draws, found.low)
        if found.mode is None:
            return stream.uniform(found.low, found.high, n_draws)
        return stream.triangular(found.low, found.mode, found.high, n_draws)

    def walk(part: Any) -> Any:
        if isinstance(part, Range):
            return draw(part)
        if isinstance(part, Mapping):
            return {key: walk(item) for key, item in part.items()}
        if is_dataclass(part) and not isinstance(part, type):
            return replace(part, **{f.name: walk(getattr(part, f.name)) for f in fields(part)})
        return part

    return _same(chain, walk(chain))


def _same(_: _Part, found: Any) -> _Part:
    """Give what came out the type of what went in."""
    typed: _Part = found
    return typed
