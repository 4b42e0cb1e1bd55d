"""Entities through stations: enter, begin, start the next, hand out operators, pass on."""

from __future__ import annotations

from tuijin.engines.flow.kernels import fleets, servers
from tuijin.engines.flow.kernels import rows as at
from tuijin.engines.flow.kernels.compiling import inlined, kernel
from tuijin.engines.flow.kernels.entities import (
    choose_branch,
    dequeue,
    enqueue,
    leave_network,
    remove,
    wait_outside,
)
from tuijin.engines.flow.kernels.heap import schedule
from tuijin.engines.flow.kernels.measures import mark
from tuijin.engines.flow.kernels.random import sample
from tuijin.engines.flow.kernels.rows import Row
from tuijin.engines.flow.kernels.tables import (
    ARRIVES,
    BULK,
    DONE,
    FINISHES,
    GUARDED,
    LEAVES,
    MARKED,
    POOLED,
    SENDS,
    STARTS,
    UNITS,
)


@inlined
def accrue(station: Row, now: float) -> None:
    """Bring a station's integrals up to now, before any of its counts changes."""
    passed = now - station["last"]
    station["last"] = now
    station["waiting_area"] += station["waiting"] * passed
    station["busy_area"] += station["busy"] * passed
    station["blocked_area"] += station["blocked"] * passed
    station["down_area"] += station["down"] * passed
    station["inside_area"] += station["inside"] * passed


@inlined
def enter(world: Row, i: int, s: int, now: float) -> None:
    """Let an entity into a station that has room."""
    station = at.station(world, s)
    accrue(station, now)
    station["inside"] += 1
    station["arrived"] += 1
    job = at.job(world, i)
    job["station"] = s
    job["arrived"] = now
    features = station["features"]
    if features & MARKED:
        mark(world, i, 4 * s + ARRIVES, now)
    if station["free"] > 0 and station["waiting"] == 0 and not features & GUARDED:
        begin(world, i, s, now)
        return
    enqueue(world, i, s)
    if features & GUARDED:
        start_next(world, s, now)


@kernel
def let_in(world: Row, i: int, s: int, now: float) -> None:
    """`enter`, for callers off the beaten path: one copy of its code is enough for them."""
    enter(world, i, s, now)


@inlined
def begin(world: Row, i: int, s: int, now: float) -> None:
    """Start service; the entity is in no list."""
    station = at.station(world, s)
    job = at.job(world, i)
    station["free"] -= 1
    station["busy"] += 1
    station["started"] += 1
    station["wait_sum"] += now - job["arrived"]
    features = station["features"]
    if features & MARKED:
        mark(world, i, 4 * s + STARTS, now)
    step = at.step(world, s * world["n_classes"] + job["class_"])
    duration = sample(world, step["service"], station["stream"])
    if features & UNITS:
        u = servers.occupy(world, i, s, duration, now)
        if features & BULK:
            _gather(world, i, s, u, now)
    else:
        job["key"] = schedule(world, now + duration, DONE, i)


@kernel
def _gather(world: Row, head: int, s: int, u: int, now: float) -> None:
    """Chain those who are served together with the head of a batch."""
    station = at.station(world, s)
    last = head
    n = 1
    while n < station["batch_max"] and station["waiting"] > 0:
        i = dequeue(world, station)
        at.job(world, last)["next"] = i
        at.job(world, i)["server"] = u
        station["started"] += 1
        station["wait_sum"] += now - at.job(world, i)["arrived"]
        if station["features"] & MARKED:
            mark(world, i, 4 * s + STARTS, now)
        last = i
        n += 1
    at.job(world, last)["next"] = -1
    at.server(world, u)["n_held"] = n


@kernel
def start_next(world: Row, s: int, now: float) -> None:
    """Begin as many services as servers, entities, doors and operators allow."""
    station = at.station(world, s)
    while station["free"] > 0 and station["waiting"] >= station["batch_min"]:
        if station["closed"] > 0:
            return
        if station["features"] & POOLED and not _take_operators(world, s, now):
            return
        begin(world, dequeue(world, station), s, now)


