"""Servers that are somebody: set up, failing, repaired, paused, shared by a batch."""

from __future__ import annotations

from tuijin.engines.flow.kernels import rows as at
from tuijin.engines.flow.kernels.compiling import kernel
from tuijin.engines.flow.kernels.heap import schedule
from tuijin.engines.flow.kernels.random import sample
from tuijin.engines.flow.kernels.rows import Row
from tuijin.engines.flow.kernels.tables import DONE, FAIL, REPAIRED


@kernel
def occupy(world: Row, i: int, s: int, duration: float, now: float) -> int:
    """Give an entity one of the station's servers, set up for it, and start work; return it."""
    station = at.station(world, s)
    class_ = at.job(world, i)["class_"]
    found = -1
    for u in range(station["first_server"], station["first_server"] + station["n_servers"]):
        server = at.server(world, u)
        if server["n_held"] == 0 and server["halted"] == 0:
            if server["last_class"] == class_:
                found = u
                break
            if found < 0:
                found = u
    server = at.server(world, found)
    setup = at.step(world, s * world["n_classes"] + class_)["setup"]
    if setup >= 0 and server["last_class"] >= 0 and server["last_class"] != class_:
        setup_time = sample(world, setup, station["setup_stream"])
        station["setup_sum"] += setup_time
        duration += setup_time
    server["last_class"] = class_
    server["job"] = i
    server["n_held"] = 1
    server["left"] = duration
    at.job(world, i)["server"] = found
    run(world, found, now)
    return found


@kernel
def run(world: Row, u: int, now: float) -> None:
    """Start or resume the work of a server."""
    server = at.server(world, u)
    server["running"] = 1
    server["since"] = now
    server["end"] = now + server["left"]
    job = at.job(world, server["job"])
    job["key"] = schedule(world, server["end"], DONE, server["job"])
    modes = at.mode_range(world, u)
    for m in range(modes["first"], modes["first"] + modes["n"]):
        mode = at.mode(world, m)
        if mode["by_operation"] and mode["left"] < server["left"]:
            mode["key"] = schedule(world, now + mode["left"], FAIL, m)


@kernel
def stop(world: Row, u: int, now: float) -> None:
    """End a stretch of work, done or not."""
    server = at.server(world, u)
    server["running"] = 0
    server["left"] = max(0.0, server["end"] - now)
    worked = now - server["since"]
    modes = at.mode_range(world, u)
    for m in range(modes["first"], modes["first"] + modes["n"]):
        mode = at.mode(world, m)
        if mode["by_operation"]:
            mode["left"] = max(0.0, mode["left"] - worked)
            mode["key"] = -1


@kernel
def halt(world: Row, u: int, now: float) -> None:
    """One more reason for a server to stand still; its station is accrued."""
    server = at.server(world, u)
    server["halted"] += 1
    if server["halted"] > 1:
        return
    station = at.station(world, server["station"])
    if server["running"]:
        stop(world, u, now)
        at.job(world, server["job"])["key"] = -1
        station["busy"] -= 1
        station["down"] += 1
    elif server["n_held"] == 0:
        station["free"] -= 1
        station["down"] += 1


@kernel
def resume(world: Row, u: int, now: float) -> None:
    """One reason less; the caller then starts what waits at the station."""
    server = at.server(world, u)
    server["halted"] -= 1
    if server["halted"] > 0:
        return
    station = at.station(world, server["station"])
    if server["job"] >= 0:
        station["down"] -= 1
        station["busy"] += 1
        run(world, u, now)
    elif server["n_held"] == 0:
        station["down"] -= 1
        station["free"] += 1


@kernel
def plan_failure(world: Row, m: int, now: float) -> None:
    """Draw how long until a mode's next failure, and put it on the clock it runs by."""
    mode = at.mode(world, m)
    up = sample(world, mode["up"], mode["up_stream"])
    if mode["by_operation"]:
        mode["left"] = up
    else:
        mode["key"] = schedule(world, now + up, FAIL, m)


@kernel
def repair(world: Row, m: int, now: float) -> None:
    mode = at.mode(world, m)
    until = now + sample(world, mode["repair"], mode["repair_stream"])
    schedule(world, until, REPAIRED, m)
