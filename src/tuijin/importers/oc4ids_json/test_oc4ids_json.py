"""OC4IDS in and out: the published example, exact paths, hostile documents."""

import contextlib
import json
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from tests.importers.show_parsed import entries_of, show_parsed
from tuijin.errors import ImportFailed, TuijinError
from tuijin.importers.oc4ids_json import export, plugin
from tuijin.importers.tables import build_table

HERE = Path(__file__).parent
EXAMPLE = (HERE / "fixtures/example.json").read_bytes()
HEAD = {
    "uri": "https://example.org/package",
    "publisher": "City",
    "published_on": date(2025, 9, 20),
}


def parse(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return plugin.parse(data, name="x.json")


def test_golden(golden):
    assert plugin.recognises(EXAMPLE, name="example.json")
    golden(HERE / "golden/example.txt", show_parsed(parse(EXAMPLE)))


def test_the_example_survives_a_round_trip():
    first = parse(EXAMPLE)
    again = parse(export(first.tables, **HEAD))
    assert not again.problems
    for noun in ("project", "figure", "node", "evidence"):
        kept = [{k: v for k, v in e.items() if k != "source"} for e in entries_of(first, noun)]
        back = [{k: v for k, v in e.items() if k != "source"} for e in entries_of(again, noun)]
        assert sorted(back, key=str) == sorted(kept, key=str), noun
    assert export(again.tables, **HEAD) == export(first.tables, **HEAD)


def test_our_own_entries_become_a_package():
    project = {
        "key": "baotou-anode", "name": "锂电池负极材料项目", "place": "150222", "stage": "building",
        "total_investment_yuan": Decimal(2500000000), "owner": "某公司",
        "started_on": date(2025, 3, 1),
        "longitude": 110.06, "latitude": 41.03,
    }  # fmt: skip
    figure = {
        "key": "baotou-anode-sales", "project": "baotou-anode", "metric": "sales",
        "title": "年销售额", "value": Decimal(25), "unit": "yi_yuan_per_year", "as_of": "2025",
    }  # fmt: skip
    tables = [build_table("project", [project], [1]), build_table("figure", [figure], [1])]
    package = export(tables, **HEAD)
    (one,) = package["projects"]
    assert one["budget"] == {"amount": {"amount": 2500000000, "currency": "CNY"}}
    assert one["status"] == "implementation"
    (back,) = entries_of(parse(package), "project")
    assert {k: back[k] for k in project} == project | {"owner": "某公司"}


def test_faults_have_exact_paths():
    document = json.loads(EXAMPLE)
    document["projects"][0]["period"]["startDate"] = "2016-13-01T00:00:00Z"
    document["projects"][0]["parties"][1]["id"] = 7
    document["uri"] = "no address"
    parsed = parse(document)
    assert {p.field for p in parsed.problems} == {
        "/uri",
        "/projects/0/period/startDate",
        "/projects/0/parties/1/id",
    }
    assert not entries_of(parsed, "project")


def test_a_single_project():
    project = json.loads(EXAMPLE)["projects"][0]
    (entry,) = entries_of(parse(project), "project")
    assert entry["key"] == project["id"]
    del project["id"]
    assert [p.field for p in parse(project).problems] == [""]


def test_no_place_is_a_problem():
    assert [p.code for p in parse({"id": "a-1", "title": "x"}).problems] == ["place_unknown"]


def test_an_id_twice():
    project = json.loads(EXAMPLE)["projects"][0]
    document = json.loads(EXAMPLE) | {"projects": [project, project | {"title": "other"}]}
    assert [p.field for p in parse(document).problems] == ["/projects/1/id"]


def test_nothing_to_export():
    with pytest.raises(ImportFailed) as error:
        export([], **HEAD)
    assert error.value.problems[0].field == "/projects"


def test_long_lists_are_checked_in_one_pass():
    places = [{"id": str(n)} for n in range(20_000)]
    began = time.monotonic()
    parse({"id": "a-1", "locations": places})
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b'"projects"', b'{"projects": 3}', b"{"])
def test_not_a_package(data):
    with contextlib.suppress(TuijinError):
        assert parse(data).problems


@settings(max_examples=50)
@given(st.data())
def test_a_spoiled_file_raises_only_ours(data):
    at = data.draw(st.integers(0, len(EXAMPLE)))
    rest = EXAMPLE[at + data.draw(st.integers(0, 40)) :]
    with contextlib.suppress(TuijinError):
        parse(EXAMPLE[:at] + data.draw(st.binary(max_size=20)) + rest)


def spots(value, path=()):
    yield path
    items = {}
    if isinstance(value, dict | list):
        items = value if isinstance(value, dict) else dict(enumerate(value))
    for key, inner in items.items():
        yield from spots(inner, (*path, key))


SPOTS = list(spots(json.loads(EXAMPLE)["projects"][0]))[1:]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(SPOTS), st.sampled_from([None, [], {}, "", "x", -1, 0.5, [{}]])),
        max_size=3,
    )
)
def test_a_bent_document_raises_only_ours(changes):
    project = json.loads(EXAMPLE)["projects"][0]
    for path, value in changes:
        inner = project
        with contextlib.suppress(KeyError, IndexError, TypeError):
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = value
    with contextlib.suppress(TuijinError):
        export(parse(project).tables, **HEAD)


@pytest.mark.shared
def test_the_full_schema_accepts_what_we_export(shared):
    schema = json.loads((shared / "ledgers/oc4ids/project-schema.json").read_bytes())
    package = export(parse(EXAMPLE).tables, **HEAD)
    Draft4Validator(schema).validate(package["projects"][0])
    parse((shared / "ledgers/oc4ids/example.json").read_bytes())


@pytest.mark.shared
def test_blank_example(shared):
    with contextlib.suppress(TuijinError):
        parse((shared / "ledgers/oc4ids/blank.json").read_bytes())
