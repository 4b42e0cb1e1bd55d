"""Diagrams of networks, and what a replay tells."""

from __future__ import annotations

import pytest

from bench.flow.models import build_line, build_port
from tests.engines.flow.test_tracing import port
from tuijin.engines.flow import read_network, record_trace
from tuijin.verify.diagrams import HEIGHT, WIDTH, draw_network
from tuijin.verify.replays import as_replay


def boxes_of(document):
    drawn = draw_network(read_network(document))
    return drawn, {box["id"]: (box["x"], box["y"]) for box in drawn["boxes"]}


@pytest.mark.parametrize("document", [build_line(10), build_port(100), port()])
def test_no_box_covers_another_and_all_are_inside(document):
    drawn, boxes = boxes_of(document)
    assert set(document["stations"]) <= set(boxes)
    places = list(boxes.values())
    for n, (x, y) in enumerate(places):
        assert 0 <= x <= drawn["width"] - WIDTH
        assert 0 <= y <= drawn["height"] - HEIGHT
        for a, b in places[:n]:
            assert abs(x - a) >= WIDTH or abs(y - b) >= HEIGHT


def test_a_station_stands_after_those_that_lead_to_it():
    _, boxes = boxes_of(build_port(100))
    order = ["load", "out", "gate_mn", "gate_cn", "x_ray", "unload"]
    assert sorted(order, key=lambda name: boxes[name][0]) == order


def test_a_long_line_goes_on_in_the_next_row():
    drawn, boxes = boxes_of(build_line(10))
    assert drawn["width"] < 1300
    assert boxes["m19"][1] > boxes["m0"][1] + HEIGHT


def test_rework_and_a_way_to_itself():
    document = {
        "time_unit": "minutes",
        "sources": {"in": {"to": "a", "every": 5}},
        "stations": {
            "a": {"service": 1, "route": "b"},
            "b": {"service": 1, "route": [{"to": "a", "probability": 0.1},
                                          {"to": "b", "probability": 0.2},
                                          {"to": "exit", "probability": 0.7}]},
        },
        "run": {"horizon": 10},
    }  # fmt: skip
    drawn, boxes = boxes_of(document)
    assert boxes["source in"][0] < boxes["a"][0] < boxes["b"][0] < boxes["exit"][0]
    ratios = [edge["ratio"] for edge in drawn["edges"] if edge["ratio"]]
    assert sorted(ratios) == [0.1, 0.2, 0.7]


def test_places_and_lanes_in_the_order_of_the_path():
    drawn, _ = boxes_of(port())
    assert [place["id"] for place in drawn["places"]] == ["a", "m", "b"]
    assert [place["is_charger"] for place in drawn["places"]] == [False, True, False]
    assert len(drawn["lanes"]) == 4


def test_a_replay_ends_as_the_trace_does():
    """Counts never go below nothing, and vehicles are where the next way begins."""
    trace = record_trace(read_network(port()), start=1440, end=2880)
    replay = as_replay(trace, time_unit="minutes")
    for rows in replay["stations"].values():
        assert all(waiting >= 0 and inside >= waiting for _, waiting, inside in rows)
        assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    for vehicle in replay["vehicles"]:
        place = replay["places"][vehicle["place"]]
        for number, (_, _, lane) in enumerate(vehicle["ways"]):
            start, end = replay["lanes"][lane]
            assert start == place or number == 0
            place = end
