"""When a source's next entity comes."""

from __future__ import annotations

from tuijin.engines.flow.kernels import rows as at
from tuijin.engines.flow.kernels.compiling import inlined
from tuijin.engines.flow.kernels.heap import schedule
from tuijin.engines.flow.kernels.random import sample
from tuijin.engines.flow.kernels.rows import Row
from tuijin.engines.flow.kernels.tables import ARRIVAL, RENEWAL


@inlined
def plan_arrival(world: Row, row: int, now: float) -> None:
    """Put a source's next arrival on the calendar, or keep it for when the source opens."""
    source = at.source(world, row)
    if source["remaining"] == 0:
        return
    if source["kind"] == RENEWAL:
        wait = sample(world, source["gap"], source["gap_stream"])
    else:
        if source["position"] == source["n_times"]:
            return
        wait = max(0.0, at.number(world, source["first_time"] + source["position"])["value"] - now)
        source["position"] += 1
    source["remaining"] -= 1
    if source["closed"]:
        # the clock of a renewal stands still while closed; a schedule's times are what they are
        source["next_time"] = wait if source["kind"] == RENEWAL else now + wait
        source["key"] = -2
        return
    source["next_time"] = now + wait
    source["key"] = schedule(world, now + wait, ARRIVAL, row)
