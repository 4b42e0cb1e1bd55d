"""Every fault of a spec is said with its path; the published schema says what the reader does."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path

import jsonschema
import pytest

from tests.engines.flow.networks import exponential, one_station
from tuijin.engines.flow import read_network, schema
from tuijin.errors import ModelError, TooLarge

GOOD = one_station(exponential(1), {"service": {"kind": "gamma", "mean": 1, "shape": 2}})
SCHEMA = Path(schema.__file__).with_name("network.schema.json")
PLAIN = json.loads((Path(__file__).parent / "plain_networks.json").read_text())


def change(path, value):
    """Return the good spec with one value put at a path; ... takes it away."""
    document = copy.deepcopy(GOOD)
    *way, last = path.strip("/").split("/")
    place = document
    for step in way:
        place = place.setdefault(step, {})
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return document


FAULTS = [
    ("/time_unit", ..., "/time_unit", "is missing"),
    ("/time_unit", "fortnights", "/time_unit", "must be one of seconds"),
    ("/speed", 3, "/speed", "is not known here"),
    ("/run/horizon", 0, "/run/horizon", "must exceed 0, got 0"),
    ("/run/horizon", math.nan, "/run/horizon", "must be a finite number"),
    ("/run/horizon", True, "/run/horizon", "must be a number, got True"),
    ("/run/horizon", "10", "/run/horizon", "must be a number, got '10'"),
    ("/run/replications", 2.5, "/run/replications", "must be a whole number"),
    ("/run/warm_up", 1e9, "/run/warm_up", "must be below horizon"),
    ("/stations/desk/servers", 0, "/stations/desk/servers", "must be at least 1, got 0"),
    ("/stations/desk/buffer", -1, "/stations/desk/buffer", "must be at least 0"),
    ("/stations/desk/service/mean", -1, "/stations/desk/service/mean", "must exceed 0, got -1"),
    ("/stations/desk/service/kind", "pareto", "/stations/desk/service/kind", "must be one of"),
    ("/stations/desk/service", {"kind": "triangular", "low": 3, "mode": 1, "high": 4},
     "/stations/desk/service/mode", "must lie between"),
    ("/stations/desk/service", {"vip": 1}, "/stations/desk/service/vip", "not one of the classes"),
    ("/stations/desk/route", "nowhere", "/stations/desk/route/0/to", "'nowhere' is not one"),
    ("/stations/desk/route", [{"to": "exit", "probability": 0.7}], "/stations/desk/route",
     "must sum to 1, got 0.7"),
    ("/stations/desk/route", [{"to": "exit", "probability": 1.5}],
     "/stations/desk/route/0/probability", "must be at most 1"),
    ("/stations/desk/crew", {"of": "ghosts"}, "/stations/desk/crew/of", "'ghosts' is not one"),
    ("/stations/desk/breakdowns", [{"up": 1, "repair": 1, "repaired_by": "x"}],
     "/stations/desk/breakdowns/0/repaired_by", "'x' is not one of the operators"),
    ("/stations/bad name", {"service": 1}, "/stations", "is no name"),
    ("/sources/in/every", ..., "/sources/in/every", "give either every or at"),
    ("/sources/in/every", 0, "/sources/in/every", "must have a mean above 0"),
    ("/sources/in/batch", 2.5, "/sources/in/batch", "must be whole numbers"),
    ("/calendars/day", {"period": 24, "open_during": [[8, 6]]}, "/calendars/day/open_during/0",
     "must be two rising times"),
    ("/calendars/day", {}, "/calendars/day", "give either"),
    ("/measures/x", {"start": "desk.arrives", "end": "desk.sleeps"}, "/measures/x/end",
     "must be network.enters"),
    ("/populations/x", {"at": "desk", "count": 1, "class": "vip"}, "/populations/x/class",
     "'vip' is not one of the classes"),
    ("/classes", ["a", "b"], None, None),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "at", "message"), FAULTS)
def test_faults_have_their_path(path, value, at, message):
    if at is None:
        read_network(change(path, value))
        return
    with pytest.raises(ModelError) as caught:
        read_network(change(path, value))
    assert caught.value.code == "spec_invalid"
    found = {problem.field: problem.message for problem in caught.value.problems}
    assert at in found, found
    assert message in found[at]


def test_all_faults_are_told_at_once():
    document = change("/run/horizon", -1)
    document["stations"]["desk"]["servers"] = "many"
    with pytest.raises(ModelError) as caught:
        read_network(document)
    assert {p.field for p in caught.value.problems} == {"/run/horizon", "/stations/desk/servers"}


def test_a_class_that_can_come_must_be_served():
    document = change("/classes", ["entity", "vip"])
    document["sources"]["in"]["to"] = [{"to": "desk", "becomes": "vip"}]
    document["stations"]["desk"]["service"] = {"entity": 1}
    with pytest.raises(ModelError, match="says nothing of class 'vip'"):
        read_network(document)


@pytest.mark.parametrize("value", [None, [], 3, "x", {"stations": []}, {"stations": {"a": None}}])
def test_anything_else_is_refused_and_never_breaks(value):
    with pytest.raises(ModelError):
        read_network(value)


def test_specs_beyond_the_limits_are_too_large():
    deep = []
    for _ in range(40):
        deep = [deep]
    wide = {f"s{n}": {"service": 1} for n in range(11_000)}
    for document in (change("/x", deep), change("/stations", wide)):
        with pytest.raises(TooLarge) as caught:
            read_network(document)
        assert caught.value.code == "spec_too_large"


def test_the_published_schema_is_the_one_the_code_says():
    assert json.loads(SCHEMA.read_text()) == schema.describe_network()


@pytest.mark.parametrize("document", [GOOD, *PLAIN.values()])
def test_the_schema_accepts_what_is_read(document):
    jsonschema.Draft202012Validator(schema.describe_network()).validate(document)


@pytest.mark.parametrize(("path", "value", "at", "message"), FAULTS[:14])
def test_the_schema_refuses_what_stands_alone_as_wrong(path, value, at, message):
    between_parts = at in ("/run/warm_up", "/stations/desk/service/mode")
    validator = jsonschema.Draft202012Validator(schema.describe_network())
    refused = any(validator.iter_errors(change(path, value)))
    assert refused or between_parts or value != value  # noqa: PLR0124  # NaN is not JSON
