"""Fields of a spec: what each may hold, said once, for reading, checking and the JSON Schema."""

from __future__ import annotations

from dataclasses import field
from typing import Any

# One number for all years, or one for each year from the first on; the last holds for the rest.
Yearly = float | tuple[float, ...]


def limited(
    *,
    default: Any = ...,
    low: float | None = None,
    above: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    most: int | None = None,
) -> Any:
    """Field with limits: of its number (or each of its numbers), its words, or its length."""
    limits = {
        "low": low, "above": above, "high": high, "choices": choices, "most": most,
    }  # fmt: skip
    metadata = {name: value for name, value in limits.items() if value not in (None, ())}
    if default is ...:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def ratio(*, default: Any = ..., high: float = 1.0) -> Any:
    return limited(default=default, low=0, high=high)


def yuan(*, default: Any = ...) -> Any:
    return limited(default=default, low=0, high=1e15)
