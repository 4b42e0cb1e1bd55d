"""
A simulated fleet that speaks VDA 5050: states of a few vehicles that go round through one gate.

The states follow a closed network of one gate, in which each vehicle loads, drives, waits at the
gate for its release, drives, unloads and drives back. What truly happened is known.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from tuijin.importers.vda5050_log import Vehicle

HEARTBEAT_SECONDS = 30.0
START = datetime(2026, 3, 3, tzinfo=UTC).timestamp()
STEPS = ("load", "laden", "gate", "onward", "unload", "back")
# Step -> node last reached, whether it drives, and its action.
SAYS = {
    "load": ("yard-mn", False, "pick"),
    "laden": ("yard-mn", True, None),
    "gate": ("gate-cn", False, "waitForTrigger"),
    "onward": ("gate-cn", True, None),
    "unload": ("yard-cn", False, "drop"),
    "back": ("yard-cn", True, None),
}


@dataclass(slots=True)
class Truth:
    """What happened, in seconds from the start: (vehicle, step, begin, end) in order of begin."""

    steps: list[tuple[int, str, float, float]] = field(default_factory=list)

    def minutes(self, step: str) -> np.ndarray:
        return np.array([(end - begin) / 60 for _, name, begin, end in self.steps if name == step])


def run_fleet(n_vehicles: int, hours: float, seed: int) -> Truth:
    """Run the vehicles for some hours; the gate takes one at a time, in order of arrival."""
    rng = np.random.default_rng(seed)
    truth, gate_free = Truth(), 0.0
    heap = [(float(v) * 40.0, v, 0) for v in range(n_vehicles)]
    while heap:
        now, vehicle, at = heapq.heappop(heap)
        if now >= hours * 3600:
            continue
        step = STEPS[at]
        if step == "gate":
            gate_free = max(now, gate_free) + float(rng.gamma(4, 20))
            end = gate_free
        else:
            end = now + float({"load": 240, "unload": 180}.get(step, 350) * rng.uniform(0.8, 1.2))
        end = round(end, 3)
        truth.steps.append((vehicle, step, now, end))
        heapq.heappush(heap, (end, vehicle, (at + 1) % len(STEPS)))
    return truth


def vehicle_of(number: int) -> Vehicle:
    return ("tuijin-sim", f"agv-{number:02}")


def write_messages(
    truth: Truth, *, version: str = "2.0.0", start: float = START
) -> Iterator[tuple[float, str, dict[str, Any]]]:
    """Yield time, topic and body of each message, in order of time."""
    moments = []
    for vehicle, step, begin, end in truth.steps:
        times = [begin, *np.arange(begin + HEARTBEAT_SECONDS, end, HEARTBEAT_SECONDS).tolist()]
        moments += [(time, vehicle, step) for time in times]
    headers: dict[int, int] = {}
    for time, vehicle, step in sorted(moments):
        headers[vehicle] = headers.get(vehicle, -1) + 1
        at = start + time
        body = build_state(vehicle, step, headers[vehicle], at, version)
        yield at, topic_of(vehicle, "state", version), body


def topic_of(vehicle: int, name: str, version: str) -> str:
    return f"uagv/v{version[0]}/{'/'.join(vehicle_of(vehicle))}/{name}"


def build_header(vehicle: int, number: int, at: float, version: str) -> dict[str, Any]:
    manufacturer, serial = vehicle_of(vehicle)
    stamp = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return {
        "headerId": number, "timestamp": stamp.replace("+00:00", "Z"), "version": version,
        "manufacturer": manufacturer, "serialNumber": serial,
    }  # fmt: skip


def build_state(vehicle: int, step: str, number: int, at: float, version: str) -> dict[str, Any]:
    node, is_driving, action = SAYS[step]
    is_laden = step in ("laden", "gate", "onward", "unload")
    body = {
        **build_header(vehicle, number, at, version),
        "orderId": "round", "orderUpdateId": 0, "lastNodeId": node, "lastNodeSequenceId": 0,
        "nodeStates": [{"nodeId": "next", "sequenceId": 2, "released": True}], "edgeStates": [],
        "driving": is_driving, "operatingMode": "AUTOMATIC", "errors": [],
        "loads": [{"loadType": "coal", "weight": 65_500}] if is_laden else [],
        "actionStates": [{"actionId": "a", "actionType": action, "actionStatus": "RUNNING"}]
        if action else [],
    }  # fmt: skip
    if version.startswith("3"):
        return {
            **body, "instantActionStates": [],
            "powerSupply": {"stateOfCharge": 80.0, "charging": False},
            "safetyState": {"activeEmergencyStop": "NONE", "fieldViolation": False},
        }  # fmt: skip
    return {
        **body,
        "batteryState": {"batteryCharge": 80.0, "charging": False},
        "safetyState": {"eStop": "NONE", "fieldViolation": False},
    }


def build_connection(
    vehicle: int, state: str, number: int, at: float, version: str
) -> dict[str, Any]:
    return {**build_header(vehicle, number, at, version), "connectionState": state}
