"""
Vehicles on a path network: called, drive, load, deliver, charge, and are called again.

A lane is one direction of a segment. A vehicle enters a lane at least a headway after the one
before; where there is no passing it also leaves at least a headway after it. A single-lane section
lets the vehicles of one direction in while those of the other wait; when it is empty and somebody
waits on the other side, the direction changes. Vehicles wait at nodes, where there is always room.
"""

from __future__ import annotations

from tuijin.engines.flow.kernels import rows as at
from tuijin.engines.flow.kernels.compiling import kernel
from tuijin.engines.flow.kernels.heap import schedule
from tuijin.engines.flow.kernels.notes import note
from tuijin.engines.flow.kernels.random import sample
from tuijin.engines.flow.kernels.rows import Row
from tuijin.engines.flow.kernels.tables import (
    CHARGING,
    LANE_ENTERED,
    LANE_LEFT,
    LOADING,
    N_STATES,
    STANDS_IDLE,
    TO_CHARGER,
    TO_DROP,
    TO_PICKUP,
    UNLOADING,
    VEHICLE,
    VEHICLE_BECOMES,
    WAITS_FOR_CHARGER,
)


@kernel
def request(world: Row, i: int, fleet_row: int, s: int, target: int, now: float) -> None:
    """An entity that has left station s wants to be taken to another."""
    job = at.job(world, i)
    job["station"] = -1 - world["n_sources"]
    job["target"] = target
    job["node"] = at.station(world, s)["node"]
    job["arrived"] = now
    job["next"] = -1
    fleet = at.fleet(world, fleet_row)
    fleet["n_requests"] += 1
    if fleet["head"] < 0:
        fleet["head"] = i
    else:
        at.job(world, fleet["tail"])["next"] = i
    fleet["tail"] = i
    dispatch(world, fleet_row, now)


@kernel
def dispatch(world: Row, fleet_row: int, now: float) -> None:
    """Send idle vehicles to waiting entities, as long as there are both."""
    fleet = at.fleet(world, fleet_row)
    while fleet["head"] >= 0 and fleet["n_idle"] > 0 and fleet["closed"] == 0:
        before, i, v = -1, fleet["head"], -1
        if fleet["nearest"] and fleet["n_idle"] == 1:
            v = _find_vehicle(world, fleet, i)
            before, i = _find_request(world, fleet, at.vehicle(world, v)["node"])
        else:
            v = _find_vehicle(world, fleet, i)
        _take_request(world, fleet, before, i)
        vehicle = at.vehicle(world, v)
        vehicle["job"] = i
        fleet["n_idle"] -= 1
        fleet["wait_sum"] += now - at.job(world, i)["arrived"]
        drive(world, v, at.job(world, i)["node"], TO_PICKUP, now)


@kernel
def _find_vehicle(world: Row, fleet: Row, i: int) -> int:
    """The idle vehicle that is nearest to an entity, or that has stood idle longest."""
    found, best = -1, 0.0
    place = at.job(world, i)["node"]
    for v in range(fleet["first"], fleet["first"] + fleet["n"]):
        vehicle = at.vehicle(world, v)
        if vehicle["state"] == STANDS_IDLE:
            value = vehicle["idle_since"]
            if fleet["nearest"]:
                value = at.hop(world, vehicle["node"] * world["n_nodes"] + place)["distance"]
            if found < 0 or value < best:
                found, best = v, value
    return found


@kernel
def _find_request(world: Row, fleet: Row, node: int) -> tuple[int, int]:
    """The waiting entity that is nearest to a node, and who stands before it in the list."""
    before, i = -1, fleet["head"]
    found_before, found, best = -1, i, -1.0
    while i >= 0:
        job = at.job(world, i)
        distance = at.hop(world, node * world["n_nodes"] + job["node"])["distance"]
        if best < 0.0 or distance < best:
            found_before, found, best = before, i, distance
        before, i = i, job["next"]
    return found_before, found


@kernel
def _take_request(world: Row, fleet: Row, before: int, i: int) -> None:
    following = at.job(world, i)["next"]
    if before < 0:
        fleet["head"] = following
    else:
        at.job(world, before)["next"] = following
    if fleet["tail"] == i:
        fleet["tail"] = before


@kernel
def become(world: Row, v: int, state: int, now: float) -> None:
    """Change a vehicle's state, and count the time spent in the one before."""
    vehicle = at.vehicle(world, v)
    spent = at.state_time(world, v * N_STATES + vehicle["state"])
    spent["time"] += now - vehicle["since"]
    vehicle["since"] = now
    vehicle["state"] = state
    if world["trace_room"]:
        note(world, VEHICLE_BECOMES, v, state, vehicle["job"], now)


@kernel
def drive(world: Row, v: int, goal: int, state: int, now: float) -> None:
    """Set out for a node."""
    vehicle = at.vehicle(world, v)
    vehicle["goal"] = goal
    become(world, v, state, now)
    go_on(world, v, now)


@kernel
def go_on(world: Row, v: int, now: float) -> None:
    """A vehicle is at a node: take the next lane, or do what it came for."""
    vehicle = at.vehicle(world, v)
    if vehicle["node"] == vehicle["goal"]:
        _do_at_goal(world, v, now)
        return
    row = at.hop(world, vehicle["node"] * world["n_nodes"] + vehicle["goal"])["lane"]
    lane = at.lane(world, row)
    vehicle["lane"] = row
    if lane["single"]:
        other = at.lane(world, lane["opposite"])
        if other["n_on"] > 0 or other["head"] >= 0:
            vehicle["next"] = -1
            if lane["head"] < 0:
                lane["head"] = v
            else:
                at.vehicle(world, lane["tail"])["next"] = v
            lane["tail"] = v
            return
    _enter_lane(world, v, now)


