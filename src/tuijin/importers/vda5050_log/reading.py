"""
A log of messages, line by line, into columns.

Memory is a few bytes a message and column, so that a log of a million messages can be read.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from tuijin.errors import ImportFailed, Problem
from tuijin.importers.vda5050_log.messages import (
    MAX_BYTES,
    REASONS,
    Counts,
    Gatekeeper,
    Taken,
    Vehicle,
    read_instant,
)

_TIMES = ("received", "received_at", "tst", "ts", "time", "timestamp")
_BODIES = ("payload", "message", "msg", "body")
_DONE = ("FINISHED", "FAILED")
TRIGGERS = ("", "pending", "finished")
HANDLINGS = ("", "pick", "drop")
FLAGS = ("is_driving", "is_charging", "has_order", "is_available")


@dataclass(slots=True)
class Messages:
    """
    What the messages taken say; every array of shape (n_messages,).

    `vehicle` and `node` count in `vehicles` and `nodes`, `trigger` and `handling` in `TRIGGERS` and
    `HANDLINGS`; `load_kg` is NaN where it is not told.
    """

    vehicles: dict[Vehicle, int] = field(default_factory=dict)
    nodes: dict[str, int] = field(default_factory=dict)
    line: array[int] = field(default_factory=lambda: array("q"))
    time_seconds: array[float] = field(default_factory=lambda: array("d"))
    vehicle: array[int] = field(default_factory=lambda: array("i"))
    node: array[int] = field(default_factory=lambda: array("i"))
    trigger: array[int] = field(default_factory=lambda: array("b"))
    handling: array[int] = field(default_factory=lambda: array("b"))
    flags: dict[str, array[int]] = field(
        default_factory=lambda: {name: array("b") for name in FLAGS}
    )
    load_kg: array[float] = field(default_factory=lambda: array("d"))
    counts: Counts = field(default_factory=Counts)
    _last: dict[Vehicle, dict[str, Any]] = field(default_factory=dict)

    def add(self, taken: Taken, *, line: int) -> None:
        """Add what a message says; a connection message repeats the vehicle's last state."""
        if taken.topic == "state":
            row = self._last[taken.vehicle] = _read_state(taken.body)
        else:
            before = self._last.get(taken.vehicle, _UNKNOWN)
            is_online = taken.body["connectionState"] == "ONLINE"
            row = {**before, "is_available": is_online and before["is_available"]}
        self.line.append(line)
        self.time_seconds.append(taken.time_seconds)
        self.vehicle.append(self.vehicles.setdefault(taken.vehicle, len(self.vehicles)))
        self.node.append(self.nodes.setdefault(row["node"], len(self.nodes)))
        self.trigger.append(row["trigger"])
        self.handling.append(row["handling"])
        for name in FLAGS:
            self.flags[name].append(row[name])
        self.load_kg.append(row["load_kg"])


_UNKNOWN: dict[str, Any] = {
    "node": "", "trigger": 0, "handling": 0, "is_driving": False, "is_charging": False,
    "has_order": False, "is_available": True, "load_kg": float("nan"),
}  # fmt: skip


def _read_state(body: dict[str, Any]) -> dict[str, Any]:
    power = body.get("powerSupply") or body.get("batteryState") or {}
    actions = body["actionStates"]
    loads = body.get("loads")
    return {
        "node": body["lastNodeId"],
        "trigger": _trigger(actions),
        "handling": _handling(actions),
        "is_driving": body["driving"],
        "is_charging": power["charging"],
        "has_order": bool(body["nodeStates"] or body["edgeStates"]) or _is_busy(actions),
        "is_available": body["operatingMode"] in ("AUTOMATIC", "SEMIAUTOMATIC")
        and not any(e.get("errorLevel") in ("CRITICAL", "FATAL") for e in body["errors"]),
        "load_kg": _weigh(loads),
    }


def _trigger(actions: list[dict[str, Any]]) -> int:
    found = [a["actionStatus"] for a in actions if a.get("actionType") == "waitForTrigger"]
    if not found:
        return 0
    return 2 if all(status in _DONE for status in found) else 1


def _handling(actions: list[dict[str, Any]]) -> int:
    for action in actions:
        if action["actionStatus"] not in _DONE and action.get("actionType") in ("pick", "drop"):
            return HANDLINGS.index(action["actionType"])
    return 0


def _is_busy(actions: list[dict[str, Any]]) -> bool:
    return any(action["actionStatus"] not in _DONE for action in actions)


def _weigh(loads: list[dict[str, Any]] | None) -> float:
    """Weight of all loads; an empty list is an empty vehicle, no list or weight is not known."""
    if loads is None:
        return float("nan")
    weights = [load.get("weight") for load in loads]
    return float("nan") if None in weights else float(sum(weights))  # type: ignore[arg-type]


def read_messages(lines: Iterable[bytes], *, bound: Collection[Vehicle] | None = None) -> Messages:
    """
    Read a log, one JSON document a line.

    A line is `{"received": …, "topic": …, "payload": {…}}`, the like as brokers' tools write it
    (`tst`, `ts`, `time`; `message`, `msg`, `body`; a payload as text), or the message alone.

    Raises
    ------
    ImportFailed
        vda5050_version: a message of version 1.x.
    """
    keeper, found = Gatekeeper(bound), Messages()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        taken = keeper.take(*_unwrap(line))
        if isinstance(taken, Taken):
            found.add(taken, line=number)
        elif taken == "version_1":
            raise _version_1(number)
    found.counts = keeper.counts
    return found


def _unwrap(line: bytes) -> tuple[str | None, bytes | dict[str, Any], float | None]:
    """Topic, payload and time of arrival of a line, as far as it says them."""
    if len(line) > 2 * MAX_BYTES + 1000:  # a payload as text is escaped
        return None, line, None
    try:
        outer = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None, line, None
    if not isinstance(outer, dict) or "headerId" in outer:
        return None, line, None
    body = next((outer[name] for name in _BODIES if name in outer), None)
    when = next((outer[name] for name in _TIMES if name in outer), None)
    topic = outer.get("topic")
    if isinstance(body, str):
        body = body.encode()
    elif isinstance(body, dict) and len(line) > MAX_BYTES:
        body = line
    payload = body if isinstance(body, (bytes, dict)) else b""
    return topic if isinstance(topic, str) else None, payload, read_instant(when)


def _version_1(number: int) -> ImportFailed:
    said = f"第 {number} 行是 VDA 5050 1.x 版的报文；只接受 2.0、2.1 和 3.0 版，请先升级车队的接口"
    problem = Problem(
        "vda5050_version", said, row=number, field="version", expected="2.0、2.1 或 3.0"
    )
    return ImportFailed(said, code="vda5050_version", problems=[problem])


def write_notes(counts: Counts) -> tuple[Problem, ...]:
    """Say how many messages were left out and why, and how many never came."""
    notes = [
        Problem(f"left_out_{reason}", f"{number} 条未采用：{REASONS[reason][0]}")
        for reason, number in sorted(counts.left_out.items())
    ]
    if counts.gaps:
        notes.append(Problem("gaps", f"编号有 {counts.gaps} 处中断，缺 {counts.lost} 条"))
    return tuple(notes)
