"""A fleet speaks to a real broker, the listener hears it, and the ledger gets what truly was."""

import json
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager

import numpy as np
import orjson
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.conftest import absent
from tests.importers.fleet import (
    build_connection,
    run_fleet,
    topic_of,
    vehicle_of,
    write_messages,
)
from tests.verify.conftest import build_ledger
from tuijin.errors import ImportFailed, Unavailable
from tuijin.importers.vda5050_log import read_messages
from tuijin.ledger import batches, message_logs, records, scope
from tuijin.ledger.listening import Broker, Listener
from tuijin.ledger.models import Evidence, Figure, User, Vehicle

N_VEHICLES = 3


@pytest.fixture
def ledger(db):
    with scope.active(scope.system_scope("test")):
        found = build_ledger()
        records.save_new([
            Vehicle(manufacturer=manufacturer, serial=serial, project=found.port)
            for manufacturer, serial in map(vehicle_of, range(N_VEHICLES))
        ])  # fmt: skip
        yield found


@pytest.fixture
def broker(tmp_path):
    """A mosquitto of this test, on loopback."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        absent("mosquitto (apt-get install mosquitto)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    process = subprocess.Popen([program, "-c", settings], stderr=subprocess.DEVNULL)
    try:
        _wait_for(lambda: _is_open(port))
        yield Broker("127.0.0.1", port)
    finally:
        process.terminate()
        process.wait()


def _is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_for(is_so, seconds=20):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


@contextmanager
def listening(broker, spool, bound):
    listener = Listener(broker, spool=spool, bound=bound)
    thread = threading.Thread(target=listener.listen)
    thread.start()
    try:
        yield listener
    finally:
        listener.stop()
        thread.join()


def connect(broker, *, vehicle=0, version="2.0.0"):
    """A vehicle that signs on, with its last will."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    topic = topic_of(vehicle, "connection", version)
    will = build_connection(vehicle, "CONNECTIONBROKEN", 0, time.time(), version)
    client.will_set(topic, orjson.dumps(will), qos=1, retain=True)
    client.connect(broker.host, broker.port)
    client.loop_start()
    return client


@pytest.mark.parametrize("version", ["2.0.0", "3.0.0"])
def test_what_is_heard_is_what_the_fleet_said(ledger, broker, tmp_path, version):
    spool = tmp_path / "spool" / "log.jsonl"
    now = time.time()
    truth = run_fleet(N_VEHICLES, 0.05, 5)
    messages = list(write_messages(truth, version=version, start=now - 120))
    strange = orjson.dumps({**messages[0][2], "serialNumber": "stranger"})
    with listening(broker, spool, {vehicle_of(v) for v in range(N_VEHICLES)}) as listener:
        time.sleep(0.5)
        client = connect(broker, version=version)
        for _, topic, body in messages:
            client.publish(topic, orjson.dumps(body), qos=0).wait_for_publish(5)
        client.publish(messages[0][1], orjson.dumps(messages[0][2])).wait_for_publish(5)
        client.publish(messages[0][1], strange).wait_for_publish(5)
        client.publish(messages[0][1].replace("agv-00", "stranger"), strange).wait_for_publish(5)
        _wait_for(lambda: listener.counts.seen == len(messages) + 3)
        client.loop_stop()
        client.disconnect()
    assert listener.counts.as_dict() == {
        "seen": len(messages) + 3, "taken": len(messages),
        "left_out": {"replay": 1, "topic": 1, "unbound": 1}, "gaps": 0, "lost": 0,
    }  # fmt: skip
    lines = spool.read_bytes().splitlines()
    assert [json.loads(line)["payload"] for line in lines] == [body for *_, body in messages]
    assert read_messages(lines).counts.taken == len(messages)


