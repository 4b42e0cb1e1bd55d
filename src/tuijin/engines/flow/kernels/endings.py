"""The end of a service: batches, and room that lets in those who are blocked."""

from __future__ import annotations

from tuijin.engines.flow.kernels import fleets, servers, stations
from tuijin.engines.flow.kernels import rows as at
from tuijin.engines.flow.kernels.compiling import inlined, kernel
from tuijin.engines.flow.kernels.entities import admit, make, remove, wait_outside
from tuijin.engines.flow.kernels.rows import Row
from tuijin.engines.flow.kernels.sources import plan_arrival
from tuijin.engines.flow.kernels.tables import (
    BULK,
    CHARGING,
    LOADING,
    POOLED,
    SPECIAL,
    SPLITS,
    TO_DROP,
    UNITS,
    WAITS_FOR_ROOM,
    WATCHED,
)


@inlined
def finish(world: Row, i: int, key: int, now: float) -> None:
    """Service is over."""
    job = at.job(world, i)
    s = job["station"]
    station = at.station(world, s)
    features = station["features"]
    if features & SPECIAL:
        _finish_special(world, i, key, now)
        return
    stations.accrue(station, now)
    station["busy"] -= 1
    station["blocked"] += 1
    stations.pass_on(world, i, s, features & ~SPECIAL, now)
    stations.start_next(world, s, now)
    if station["blocked_head"] >= 0:
        wake(world, s, now)


@kernel
def _finish_special(world: Row, i: int, key: int, now: float) -> None:
    """`finish` where more can be the matter; apart, so that the others do not pay for it."""
    job = at.job(world, i)
    s = job["station"]
    station = at.station(world, s)
    features = station["features"]
    if features & WATCHED and job["key"] != key:
        return  # the service was interrupted since
    stations.accrue(station, now)
    station["busy"] -= 1
    station["blocked"] += 1
    if features & UNITS:
        servers.stop(world, job["server"], now)
        at.server(world, job["server"])["job"] = -1
    if features & (BULK | SPLITS):
        _finish_batch(world, i, s, now)
    else:
        _pass_on(world, i, s, now)
    if features & POOLED:
        pool = at.pool(world, station["pool"])
        stations.accrue_pool(pool, now)
        pool["free"] += station["pool_need"]
        stations.serve_pool(world, station["pool"], now)
    stations.start_next(world, s, now)
    if station["blocked_head"] >= 0:
        wake(world, s, now)


@kernel
def _finish_batch(world: Row, head: int, s: int, now: float) -> None:
    """Pass on every member of a batch, each as many times as the station splits it."""
    station = at.station(world, s)
    u = at.job(world, head)["server"]
    n_more = station["split"] - 1
    member = head
    while member >= 0 and n_more > 0:
        at.server(world, u)["n_held"] += n_more
        station["inside"] += n_more
        member = at.job(world, member)["next"] if station["features"] & BULK else -1
    member = head
    while member >= 0:
        following = at.job(world, member)["next"] if station["features"] & BULK else -1
        for _ in range(n_more):
            _pass_on(world, _copy(world, member, now), s, now)
        if station["merges"] and member != head:
            at.class_(world, at.job(world, member)["class_"])["absorbed"] += 1
            station["finished"] += 1
            stations.release(world, member, s, station["features"], now)
            remove(world, member, now)
        else:
            _pass_on(world, member, s, now)
        member = following


@kernel
def _pass_on(world: Row, i: int, s: int, now: float) -> None:
    """One copy of the code, for callers off the beaten path."""
    stations.pass_on(world, i, s, at.station(world, s)["features"], now)


@kernel
def _copy(world: Row, i: int, now: float) -> int:
    """One more of an entity, with its history."""
    parent = at.job(world, i)
    j = make(world, parent["class_"])
    admit(world, j, now)
    job = at.job(world, j)
    job["station"] = parent["station"]
    job["server"] = parent["server"]
    job["arrived"] = now
    job["created"] = parent["created"]
    for measure in range(world["n_measures"]):
        at.stamp(world, j * world["n_measures"] + measure)["time"] = at.stamp(
            world, i * world["n_measures"] + measure
        )["time"]
    return j


@kernel
def wake(world: Row, s: int, now: float) -> None:
    """Room at s: let those in who are blocked for it, and so on upstream."""
    at.wake(world, 0)["station"] = s
    n = 1
    while n > 0:
        n -= 1
        s = at.wake(world, n)["station"]
        station = at.station(world, s)
        station["woken"] = 0
        while station["blocked_head"] >= 0 and station["inside"] < station["capacity"]:
            i = station["blocked_head"]
            station["blocked_head"] = at.job(world, i)["next"]
            u = at.job(world, i)["station"]
            if u < 0:
                _let_in(world, i, s, -1 - u, now)
                continue
            before = at.station(world, u)
            stations.accrue(before, now)
            stations.release(world, i, u, before["features"], now)
            stations.let_in(world, i, s, now)
            stations.start_next(world, u, now)
            if before["blocked_head"] >= 0 and not before["woken"] and u != s:
                before["woken"] = 1
                at.wake(world, n)["station"] = u
                n += 1


@kernel
def _let_in(world: Row, i: int, s: int, row: int, now: float) -> None:
    """An entity that waited outside, before a source or on a vehicle, has room at last."""
    if row < world["n_sources"]:
        admit(world, i, now)
        stations.let_in(world, i, s, now)
        _free_source(world, row, now)
    else:
        stations.let_in(world, i, s, now)
        fleets.set_free(world, row - world["n_sources"], now)


@kernel
def move_vehicle(world: Row, v: int, now: float) -> None:
    """A vehicle has come to the end of a lane, or of what it did standing."""
    vehicle = at.vehicle(world, v)
    if vehicle["lane"] >= 0:
        fleets.leave_lane(world, v, now)
        fleets.go_on(world, v, now)
    elif vehicle["state"] == LOADING:
        target = at.job(world, vehicle["job"])["target"]
        fleets.drive(world, v, at.station(world, target)["node"], TO_DROP, now)
    elif vehicle["state"] == CHARGING:
        fleets.end_charge(world, v, now)
    else:
        _deliver(world, v, now)


@kernel
def _deliver(world: Row, v: int, now: float) -> None:
    """Give the entity to its station, or wait with it until there is room."""
    i = at.vehicle(world, v)["job"]
    s = at.job(world, i)["target"]
    station = at.station(world, s)
    if station["inside"] < station["capacity"]:
        stations.let_in(world, i, s, now)
        fleets.set_free(world, v, now)
    elif station["loses"]:
        stations.lose(world, i, s, now)
        fleets.set_free(world, v, now)
    else:
        fleets.become(world, v, WAITS_FOR_ROOM, now)
        at.job(world, i)["station"] = -1 - world["n_sources"] - v
        wait_outside(world, i, s)


@kernel
def _free_source(world: Row, row: int, now: float) -> None:
    source = at.source(world, row)
    source["blocked"] -= 1
    if source["blocked"] == 0:
        plan_arrival(world, row, now)
