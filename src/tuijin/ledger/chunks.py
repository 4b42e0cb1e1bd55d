"""Split what is asked about into lists that fit a query's variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
CHUNK = 5000


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Yield lists of at most `size` values, in order."""
    items = list(values)
    return (items[start : start + size] for start in range(0, len(items), size))
