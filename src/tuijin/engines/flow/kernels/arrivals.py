"""Arrivals from sources."""

from __future__ import annotations

from tuijin.engines.flow.kernels import rows as at
from tuijin.engines.flow.kernels import stations
from tuijin.engines.flow.kernels.compiling import inlined
from tuijin.engines.flow.kernels.entities import admit, choose_branch, make, wait_outside
from tuijin.engines.flow.kernels.random import sample
from tuijin.engines.flow.kernels.rows import Row
from tuijin.engines.flow.kernels.sources import plan_arrival


@inlined
def arrive(world: Row, row: int, key: int, now: float) -> None:
    """A source sends one entity, or a batch."""
    source = at.source(world, row)
    if source["key"] != key:
        return  # the source closed since
    source["key"] = -1
    if not source["waits"]:
        plan_arrival(world, row, now)
    n = 1
    if source["batch"] >= 0:
        n = int(sample(world, source["batch"], source["batch_stream"]))
    for _ in range(n):
        _send(world, row, now)
    if source["waits"] and source["blocked"] == 0:
        plan_arrival(world, row, now)


@inlined
def _send(world: Row, row: int, now: float) -> None:
    source = at.source(world, row)
    branch = at.branch(
        world,
        choose_branch(world, source["first_branch"], source["n_branches"], source["route_stream"]),
    )
    i = make(world, branch["new_class"])
    target = branch["target"]
    station = at.station(world, target)
    if station["inside"] < station["capacity"]:
        admit(world, i, now)
        stations.enter(world, i, target, now)
    elif source["waits"]:
        source["blocked"] += 1
        at.job(world, i)["station"] = -1 - row
        wait_outside(world, i, target)
    else:
        admit(world, i, now)
        stations.lose(world, i, target, now)
