"""VDA 5050 logs: the published samples, each version, and each reason to leave a message out."""

import copy
import json
from pathlib import Path

import numpy as np
import orjson
import pytest

from tests.importers.fleet import (
    START,
    build_connection,
    build_state,
    run_fleet,
    topic_of,
    vehicle_of,
    write_messages,
)
from tests.importers.show_parsed import show_parsed
from tuijin.errors import TuijinError
from tuijin.importers.vda5050_log import Gatekeeper, Taken, plugin, read_messages
from tuijin.importers.vda5050_log.schemas import load_validator

HERE = Path(__file__).parent
AT_GATE = "cn_gate.arrives"
FIXTURES = sorted((HERE / "fixtures").iterdir())


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_golden(path, golden):
    try:
        text = show_parsed(plugin.parse(path.read_bytes(), name=path.name))
    except TuijinError as error:
        text = f"{error.code}: {error.detail}\n"
    golden(HERE / "golden" / f"{path.stem}.txt", text)


@pytest.mark.parametrize(
    "sample", ["State.jsonSampleFull", "State.jsonSampleMinimal", "Connection.jsonSample",
               "State.deserializeJsonWithNullForOptionalFields",
               "State.deserializeJsonWithNullForOptionalRootFields"]
)  # fmt: skip
def test_published_samples_of_2_0_are_valid_in_2_0_and_2_1(shared, sample):
    folder = shared / "port" / "vda5050_v2_0" / "samples"
    body = json.loads((folder / f"{sample}.json").read_text(encoding="utf-8"))
    topic = sample.split(".")[0].lower()
    assert load_validator(topic, "2.0").is_valid(body)
    assert load_validator(topic, "2.1").is_valid(body)
    assert not load_validator(topic, "3.0").is_valid({**body, "headerId": "0"})


@pytest.mark.parametrize("topic", ["state", "connection"])
def test_shipped_schemas_say_what_the_published_ones_say(shared, topic):
    """Without titles, descriptions and examples, and otherwise word for word."""
    for version, path in (("2.0", f"vda5050_v2_0/{topic}.schema.json"),
                          ("3.0", f"vda5050/{topic}.schema")):  # fmt: skip
        published = json.loads((shared / "port" / path).read_text(encoding="utf-8"))
        shipped = json.loads((HERE / "schema" / f"{topic}-{version}.json").read_text("utf-8"))
        assert shipped["required"] == published["required"]
        assert shipped["properties"].keys() == published["properties"].keys()
        assert list(_find(shipped, "enum")) == list(_find(published, "enum"))
        assert list(_find(shipped, "required")) == list(_find(published, "required"))


def _find(node, name):
    if isinstance(node, dict):
        if isinstance(node.get(name), list):
            yield node[name]
        for child in node.values():
            yield from _find(child, name)
    elif isinstance(node, list):
        for child in node:
            yield from _find(child, name)


def test_2_1_knows_maps_and_2_0_does_not():
    body = build_state(0, AT_GATE, 1, START, "2.1.0")
    body["maps"] = [{"mapId": "m", "mapVersion": "1", "mapStatus": "ENABLED"}]
    assert load_validator("state", "2.1").is_valid(body)
    assert not load_validator("state", "2.0").is_valid(body)
    body["maps"][0]["mapStatus"] = "LOST"
    assert not load_validator("state", "2.1").is_valid(body)


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0", "3.0.0"])
def test_simulated_messages_are_taken(version):
    keeper = Gatekeeper()
    for at, topic, body in write_messages(run_fleet(2, 0.5), version=version):
        assert isinstance(keeper.take(topic, orjson.dumps(body), at), Taken)
    assert keeper.counts.taken == keeper.counts.seen > 50


def _spoil(**changes):
    return {**build_state(0, AT_GATE, 5, START, "2.0.0"), **changes}


