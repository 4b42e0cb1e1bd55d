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
    GATE,
    LOAD_KG,
    build_connection,
    run_fleet,
    topic_of,
    vehicle_of,
    write_messages,
)
from tests.verify.conftest import build_ledger
from tuijin.engines.flow import simulate
from tuijin.errors import ImportFailed, Unavailable
from tuijin.importers.vda5050_log import read_messages
from tuijin.ledger import batches, message_logs, records, scope
from tuijin.ledger.listening import Broker, Listener
from tuijin.ledger.models import Evidence, Figure, User, Vehicle

N_VEHICLES = 10


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
        assert listener.is_subscribed.wait(20)
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
    messages = list(write_messages(run_fleet(2, 0.05), version=version, start=now - 120))
    strange = orjson.dumps({**messages[0][2], "serialNumber": "stranger"})
    with listening(broker, spool, {vehicle_of(v) for v in range(N_VEHICLES)}) as listener:
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


def write_log(path, run, version="2.0.0"):
    with path.open("wb") as log:
        for _, topic, body in write_messages(run, version=version):
            line = {"received": body["timestamp"], "topic": topic, "payload": body}
            log.write(orjson.dumps(line) + b"\n")
    return path


@pytest.mark.parametrize("version", ["2.0.0", "3.0.0"])
def test_measured_is_what_the_simulation_says(ledger, tmp_path, version):
    """The trace to the millisecond that messages tell, the run's figures within their own error."""
    run = run_fleet(N_VEHICLES, 26)
    path = write_log(tmp_path / "log.jsonl", run, version)
    measured = message_logs.measure_log(path, gates=(GATE,))
    assert measured.document["messages"]["left_out"] == {}
    figures, simulated = _figures(measured), simulate(run.network)

    clearance, exact = run.clearance_minutes(), pytest.approx
    assert figures["clearance_minutes.mean"] == exact(clearance.mean(), abs=1e-4)
    p95 = np.quantile(clearance, 0.95, method="inverted_cdf")
    assert figures["clearance_minutes.p95"] == exact(p95, abs=1e-4)
    assert figures["clearance_minutes.mean"] == exact(
        simulated["measure.clearance.mean"].mean, abs=1e-4
    )
    assert figures["clearance_minutes.p95"] == exact(
        simulated["measure.clearance.p95"].mean, rel=1 / 128
    )
    assert figures["round_trip_minutes.mean"] == exact(run.cycle_minutes().mean(), abs=1e-4)
    assert figures["round_trip_minutes.mean"] == exact(
        simulated["measure.cycle.mean"].mean,
        rel=0.02,  # from another point of the round
    )


def test_trips_freight_and_shares_are_those_of_the_run(ledger, tmp_path):
    run = run_fleet(N_VEHICLES, 26)
    figures = _figures(message_logs.measure_log(write_log(tmp_path / "log.jsonl", run)))
    unloaded = np.concatenate([run.times(v, "unloading.finishes") for v in range(N_VEHICLES)])
    per_day = unloaded.size / N_VEHICLES / (26 / 24)
    assert figures["trips_per_vehicle_day"] == pytest.approx(per_day, rel=0.001)
    tonnes_per_day = unloaded.size * LOAD_KG / 1000 / (np.ptp(unloaded) / 1440)
    assert figures["freight_t_per_day"] == pytest.approx(tonnes_per_day, rel=0.001)
    steps = [step for vehicle in range(N_VEHICLES) for step in run.steps(vehicle)]
    shares = {
        "gate_wait_ratio": "gate", "handling_ratio": "starts", "driving_ratio": "drive",
        "charging_ratio": "charging",
    }  # fmt: skip
    for metric, word in shares.items():
        spent = sum(end - begin for point, begin, end in steps if word in point)
        assert figures[metric] == pytest.approx(spent / (26 * 3600 * N_VEHICLES), rel=0.001), metric
    assert figures["availability_ratio"] == 1.0


def _figures(found):
    table = next(t for t in found.parsed.tables if t.noun == "figure")
    columns = table.columns
    return dict(zip(columns["metric"], map(float, columns["value"]), strict=True))


def test_nothing_is_written_before_an_entitled_person_accepts(ledger, tmp_path):
    path = write_log(tmp_path / "log.jsonl", run_fleet(N_VEHICLES, 12))
    coordinator = User.objects.create(username="coordinator", role="city_coordinator")
    with scope.active(scope.build_scope(coordinator)):
        batch = message_logs.propose(message_logs.measure_log(path)).batch
        assert batch.status == "preview"
        assert not Figure.objects.filter(metric__startswith="clearance").exists()
        batches.accept(batch.pk, digest=batch.details["digest"])
        assert Figure.objects.filter(metric="clearance_minutes.p95", is_current=True).exists()
        assert Evidence.objects.get(kind="measurement").project == ledger.port


def test_a_log_of_strangers_is_refused(ledger, tmp_path):
    path = write_log(tmp_path / "log.jsonl", run_fleet(1, 2))
    Vehicle.objects.all().delete()
    with pytest.raises(ImportFailed, match="登记“车辆”") as refused:
        message_logs.measure_log(path)
    assert refused.value.code == "unbound"
