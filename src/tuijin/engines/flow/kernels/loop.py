"""The event loop: one compiled function for every network there can be."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numba
from numba import njit

from tuijin.engines.flow.kernels import arrivals, endings, fleets, servers, sources, stations
from tuijin.engines.flow.kernels import rows as at
from tuijin.engines.flow.kernels.compiling import kernel
from tuijin.engines.flow.kernels.entities import admit, make
from tuijin.engines.flow.kernels.heap import close_hole, schedule
from tuijin.engines.flow.kernels.notes import note
from tuijin.engines.flow.kernels.random import sample
from tuijin.engines.flow.kernels.rows import Row
from tuijin.engines.flow.kernels.tables import (
    ARRIVAL,
    DONE,
    FAIL,
    GATE_SWITCH,
    GATE_SWITCHED,
    GROW,
    IDLE,
    KIND_BITS,
    MAX_ROWS,
    OF_FLEET,
    OF_SOURCE,
    OF_STATION,
    PAUSED,
    REACHED,
    RENEWAL,
    REPAIRED,
    ROW_BITS,
    WORLD,
    ZERO_TIME_LIMIT,
    ZERO_TIME_LOOP,
)

# numba looks only at this file when it decides whether a cached kernel is stale; the digest of
# all kernel files, which the compiled function closes over, makes it look at the others too.
SOURCES_DIGEST = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
).hexdigest()


def _build(digest: str) -> Any:
    @njit(cache=True, nogil=True, error_model="numpy")
    def advance(world: Row, max_events: int) -> int:
        """
        Run until `world.until`, or `max_events` more events; say which (REACHED, PAUSED, …).

        GROW asks for more rows of entities, or for a calendar without stale events.
        """
        _ = digest
        if not world["started"]:
            world["started"] = 1
            start(world)
        until = world["until"]
        now = world["now"]
        same_time = world["same_time"]
        status = PAUSED
        first = at.event(world, 0)
        n = 0
        while n < max_events:
            if world["n_heap"] == 0 or first["time"] > until:
                status = IDLE if world["n_heap"] == 0 else REACHED
                now = until
                break
            if world["n_free"] < world["reserve"] or world["n_heap"] > world["heap_limit"]:
                status = GROW
                break
            time = first["time"]
            key = first["key"]
            if time == now:
                same_time += 1
                if same_time > ZERO_TIME_LIMIT:
                    status = ZERO_TIME_LOOP
                    break
            else:
                same_time = 0
                now = time
            n += 1
            world["hole"] = 1
            kind = (key >> ROW_BITS) & ((1 << KIND_BITS) - 1)
            row = key & (MAX_ROWS - 1)
            if kind == DONE:
                endings.finish(world, row, key, now)
            elif kind == ARRIVAL:
                arrivals.arrive(world, row, key, now)
            else:
                _handle_rarer(world, kind, row, key, now)
            if world["hole"]:
                close_hole(world)
        world["now"] = now
        world["same_time"] = same_time
        world["n_events"] += n
        return status

    return advance


@kernel
def _handle_rarer(world: Row, kind: int, row: int, key: int, now: float) -> None:
    if kind == FAIL:
        fail(world, row, key, now)
    elif kind == REPAIRED:
        mend(world, row, now)
    elif kind == GATE_SWITCH:
        switch_gate(world, row, now)
    else:
        endings.move_vehicle(world, row, now)


@kernel
def fail(world: Row, m: int, key: int, now: float) -> None:
    """A server breaks down, and waits for whoever repairs it."""
    mode = at.mode(world, m)
    if mode["key"] != key:
        return  # the work it was counted in ended since
    u = mode["server"]
    stations.accrue(at.station(world, at.server(world, u)["station"]), now)
    servers.halt(world, u, now)
    mode["key"] = -1
    mode["down"] = 1
    mode["n_failures"] += 1
    if mode["pool"] < 0:
        servers.repair(world, m, now)
        return
    pool = at.pool(world, mode["pool"])
    mode["next"] = -1
    if pool["mode_head"] < 0:
        pool["mode_head"] = m
    else:
        at.mode(world, pool["mode_tail"])["next"] = m
    pool["mode_tail"] = m
    stations.serve_pool(world, mode["pool"], now)


@kernel
def mend(world: Row, m: int, now: float) -> None:
    mode = at.mode(world, m)
    mode["down"] = 0
    s = at.server(world, mode["server"])["station"]
    stations.accrue(at.station(world, s), now)
    servers.plan_failure(world, m, now)
    servers.resume(world, mode["server"], now)
    stations.start_next(world, s, now)
    if mode["pool"] >= 0:
        pool = at.pool(world, mode["pool"])
        stations.accrue_pool(pool, now)
        pool["free"] += 1
        stations.serve_pool(world, mode["pool"], now)


@kernel
def switch_gate(world: Row, g: int, now: float) -> None:
    """A calendar or the weather opens or closes whatever listens to it."""
    gate = at.gate(world, g)
    gate["open_area"] += gate["is_open"] * (now - gate["last"])
    gate["last"] = now
    gate["is_open"] = 1 - gate["is_open"]
    plan_switch(world, g, now)
    if world["trace_room"]:
        note(world, GATE_SWITCHED, g, gate["is_open"], -1, now)
    step = 1 - 2 * gate["is_open"]  # one more reason to be closed, or one less
    for row in range(gate["first_target"], gate["first_target"] + gate["n_targets"]):
        target = at.gate_target(world, row)
        if target["kind"] == OF_STATION:
            _gate_station(world, target["index"], step, now)
        elif target["kind"] == OF_SOURCE:
            _gate_source(world, target["index"], step, now)
        elif target["kind"] == OF_FLEET:
            at.fleet(world, target["index"])["closed"] += step
            fleets.dispatch(world, target["index"], now)
        else:
            pool = at.pool(world, target["index"])
            pool["closed"] += step
            stations.serve_pool(world, target["index"], now)


@kernel
def _gate_station(world: Row, s: int, step: int, now: float) -> None:
    station = at.station(world, s)
    stations.accrue(station, now)
    station["closed"] += step
    if station["pauses"]:
        first = station["first_server"]
        for u in range(first, first + station["n_servers"]):
            if step > 0:
                servers.halt(world, u, now)
            else:
                servers.resume(world, u, now)
    stations.start_next(world, s, now)


@kernel
def _gate_source(world: Row, row: int, step: int, now: float) -> None:
    """While a source is closed its clock stands still."""
    source = at.source(world, row)
    source["closed"] += step
    if step > 0 and source["closed"] == 1 and source["key"] >= 0:
        if source["kind"] == RENEWAL:
            source["next_time"] -= now
        source["key"] = -2
    elif step < 0 and source["closed"] == 0 and source["key"] == -2:
        if source["kind"] == RENEWAL:
            source["next_time"] += now
        source["next_time"] = max(now, source["next_time"])
        source["key"] = schedule(world, source["next_time"], ARRIVAL, row)


@kernel
def plan_switch(world: Row, g: int, now: float) -> None:
    gate = at.gate(world, g)
    if gate["is_random"]:
        draw = gate["up"] if gate["is_open"] else gate["down"]
        stream = gate["up_stream"] if gate["is_open"] else gate["down_stream"]
        time = now + sample(world, draw, stream)
    else:
        within = at.number(world, gate["first_time"] + gate["position"])["value"]
        time = gate["cycle"] * gate["period"] + within
        gate["position"] += 1
        if gate["position"] == gate["n_times"]:
            gate["position"] = 0
            gate["cycle"] += 1
    schedule(world, time, GATE_SWITCH, g)


@kernel
def start(world: Row) -> None:
    """Set the clocks going at time 0, and put populations in place."""
    for g in range(world["n_gates"]):
        if at.gate(world, g)["is_random"] or at.gate(world, g)["n_times"]:
            plan_switch(world, g, 0.0)
    for m in range(world["n_modes"]):
        servers.plan_failure(world, m, 0.0)
    for v in range(world["n_vehicles"]):
        vehicle = at.vehicle(world, v)
        up = at.fleet(world, vehicle["fleet"])["up"]
        if up >= 0:
            vehicle["next_failure"] = sample(world, up, vehicle["up_stream"])
    for row in range(world["n_sources"]):
        sources.plan_arrival(world, row, 0.0)
    for row in range(world["n_populations"]):
        population = at.population(world, row)
        for _ in range(population["count"]):
            i = make(world, population["class_"])
            admit(world, i, 0.0)
            stations.let_in(world, i, population["station"], 0.0)


advance = _build(SOURCES_DIGEST)


def warm() -> None:
    """Have the loop compiled, or read from the cache, before the first run asks for it."""
    advance.compile((numba.from_dtype(WORLD), numba.types.int64))