def _take(body, *, topic=None, late=0.0, bound=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Gatekeeper(bound).take(topic or topic_of(0, "state", "2.0.0"), raw, START + late)


@pytest.mark.parametrize(
    ("body", "more", "reason"),
    [
        (_spoil(), {}, None),
        (_spoil(), {"late": 299}, None),
        (_spoil(), {"late": 301}, "clock"),
        (_spoil(), {"late": -301}, "clock"),
        (_spoil(version="1.1.0"), {}, "version_1"),
        (_spoil(version="2.2.0"), {}, "version"),
        (_spoil(version="2.10.0"), {}, "version"),
        (_spoil(), {"topic": topic_of(1, "state", "2.0.0")}, "topic"),
        (_spoil(), {"topic": topic_of(0, "state", "3.0.0")}, "topic"),
        (_spoil(), {"topic": topic_of(0, "connection", "2.0.0")}, "topic"),
        (_spoil(), {"topic": topic_of(0, "visualization", "2.0.0")}, "other_topic"),
        (_spoil(), {"bound": {vehicle_of(1)}}, "unbound"),
        (_spoil(headerId=2**32), {}, "schema"),
        (_spoil(headerId=-1), {}, "schema"),
        (_spoil(timestamp="2026-03-03T00:00:00"), {}, "schema"),
        (_spoil(driving="yes"), {}, "schema"),
        (_spoil(version=2.0), {}, "schema"),
        (_spoil(orderId="x" * 256_000), {}, "too_large"),
        (_spoil(distanceSinceLastNode=float("nan")), {}, "nan"),
        (_spoil(distanceSinceLastNode=float("-inf")), {}, "nan"),
        (b'{"headerId": 1', {}, "json"),
        (b"[1]", {}, "json"),
        (b"[" * 5000, {}, "json"),
        (b"\xff\xfe", {}, "json"),
    ],
)
def test_each_reason(body, more, reason):
    found = _take(body, **more)
    assert (None if isinstance(found, Taken) else found) == reason


def test_numbers_wrap_replays_are_left_out_and_gaps_counted():
    keeper = Gatekeeper()
    numbers = [2**32 - 2, 2**32 - 1, 2**32 - 1, 0, 1, 2**32 - 1, 5, 4, 6]
    found = [
        keeper.take(topic_of(0, "state", "2.0.0"), _spoil(headerId=number), START)
        for number in numbers
    ]
    left_out = [number for number, one in zip(numbers, found, strict=True) if one == "replay"]
    assert left_out == [2**32 - 1, 2**32 - 1, 4]
    assert (keeper.counts.gaps, keeper.counts.lost) == (1, 3)
    other = keeper.take(
        topic_of(1, "state", "2.0.0"), build_state(1, AT_GATE, 0, START, "2.0.0"), START
    )
    assert isinstance(other, Taken)


def test_a_last_will_is_taken_although_it_was_written_long_ago():
    keeper = Gatekeeper()
    will = build_connection(0, "CONNECTION_BROKEN", 0, START - 7200, "3.0.0")
    topic = topic_of(0, "connection", "3.0.0")
    online = build_connection(0, "ONLINE", 0, START, "3.0.0")
    assert isinstance(keeper.take(topic, online, START), Taken)
    found = keeper.take(topic, will, START + 60)
    assert isinstance(found, Taken)
    assert found.time_seconds == START + 60


def _hear(keeper, topic, word, number):
    at = START + number / 1000
    if topic == "state":
        body = build_state(0, word, number, at, "2.0.0")
    else:
        body = build_connection(0, word, number, at, "2.0.0")
    found = keeper.take(topic_of(0, topic, "2.0.0"), body, at)
    return "taken" if isinstance(found, Taken) else found


@pytest.mark.parametrize("left", ["OFFLINE", "CONNECTIONBROKEN"])
def test_a_vehicle_that_signs_on_again_may_count_anew(left):
    keeper = Gatekeeper()
    said = [("connection", "ONLINE", 5), ("state", AT_GATE, 70), ("state", AT_GATE, 2),
            ("connection", "ONLINE", 0), ("connection", left, 6), ("state", AT_GATE, 3),
            ("connection", "ONLINE", 0), ("state", AT_GATE, 0), ("state", AT_GATE, 1),
            ("state", AT_GATE, 1), ("connection", "ONLINE", 0)]  # fmt: skip
    assert [_hear(keeper, *one) for one in said] == [
        "taken", "taken", "replay", "replay", "taken", "replay",
        "taken", "taken", "taken", "replay", "replay",
    ]  # fmt: skip
    assert (keeper.counts.gaps, keeper.counts.lost) == (0, 0)


def test_a_vehicle_that_signs_on_again_and_counts_on_has_its_gap_counted():
    keeper = Gatekeeper()
    said = [("state", AT_GATE, 70), ("connection", "OFFLINE", 1), ("connection", "ONLINE", 2),
            ("state", AT_GATE, 74)]  # fmt: skip
    assert {_hear(keeper, *one) for one in said} == {"taken"}
    assert (keeper.counts.gaps, keeper.counts.lost) == (1, 3)


def _lines(shape):
    for at, topic, body in write_messages(run_fleet(1, 0.3)):
        yield json.dumps(shape(at, topic, body)).encode()


SHAPES = {
    "ours": lambda at, topic, body: {"received": at, "topic": topic, "payload": body},
    "mosquitto": lambda at, topic, body: {
        "tst": "2026-03-03T08:00:00.000000+0800", "topic": topic, "qos": 0, "retain": 0,
        "payloadlen": 1, "payload": json.dumps(body)},
    "milliseconds": lambda at, topic, body: {"ts": int(at * 1000), "topic": topic, "message": body},
    "bare": lambda at, topic, body: body,
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_common_shapes_of_a_log(name):
    lines = list(_lines(SHAPES[name]))
    found = read_messages(lines)
    if name == "mosquitto":  # all received at one moment: those of the first five minutes
        assert set(found.counts.left_out) <= {"clock"}
    else:
        assert found.counts.taken == len(lines)
    assert found.vehicles == {vehicle_of(0): 0}


def test_version_1_1_refuses_the_file_with_its_row():
    good = json.dumps(_spoil()).encode()
    old = json.dumps(_spoil(version="1.1", headerId=6)).encode()
    with pytest.raises(TuijinError, match=r"第 2 行是 VDA 5050 1\.x") as refused:
        plugin.parse(good + b"\n" + old, name="log.jsonl")
    assert refused.value.code == "vda5050_version"
    assert refused.value.problems[0].row == 2


def test_order_of_messages_is_not_changed_by_what_is_left_out():
    body = copy.deepcopy(_spoil())
    lines = [json.dumps({**body, "headerId": n}).encode() for n in (1, 1, 2, 9)]
    found = read_messages(lines)
    assert list(found.line) == [1, 3, 4]
    assert np.isfinite(found.load_kg).all()
