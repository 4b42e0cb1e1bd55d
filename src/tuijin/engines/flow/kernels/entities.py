"""Entities: made, admitted, put into lists, gone."""

from __future__ import annotations

import math

from tuijin.engines.flow.kernels import rows as at
from tuijin.engines.flow.kernels.compiling import inlined, kernel
from tuijin.engines.flow.kernels.measures import mark
from tuijin.engines.flow.kernels.random import next_word, unit
from tuijin.engines.flow.kernels.rows import Row
from tuijin.engines.flow.kernels.tables import PRIORITY


@inlined
def make(world: Row, class_: int) -> int:
    """Take an entity from the free ones; the loop keeps `reserve` of them free."""
    i = world["free_job"]
    job = at.job(world, i)
    world["free_job"] = job["next"]
    world["n_free"] -= 1
    job["class_"] = class_
    job["next"] = -1
    job["key"] = -1
    for measure in range(world["n_measures"]):
        at.stamp(world, i * world["n_measures"] + measure)["time"] = math.nan
    return i


@inlined
def admit(world: Row, i: int, now: float) -> None:
    """The entity is in the network from now on."""
    world["wip_area"] += world["in_system"] * (now - world["wip_last"])
    world["wip_last"] = now
    world["in_system"] += 1
    job = at.job(world, i)
    job["created"] = now
    at.class_(world, job["class_"])["created"] += 1
    if world["marks"]:
        mark(world, i, 4 * world["n_stations"], now)


@inlined
def remove(world: Row, i: int, now: float) -> None:
    """The entity is no longer in the network, for whatever reason."""
    world["wip_area"] += world["in_system"] * (now - world["wip_last"])
    world["wip_last"] = now
    world["in_system"] -= 1
    discard(world, i)


@inlined
def discard(world: Row, i: int) -> None:
    at.job(world, i)["next"] = world["free_job"]
    world["free_job"] = i
    world["n_free"] += 1


@inlined
def leave_network(world: Row, i: int, now: float) -> None:
    job = at.job(world, i)
    kept = at.class_(world, job["class_"])
    kept["exited"] += 1
    sojourn = now - job["created"]
    delta = sojourn - kept["sojourn_mean"]
    kept["sojourn_mean"] += delta / kept["exited"]
    kept["sojourn_m2"] += delta * (sojourn - kept["sojourn_mean"])
    if world["marks"]:
        mark(world, i, 4 * world["n_stations"] + 1, now)
    remove(world, i, now)


@inlined
def choose_branch(world: Row, first: int, n: int, stream: int) -> int:
    """Row of the branch taken; one way out needs no number."""
    if n == 1:
        return first
    u = unit(next_word(world, stream))
    row = first
    while row < first + n - 1 and at.branch(world, row)["cumulative"] < u:
        row += 1
    return row


@inlined
def enqueue(world: Row, i: int, s: int) -> None:
    """Put an entity where its station's discipline wants it."""
    station = at.station(world, s)
    row = station["first_queue"]
    if station["features"] & PRIORITY:
        row += at.step(world, s * world["n_classes"] + at.job(world, i)["class_"])["queue"]
    queue = at.queue(world, row)
    station["waiting"] += 1
    job = at.job(world, i)
    if queue["head"] < 0:
        job["next"] = -1
        queue["head"] = i
        queue["tail"] = i
    elif station["lifo"]:
        job["next"] = queue["head"]
        queue["head"] = i
    else:
        job["next"] = -1
        at.job(world, queue["tail"])["next"] = i
        queue["tail"] = i


@inlined
def dequeue(world: Row, station: Row) -> int:
    """Take who is first; somebody waits."""
    row = station["first_queue"]
    while at.queue(world, row)["head"] < 0:
        row += 1
    queue = at.queue(world, row)
    i = queue["head"]
    queue["head"] = at.job(world, i)["next"]
    station["waiting"] -= 1
    return i


@kernel
def wait_outside(world: Row, i: int, target: int) -> None:
    """Line up for a station that has no room."""
    job = at.job(world, i)
    job["target"] = target
    job["next"] = -1
    station = at.station(world, target)
    if station["blocked_head"] < 0:
        station["blocked_head"] = i
    else:
        at.job(world, station["blocked_tail"])["next"] = i
    station["blocked_tail"] = i