@kernel
def _enter_lane(world: Row, v: int, now: float) -> None:
    vehicle = at.vehicle(world, v)
    lane = at.lane(world, vehicle["lane"])
    fleet = at.fleet(world, vehicle["fleet"])
    begun = max(now, lane["last_entry"] + lane["headway"])
    loaded = vehicle["state"] == TO_DROP
    until = begun + lane["km"] * (fleet["loaded_pace"] if loaded else fleet["empty_pace"])
    if fleet["up"] >= 0 and vehicle["next_failure"] < until:
        until += sample(world, fleet["repair"], vehicle["repair_stream"])
        vehicle["next_failure"] = until + sample(world, fleet["up"], vehicle["up_stream"])
        fleet["n_failures"] += 1
    if not lane["passing"]:
        until = max(until, lane["last_exit"] + lane["headway"])
    lane["last_entry"] = begun
    lane["last_exit"] = until
    lane["n_on"] += 1
    if world["trace_room"]:
        note(world, LANE_ENTERED, v, vehicle["lane"], vehicle["job"], begun)
        note(world, LANE_LEFT, v, vehicle["lane"], vehicle["job"], until)
    if loaded:
        fleet["loaded_km"] += lane["km"]
        vehicle["kwh"] -= lane["km"] * fleet["loaded_kwh"]
    else:
        fleet["empty_km"] += lane["km"]
        vehicle["kwh"] -= lane["km"] * fleet["empty_kwh"]
    schedule(world, until, VEHICLE, v)


@kernel
def leave_lane(world: Row, v: int, now: float) -> None:
    """A vehicle comes to the end of a lane; a single-lane section may change direction."""
    vehicle = at.vehicle(world, v)
    lane = at.lane(world, vehicle["lane"])
    lane["n_on"] -= 1
    vehicle["node"] = lane["to_node"]
    vehicle["lane"] = -1
    if not lane["single"] or lane["n_on"] > 0:
        return
    other = at.lane(world, lane["opposite"])
    turn = other if other["head"] >= 0 else lane
    while turn["head"] >= 0:
        first = turn["head"]
        turn["head"] = at.vehicle(world, first)["next"]
        _enter_lane(world, first, now)


@kernel
def _do_at_goal(world: Row, v: int, now: float) -> None:
    """Arrived: begin to load, unload, or charge."""
    vehicle = at.vehicle(world, v)
    fleet = at.fleet(world, vehicle["fleet"])
    if vehicle["state"] == TO_PICKUP:
        become(world, v, LOADING, now)
        until = now + sample(world, fleet["load"], fleet["load_stream"])
        schedule(world, until, VEHICLE, v)
    elif vehicle["state"] == TO_DROP:
        become(world, v, UNLOADING, now)
        until = now + sample(world, fleet["unload"], fleet["unload_stream"])
        schedule(world, until, VEHICLE, v)
    elif vehicle["state"] == TO_CHARGER:
        become(world, v, WAITS_FOR_CHARGER, now)
        if fleet["n_charging"] < fleet["chargers"]:
            _charge(world, v, now)
            return
        vehicle["next"] = -1
        if fleet["charge_head"] < 0:
            fleet["charge_head"] = v
        else:
            at.vehicle(world, fleet["charge_tail"])["next"] = v
        fleet["charge_tail"] = v


@kernel
def _charge(world: Row, v: int, now: float) -> None:
    fleet = at.fleet(world, at.vehicle(world, v)["fleet"])
    fleet["n_charging"] += 1
    become(world, v, CHARGING, now)
    schedule(world, now + sample(world, fleet["charge"], fleet["charge_stream"]), VEHICLE, v)


@kernel
def end_charge(world: Row, v: int, now: float) -> None:
    """Full again; the next one's turn."""
    vehicle = at.vehicle(world, v)
    fleet = at.fleet(world, vehicle["fleet"])
    fleet["charged_kwh"] += fleet["battery"] - vehicle["kwh"]
    vehicle["kwh"] = fleet["battery"]
    fleet["n_charging"] -= 1
    if fleet["charge_head"] >= 0:
        following = fleet["charge_head"]
        fleet["charge_head"] = at.vehicle(world, following)["next"]
        _charge(world, following, now)
    stand_idle(world, v, now)


@kernel
def set_free(world: Row, v: int, now: float) -> None:
    """A vehicle has delivered: to the charger if it is low, or to the next entity."""
    vehicle = at.vehicle(world, v)
    fleet = at.fleet(world, vehicle["fleet"])
    vehicle["job"] = -1
    fleet["n_delivered"] += 1
    if fleet["charge"] >= 0 and vehicle["kwh"] < fleet["charge_below"]:
        drive(world, v, fleet["charge_node"], TO_CHARGER, now)
    else:
        stand_idle(world, v, now)


@kernel
def stand_idle(world: Row, v: int, now: float) -> None:
    vehicle = at.vehicle(world, v)
    become(world, v, STANDS_IDLE, now)
    vehicle["idle_since"] = now
    at.fleet(world, vehicle["fleet"])["n_idle"] += 1
    dispatch(world, vehicle["fleet"], now)
