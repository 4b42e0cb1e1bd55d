"""The trace: what happened, row by row, while there is room."""

from __future__ import annotations

from tuijin.engines.flow.kernels import rows as at
from tuijin.engines.flow.kernels.compiling import kernel
from tuijin.engines.flow.kernels.rows import Row


@kernel
def note(world: Row, what: int, who: int, where: int, with_: int, time: float) -> None:
    """Write a row; what finds no room is counted only."""
    n = world["n_trace"]
    world["n_trace"] = n + 1
    if n < world["trace_room"]:
        row = at.trace(world, n)
        row["time"] = time
        row["what"] = what
        row["who"] = who
        row["where"] = where
        row["with_"] = with_