@kernel
def _take_operators(world: Row, s: int, now: float) -> bool:
    station = at.station(world, s)
    pool = at.pool(world, station["pool"])
    if pool["closed"] == 0 and pool["free"] >= station["pool_need"]:
        accrue_pool(pool, now)
        pool["free"] -= station["pool_need"]
        return True
    if not station["pool_waiting"]:
        station["pool_waiting"] = 1
        station["pool_next"] = -1
        if pool["station_head"] < 0:
            pool["station_head"] = s
        else:
            at.station(world, pool["station_tail"])["pool_next"] = s
        pool["station_tail"] = s
    return False


@inlined
def accrue_pool(pool: Row, now: float) -> None:
    pool["busy_area"] += (pool["count"] - pool["free"]) * (now - pool["last"])
    pool["last"] = now


@kernel
def serve_pool(world: Row, p: int, now: float) -> None:
    """Hand out free operators: to repairs first, then to stations in the order they asked."""
    pool = at.pool(world, p)
    accrue_pool(pool, now)
    while pool["closed"] == 0 and pool["free"] > 0 and pool["mode_head"] >= 0:
        m = pool["mode_head"]
        pool["mode_head"] = at.mode(world, m)["next"]
        pool["free"] -= 1
        servers.repair(world, m, now)
    while pool["closed"] == 0 and pool["station_head"] >= 0:
        s = pool["station_head"]
        station = at.station(world, s)
        can_start = (
            station["free"] > 0
            and station["waiting"] >= station["batch_min"]
            and station["closed"] == 0
        )
        if can_start and pool["free"] < station["pool_need"]:
            return
        pool["station_head"] = station["pool_next"]
        station["pool_waiting"] = 0
        accrue(station, now)
        start_next(world, s, now)


@inlined
def pass_on(world: Row, i: int, s: int, features: int, now: float) -> None:
    """
    Send an entity where its route leads, or let it hold its server until there is room.

    `features` are the station's; a caller that has ruled some out spares looking at them again.
    """
    station = at.station(world, s)
    job = at.job(world, i)
    station["finished"] += 1
    if features & MARKED:
        mark(world, i, 4 * s + FINISHES, now)
    step = at.step(world, s * world["n_classes"] + job["class_"])
    branch = at.branch(
        world,
        choose_branch(world, step["first_branch"], step["n_branches"], station["route_stream"]),
    )
    job["class_"] = branch["new_class"]
    target = branch["target"]
    if features & SENDS and branch["fleet"] >= 0:
        release(world, i, s, features, now)
        fleets.request(world, i, branch["fleet"], s, target, now)
        return
    if target < 0:
        release(world, i, s, features, now)
        leave_network(world, i, now)
        return
    to = at.station(world, target)
    if to["inside"] < to["capacity"] or target == s:
        release(world, i, s, features, now)
        enter(world, i, target, now)
    elif to["loses"]:
        release(world, i, s, features, now)
        lose(world, i, target, now)
    else:
        wait_outside(world, i, target)


@kernel
def lose(world: Row, i: int, s: int, now: float) -> None:
    """An entity in the network finds a full station that turns it away."""
    at.station(world, s)["lost"] += 1
    at.class_(world, at.job(world, i)["class_"])["lost"] += 1
    remove(world, i, now)


@inlined
def release(world: Row, i: int, s: int, features: int, now: float) -> None:
    """An entity gives up its place and its server; the station is accrued. See `pass_on`."""
    station = at.station(world, s)
    job = at.job(world, i)
    station["inside"] -= 1
    station["left"] += 1
    station["stay_sum"] += now - job["arrived"]
    if features & MARKED:
        mark(world, i, 4 * s + LEAVES, now)
    if not features & UNITS:
        station["blocked"] -= 1
        station["free"] += 1
        return
    server = at.server(world, job["server"])
    server["n_held"] -= 1
    if server["n_held"] == 0:
        station["blocked"] -= 1
        if server["halted"]:
            station["down"] += 1
        else:
            station["free"] += 1
