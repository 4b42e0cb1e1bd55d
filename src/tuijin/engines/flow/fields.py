"""Fields of a spec: what each may hold, said once, for reading, checking and the JSON Schema."""

from __future__ import annotations

from dataclasses import field
from typing import Any

# A float whose unit the network states: `time_unit` for times. Bare numbers (shapes, weights) too.
Time = float
Probability = float


def limited(
    *,
    default: Any = ...,
    low: float | None = None,
    above: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    most: int | None = None,
    refers: str = "",
) -> Any:
    """
    Field with limits: of its number (or each of its numbers), its words, or its length.

    `refers` names the part of the network that the word must be a key of.
    """
    limits = {
        "low": low, "above": above, "high": high, "choices": choices, "most": most,
        "refers": refers,
    }  # fmt: skip
    metadata = {name: value for name, value in limits.items() if value not in (None, (), "")}
    if default is ...:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)
