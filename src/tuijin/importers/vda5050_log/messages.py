"""
Which messages are taken: one at a time, with what must be remembered between them.

What is not taken is counted by reason (security reference 82). A gap in the numbers of a sender
is counted too: most of the standard is sent at QoS 0, which may lose messages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from tuijin.importers.vda5050_log.schemas import TOPICS, VERSIONS, load_validator

MAX_BYTES = 256_000
MAX_CLOCK_SECONDS = 300.0
MAX_PER_SECOND = 1000
BROKEN = ("CONNECTION_BROKEN", "CONNECTIONBROKEN")  # 3.0 and 2.x
# Reason -> Chinese, English: why a message is left out.
REASONS = {
    "too_large": ("超过256千字节", "over 256 kB"),
    "nan": ("含 NaN 或无穷大", "holds NaN or infinity"),
    "json": ("不是 JSON 对象", "no JSON object"),
    "version": ("版本不是 2.0、2.1 或 3.0", "version is not 2.0, 2.1 or 3.0"),
    "version_1": ("VDA 5050 1.x 版", "VDA 5050 1.x"),
    "topic": ("主题与内容不符", "topic and body differ"),
    "schema": ("不符合标准的格式", "breaks the schema of the standard"),
    "unbound": ("车辆未登记到项目", "vehicle is not bound to a project"),
    "replay": ("编号等于或早于上一条", "headerId equal to or older than the last"),
    "clock": ("时间相差超过5分钟", "time more than 5 minutes off"),
    "other_topic": ("其他主题", "another topic"),
    "rate": ("每秒超过1000条", "over 1,000 a second"),
}
_TOPIC = re.compile(r".+/v(\d+)/([^/]+)/([^/]+)/([^/]+)")
_NOT_FINITE = re.compile(rb"[:,\[]\s*-?(?:NaN|Infinity|[\d.]+[eE]\+?\d{3,})")
_WRAP = 2**32
Vehicle = tuple[str, str]  # manufacturer, serial number


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken; `time_seconds` since 1970, UTC."""

    topic: str
    vehicle: Vehicle
    time_seconds: float
    body: dict[str, Any]


@dataclass(slots=True)
class Counts:
    """How many messages came, were taken, were left out by reason, and never arrived."""

    seen: int = 0
    taken: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    gaps: int = 0
    lost: int = 0  # messages within the gaps

    def as_dict(self) -> dict[str, Any]:
        return {
            "seen": self.seen, "taken": self.taken, "left_out": dict(sorted(self.left_out.items())),
            "gaps": self.gaps, "lost": self.lost,
        }  # fmt: skip


class Gatekeeper:
    """
    Takes messages in the order of arrival.

    Parameters
    ----------
    bound
        Vehicles that may speak; None lets all of them.
    """

    def __init__(self, bound: Collection[Vehicle] | None = None) -> None:
        self.counts = Counts()
        self._bound = bound
        self._last: dict[tuple[str, Vehicle], int] = {}
        self._away: set[Vehicle] = set()
        self._back: set[tuple[str, Vehicle]] = set()  # may begin to count anew

    def take(
        self, topic: str | None, payload: bytes | dict[str, Any], received_seconds: float | None
    ) -> Taken | str:
        """
        Return the message, or the reason for which it is left out.

        Parameters
        ----------
        topic
            MQTT topic; None where the log does not say, and it follows from the body.
        received_seconds
            Time of arrival; None where the log does not say, and the clock cannot be checked.
        """
        self.counts.seen += 1
        found = self._check(topic, payload, received_seconds)
        if isinstance(found, str):
            self.counts.left_out[found] += 1
        else:
            self.counts.taken += 1
        return found

    def _check(
        self, topic: str | None, payload: bytes | dict[str, Any], received: float | None
    ) -> Taken | str:
        body = payload if isinstance(payload, dict) else _read(payload)
        if isinstance(body, str):
            return body
        kind = _kind_of(topic, body)
        vehicle = (str(body.get("manufacturer", "")), str(body.get("serialNumber", "")))
        fault = _contradiction(topic, kind, vehicle, body)
        if fault:
            return fault
        if self._bound is not None and vehicle not in self._bound:
            return "unbound"
        if not load_validator(kind, str(body["version"])[:3]).is_valid(body):
            return "schema"
        return self._place_in_time(kind, vehicle, body, received)

    def _place_in_time(
        self, kind: str, vehicle: Vehicle, body: dict[str, Any], received: float | None
    ) -> Taken | str:
        time, number = read_instant(body["timestamp"]), int(body["headerId"])
        if time is None or not 0 <= number < _WRAP:
            return "schema"
        said = body.get("connectionState")
        if said in BROKEN:  # a last will, written when the vehicle signed on
            self._away.add(vehicle)
            return Taken(kind, vehicle, time if received is None else received, body)
        if received is not None and abs(received - time) > MAX_CLOCK_SECONDS:
            return "clock"
        if said == "ONLINE" and vehicle in self._away:
            self._away.remove(vehicle)
            self._back |= {(topic, vehicle) for topic in TOPICS}
        if self._is_replay((kind, vehicle), number):
            return "replay"
        if said == "OFFLINE":
            self._away.add(vehicle)
        return Taken(kind, vehicle, time, body)

    def _is_replay(self, sender: tuple[str, Vehicle], number: int) -> bool:
        """
        Whether the sender's numbers have already passed this one; else remember it.

        The first number after a vehicle signed on again may be any: a restart counts anew.
        """
        last, is_back = self._last.get(sender), sender in self._back
        self._back.discard(sender)
        step = 1 if last is None else (number - last) % _WRAP
        if step == 0 or step >= _WRAP // 2:
            if not is_back:
                return True
            step = 1
        self._last[sender] = number
        if step > 1:
            self.counts.gaps += 1
            self.counts.lost += step - 1
        return False


def _read(payload: bytes) -> dict[str, Any] | str:
    if len(payload) > MAX_BYTES:
        return "too_large"
    try:
        body = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return "nan" if _NOT_FINITE.search(payload) else "json"
    return body if isinstance(body, dict) else "json"


def _contradiction(
    topic: str | None, kind: str, vehicle: Vehicle, body: dict[str, Any]
) -> str | None:
    """Why a message is not one of ours: its topic, its version, or that topic and body differ."""
    if kind not in TOPICS:
        return "other_topic"
    version = str(body.get("version", ""))
    if version.startswith("1."):
        return "version_1"
    if ".".join(version.split(".")[:2]) not in VERSIONS:
        return "version"
    is_ours = topic is None or _agrees(topic, version, vehicle, kind, body)
    return None if is_ours else "topic"


def _kind_of(topic: str | None, body: dict[str, Any]) -> str:
    if topic is not None:
        return topic.rpartition("/")[2]
    if "connectionState" in body:
        return "connection"
    return "state" if "operatingMode" in body else ""


def _agrees(topic: str, version: str, vehicle: Vehicle, kind: str, body: dict[str, Any]) -> bool:
    """Whether `interface/vMAJOR/manufacturer/serialNumber/topic` is that of the body."""
    found = _TOPIC.fullmatch(topic)
    is_connection = "connectionState" in body
    return (
        found is not None
        and found[1] == version.partition(".")[0]
        and (found[2], found[3]) == vehicle
        and is_connection == (kind == "connection")
    )


def read_instant(value: Any) -> float | None:
    """Return seconds since 1970 of an ISO 8601 instant that names its zone, or of a number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = float(value)
        return seconds / 1000 if seconds > 1e11 else seconds  # milliseconds, as many brokers log
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found.timestamp() if found.tzinfo else None
