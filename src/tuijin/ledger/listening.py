"""Live messages of a fleet: from an MQTT broker into a log file, which is then measured."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tuijin.errors import Unavailable
from tuijin.importers.vda5050_log import Counts, Gatekeeper, Taken, Vehicle
from tuijin.importers.vda5050_log.messages import MAX_PER_SECOND

_QOS = {"state": 0, "connection": 1}  # as the standard sends them
_KEEPALIVE_SECONDS = 30
_SYNC_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Broker:
    """Where to listen; `interface` is the first part of the topics, `+` any."""

    host: str
    port: int = 1883
    interface: str = "+"
    username: str = ""
    password: str = ""
    ca_file: str = ""


class Listener:
    """
    Writes what bound vehicles say to a log, one line a message.

    Runs until `stop`; the connection is made again when it breaks. `is_subscribed` is set once the
    broker has confirmed the topics: what is said before that with QoS 0 is not heard.
    """

    def __init__(self, broker: Broker, *, spool: Path, bound: Collection[Vehicle]) -> None:
        self._broker = broker
        self._keeper = Gatekeeper(bound)
        spool.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._spool = spool.open("xb")
        self._synced_at = time.monotonic()
        self._second, self._in_second = 0, 0
        self._stopping = threading.Event()
        self.is_subscribed = threading.Event()
        self._refused = ""
        self._client = self._build_client()

    @property
    def counts(self) -> Counts:
        return self._keeper.counts

    def listen(self, *, seconds: float | None = None) -> None:
        """
        Listen until `stop`, or for some seconds.

        Raises
        ------
        Unavailable
            broker: it cannot be reached at the start, or refuses the credentials.
        """
        broker = self._broker
        try:
            self._client.connect(broker.host, broker.port, _KEEPALIVE_SECONDS)
        except OSError as error:
            self._close()
            said = f"连不上 MQTT 服务器 {broker.host}:{broker.port}：{error.strerror or error}"
            raise Unavailable(said, code="broker") from error
        self._client.loop_start()
        self._stopping.wait(seconds)
        self._client.disconnect()
        self._client.loop_stop()
        self._close()
        if self._refused:
            raise Unavailable(f"MQTT 服务器拒绝连接：{self._refused}", code="broker")

    def stop(self, *_: Any) -> None:
        """End listening; also a signal handler."""
        self._stopping.set()

    def _build_client(self) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        if self._broker.username:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.ca_file:
            client.tls_set(ca_certs=self._broker.ca_file)
        client.on_connect = self._on_connect
        client.on_subscribe = lambda *_: self.is_subscribed.set()
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _p: Any) -> None:
        if code.is_failure:
            self._refused = str(code)
            self.stop()
            return
        interface = self._broker.interface
        client.subscribe([(f"{interface}/+/+/+/{topic}", qos) for topic, qos in _QOS.items()])

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        now = time.time()
        if self._is_too_fast(int(now)):
            self.counts.seen += 1
            self.counts.left_out["rate"] += 1
            return
        found = self._keeper.take(message.topic, bytes(message.payload), now)
        if isinstance(found, Taken):
            self._write(message.topic, found, now)

    def _is_too_fast(self, second: int) -> bool:
        self._in_second = self._in_second + 1 if second == self._second else 1
        self._second = second
        return self._in_second > MAX_PER_SECOND

    def _write(self, topic: str, taken: Taken, now: float) -> None:
        received = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
        line = {"received": received, "topic": topic, "payload": taken.body}
        self._spool.write(orjson.dumps(line) + b"\n")
        if time.monotonic() - self._synced_at >= _SYNC_SECONDS:
            self._sync()

    def _sync(self) -> None:
        self._spool.flush()
        os.fsync(self._spool.fileno())
        self._synced_at = time.monotonic()

    def _close(self) -> None:
        self._sync()
        self._spool.close()
