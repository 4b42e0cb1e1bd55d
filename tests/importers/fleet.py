"""
A simulated fleet that speaks VDA 5050: the AGVs of a recorded run of the border port.

What truly happened is the trace itself, and the run's own figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from tuijin.engines.flow import Network, read_network, record_trace
from tuijin.engines.flow.tracing import PASSES, Trace
from tuijin.importers.vda5050_log import Vehicle
from tuijin.project_models.border_port import plugin

HEARTBEAT_SECONDS = 30.0
START = datetime(2026, 3, 3, tzinfo=UTC).timestamp()
GATE = "cn-gate"
LOAD_KG = 65_000
# Point that begins a step -> node last reached, what the AGV does, whether it has its load.
STEPS = {
    "dispatch.arrives": ("yard-cn", "", False),
    "cn_gate_out.arrives": ("cn-gate-out", "waitForTrigger", False),
    "lane_out.arrives": ("cn-gate-out", "", False),
    "drive_out.arrives": ("cn-gate-out", "driving", False),
    "mn_gate_in.arrives": ("mn-gate-in", "waitForTrigger", False),
    "loading.arrives": ("yard-mn", "", False),
    "loading.starts": ("yard-mn", "pick", False),
    "mn_gate_out.arrives": ("mn-gate-out", "waitForTrigger", True),
    "lane_in.arrives": ("mn-gate-out", "", True),
    "drive_in.arrives": ("mn-gate-out", "driving", True),
    "cn_gate.arrives": (GATE, "waitForTrigger", True),
    "released.arrives": (GATE, "driving", True),
    "unloading.arrives": ("yard-cn", "", True),
    "unloading.starts": ("yard-cn", "drop", True),
    "charging.arrives": ("yard-cn", "charging", False),
}


@dataclass(frozen=True, slots=True)
class Run:
    """A run from an empty road on: the network, and what happened to the AGVs in it."""

    network: Network
    trace: Trace

    @property
    def n_vehicles(self) -> int:
        return self.network.populations["agvs"].count

    def points(self, vehicle: int) -> list[tuple[float, str]]:
        """Second and point (`cn_gate.arrives`) of all that a vehicle passed, in order."""
        passages, stations = self.trace.passages, self.trace.stations
        return [
            (float(passages.time[row]) * 60, f"{stations[station]}.{PASSES[passages.point[row]]}")
            for row in np.flatnonzero(passages.entity == vehicle)
            if (station := passages.station[row]) >= 0
        ]

    def times(self, vehicle: int, point: str) -> np.ndarray:
        """When a vehicle passed a point, in minutes."""
        return np.array([at / 60 for at, passed in self.points(vehicle) if passed == point])

    def clearance_minutes(self) -> np.ndarray:
        """From the Chinese gate to the release, of all that were released."""
        found = []
        for vehicle in range(self.n_vehicles):
            released = self.times(vehicle, "released.leaves")
            found.append(released - self.times(vehicle, "cn_gate.arrives")[: released.size])
        return np.concatenate(found)

    def cycle_minutes(self) -> np.ndarray:
        """From loading to loading."""
        loaded = [self.times(vehicle, "loading.starts") for vehicle in range(self.n_vehicles)]
        return np.concatenate([np.diff(times) for times in loaded])

    def steps(self, vehicle: int) -> list[tuple[str, float, float]]:
        """Step, begin and end in seconds, until the run ends."""
        begun = [(at, point) for at, point in self.points(vehicle) if point in STEPS]
        ends = [at for at, _ in begun[1:]] + [float(self.trace.end) * 60]
        return [(point, at, end) for (at, point), end in zip(begun, ends, strict=True)]


def run_fleet(n_vehicles: int, hours: float) -> Run:
    """Run AGVs around the clock, without storms and without opened containers."""
    told = {
        "agv_count": n_vehicles, "availability_ratio": 1, "shift_hours_per_day": 24,
        "productive_ratio": 1, "outage_ratio": 0, "opened_share_ratio": 0,
    }  # fmt: skip
    sheet = {parameter.name: parameter for parameter in plugin.parameters()}
    given = {name: replace(sheet[name], value=float(value)) for name, value in told.items()}
    document = plugin.network(sheet | given, seed=7)
    document["run"] |= {"horizon": hours * 60, "warm_up": 0}
    network = read_network(document)
    return Run(network, record_trace(network, start=0, end=hours * 60))


def vehicle_of(number: int) -> Vehicle:
    return ("tuijin-sim", f"agv-{number:02}")


def write_messages(
    run: Run, *, version: str = "2.0.0", start: float = START
) -> Iterator[tuple[float, str, dict[str, Any]]]:
    """Yield time, topic and body of each message, in order of time."""
    moments = []
    for vehicle in range(run.n_vehicles):
        for step, begin, end in run.steps(vehicle):
            beats = np.arange(begin + HEARTBEAT_SECONDS, end, HEARTBEAT_SECONDS).tolist()
            moments += [(time, vehicle, step) for time in (begin, *beats)]
    headers = dict.fromkeys(range(run.n_vehicles), -1)
    for time, vehicle, step in sorted(moments, key=lambda moment: moment[0]):
        headers[vehicle] += 1
        at = start + round(time, 3)
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
    node, doing, is_laden = STEPS[step]
    action = {"actionId": "a", "actionType": doing, "actionStatus": "RUNNING"}
    body = {
        **build_header(vehicle, number, at, version),
        "orderId": "round", "orderUpdateId": 0, "lastNodeId": node, "lastNodeSequenceId": 0,
        "nodeStates": [{"nodeId": "next", "sequenceId": 2, "released": True}], "edgeStates": [],
        "driving": doing == "driving", "operatingMode": "AUTOMATIC", "errors": [],
        "loads": [{"loadType": "coal", "weight": LOAD_KG}] if is_laden else [],
        "actionStates": [action] if doing in ("waitForTrigger", "pick", "drop") else [],
    }  # fmt: skip
    if version.startswith("3"):
        return {
            **body, "instantActionStates": [],
            "powerSupply": {"stateOfCharge": 80.0, "charging": doing == "charging"},
            "safetyState": {"activeEmergencyStop": "NONE", "fieldViolation": False},
        }  # fmt: skip
    return {
        **body,
        "batteryState": {"batteryCharge": 80.0, "charging": doing == "charging"},
        "safetyState": {"eStop": "NONE", "fieldViolation": False},
    }


def build_connection(
    vehicle: int, state: str, number: int, at: float, version: str
) -> dict[str, Any]:
    return {**build_header(vehicle, number, at, version), "connectionState": state}
