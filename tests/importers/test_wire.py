"""What passes between the two processes comes out as it went in, and nothing else is believed."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers.show_parsed import show_parsed
from tuijin.errors import BadInput, Problem, TooLarge, TuijinError
from tuijin.importers import ColumnMapping, Header, Parsed, Table, wire
from tuijin.importers.headers import HeaderUnmatched
from tuijin.importers.ledger_xlsx import plugin

FIXTURES = Path(__file__).parents[2] / "src/tuijin/importers/ledger_xlsx/fixtures"
KINDS = [
    st.text(max_size=5),
    st.decimals(-(10**12), 10**12, places=2),
    st.decimals(-(10**6), 10**6, places=5),
    st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dictionaries(st.text(max_size=3), st.integers(0, 9), max_size=2),
]


def as_objects(values):
    out = np.empty(len(values), dtype=object)
    for number, value in enumerate(values):
        out[number] = value
    return out


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(KINDS).flatmap(lambda kind: st.lists(st.none() | kind, max_size=8)))
def test_every_kind_of_column_comes_back(values):
    table = Table("figure", {"x": as_objects(values)}, np.arange(len(values)), "表")
    (back,) = wire.load(wire.dump_parsed(Parsed((table,)))).tables
    assert back.columns["x"].tolist() == values
    assert list(map(type, back.columns["x"].tolist())) == list(map(type, values))
    assert (back.noun, back.sheet, back.rows.tolist()) == ("figure", "表", list(range(len(values))))


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.xlsx")), ids=lambda p: p.stem)
def test_a_whole_result_comes_back(path):
    parsed = plugin.parse(path.read_bytes(), name=path.name)
    back = wire.load(wire.dump_parsed(parsed))
    assert show_parsed(back) == show_parsed(parsed)
    assert back.headers == parsed.headers


def test_refusals_keep_class_code_and_problems():
    header = Header("s", 1, ("a",), (None,), (None,), ("A",), ("x",))
    problem = Problem("header", "m", "s", 1)
    for error in (
        TooLarge("x", code="zip_bomb", problems=[problem]),
        HeaderUnmatched("x", headers=[header], problems=[problem]),
    ):
        with pytest.raises(type(error)) as raised:
            wire.load(wire.dump_error(error))
        assert (raised.value.code, raised.value.problems) == (error.code, (problem,))
    assert raised.value.headers == (header,)


@given(st.binary(max_size=200))
def test_anything_else_is_refused(data):
    with pytest.raises(TuijinError):
        wire.load(data)


def test_a_class_that_is_no_error_of_ours_is_not_made():
    forged = wire.dump_error(BadInput("x")).replace(b'"BadInput"', b'"Sequence"')
    with pytest.raises(TuijinError):
        wire.load(forged)


def test_requests_come_back():
    mapping = ColumnMapping(("project.name", None), (None, "wan_yuan"))
    request = wire.dump_request("ledger_xlsx", "名.xlsx", {"a\x1fb": mapping}) + b"PK"
    importer, name, mappings, data = wire.load_request(request)
    assert (importer, name, data) == ("ledger_xlsx", "名.xlsx", b"PK")
    assert mappings == {"a\x1fb": mapping}