def test_a_lost_vehicle_is_known_by_its_last_will(ledger, broker, tmp_path):
    spool = tmp_path / "log.jsonl"
    with listening(broker, spool, {vehicle_of(0)}) as listener:
        time.sleep(0.5)
        client = connect(broker)
        _wait_for(client.is_connected)
        online = build_connection(0, "ONLINE", 1, time.time(), "2.0.0")
        client.publish(topic_of(0, "connection", "2.0.0"), orjson.dumps(online), qos=1, retain=True)
        _wait_for(lambda: listener.counts.taken == 1)
        client.loop_stop()
        client.socket().close()  # as a vehicle that drives out of reach
        _wait_for(lambda: listener.counts.taken == 2)
    said = [
        json.loads(line)["payload"]["connectionState"] for line in spool.read_text().splitlines()
    ]
    assert said == ["ONLINE", "CONNECTIONBROKEN"]


def test_a_broker_that_is_not_there_is_told(tmp_path):
    listener = Listener(Broker("127.0.0.1", 1), spool=tmp_path / "log.jsonl", bound=set())
    with pytest.raises(Unavailable, match="连不上"):
        listener.listen(seconds=1)


def write_log(path, truth, version="2.0.0"):
    with path.open("wb") as log:
        for _, topic, body in write_messages(truth, version=version):
            line = {"received": body["timestamp"], "topic": topic, "payload": body}
            log.write(orjson.dumps(line) + b"\n")
    return path


def test_measured_is_what_truly_was(ledger, tmp_path):
    truth = run_fleet(N_VEHICLES, 40, 11)
    found = message_logs.measure_log(write_log(tmp_path / "log.jsonl", truth))
    figures = {f["metric"]: f for f in _figures(found)}
    whole = [s for s in truth.steps if s[1] == "gate"]
    clearance = np.array([(end - begin) / 60 for _, _, begin, end in whole])
    n_unended = sum(1 for s in whole if not any(t[0] == s[0] and t[2] >= s[3] for t in truth.steps))
    clearance = clearance[: clearance.size - n_unended] if n_unended else clearance
    assert figures["clearance_minutes.mean"]["value"] == pytest.approx(clearance.mean(), rel=0.01)
    p95 = np.quantile(clearance, 0.95, method="inverted_cdf")
    assert figures["clearance_minutes.p95"]["value"] == pytest.approx(p95, rel=0.02)
    loads = {v: [b for n, s, b, _ in truth.steps if s == "load" and n == v] for v in range(3)}
    cycles = np.concatenate([np.diff(at) for at in loads.values()]) / 60
    assert figures["round_trip_minutes.mean"]["value"] == pytest.approx(cycles[1:].mean(), rel=0.01)
    total = sum(end - begin for _, _, begin, end in truth.steps)
    waited = sum(end - begin for _, step, begin, end in truth.steps if step == "gate")
    assert figures["gate_wait_ratio"]["value"] == pytest.approx(waited / total, rel=0.01)
    assert figures["availability_ratio"]["value"] == 1.0


def _figures(found):
    table = next(t for t in found.parsed.tables if t.noun == "figure")
    return [
        {"metric": metric, "value": float(value)}
        for metric, value in zip(table.columns["metric"], table.columns["value"], strict=True)
    ]


def test_nothing_is_written_before_an_entitled_person_accepts(ledger, tmp_path):
    path = write_log(tmp_path / "log.jsonl", run_fleet(N_VEHICLES, 20, 11))
    coordinator = User.objects.create(username="coordinator", role="city_coordinator")
    with scope.active(scope.build_scope(coordinator)):
        batch = message_logs.propose(message_logs.measure_log(path)).batch
        assert batch.status == "preview"
        assert not Figure.objects.filter(metric__startswith="clearance").exists()
        batches.accept(batch.pk, digest=batch.details["digest"])
        assert Figure.objects.filter(metric="clearance_minutes.p95", is_current=True).exists()
        assert Evidence.objects.get(kind="measurement").project == ledger.port


def test_a_log_of_strangers_is_refused(ledger, tmp_path):
    path = write_log(tmp_path / "log.jsonl", run_fleet(1, 2, 1))
    Vehicle.objects.all().delete()
    with pytest.raises(ImportFailed, match="登记“车辆”") as refused:
        message_logs.measure_log(path)
    assert refused.value.code == "unbound"
