"""The GMPP panel: golden files, one project for many spellings, words where dates should be."""

import contextlib
import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.show_parsed import entries_of, show_parsed
from tuijin.errors import TuijinError
from tuijin.importers.gmpp_csv import plugin
from tuijin.importers.gmpp_csv.identity import group_rows

HERE = Path(__file__).parent
FIXTURES = sorted(path.stem for path in (HERE / "fixtures").glob("*.csv"))


def read(name):
    return (HERE / "fixtures" / f"{name}.csv").read_bytes()


@pytest.mark.parametrize("name", FIXTURES)
def test_golden(name, golden):
    data = read(name)
    assert plugin.recognises(data, name=name)
    golden(HERE / "golden" / f"{name}.txt", show_parsed(plugin.parse(data, name=name)))


def test_one_project_by_id_or_name():
    rows = [
        ("", "Crossing"),
        ("DFT_0022_1415-Q4", "CROSSING"),
        ("", "Tunnel"),
        ("DFT_0022_1415-Q4", "The  Crossing (new name)"),
        ("", "DFT_0022_1415-Q4"),
        ("", "the crossing new name"),
    ]
    assert group_rows(rows) == [0, 0, 2, 0, 0, 0]


@given(st.lists(st.tuples(st.sampled_from(["", "A_0001_2021-Q1"]), st.sampled_from("abAB "))))
def test_groups_are_numbered_by_their_first_row(rows):
    for index, first in enumerate(group_rows(rows)):
        assert first <= index
        assert group_rows(rows)[first] == first


def test_pounds_are_never_yuan():
    parsed = plugin.parse(read("one_project"), name="x.csv")
    assert all("yuan" not in name for t in parsed.tables for name in t.columns)
    assert {f["unit"] for f in entries_of(parsed, "figure") if "value" in f} <= {
        "mn_gbp",
        "percent",
    }


@given(st.data())
def test_a_spoiled_file_raises_only_ours(data):
    good = read("words_for_dates")
    at = data.draw(st.integers(0, len(good)))
    rest = good[at + data.draw(st.integers(0, 40)) :]
    with contextlib.suppress(TuijinError):
        plugin.parse(good[:at] + data.draw(st.binary(max_size=20)) + rest, name="x.csv")


@pytest.mark.shared
def test_the_whole_panel(shared):
    path = shared / "ledgers/gmpp/gmpp_construction_panel.csv"
    parsed = plugin.parse(path.read_bytes(), name=path.name)
    assert not parsed.problems
    figures = entries_of(parsed, "figure")
    assert max(Counter(f["key"] for f in figures).values()) == 1
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for column, metric in (("WLC_Baseline_GBPm", "whole_life_cost"), ("Benefits_GBPm", "benefits")):
        total = sum(f["value"] for f in figures if f["metric"] == metric)
        assert total == sum(Decimal(r[column]) for r in rows if r[column])
    # 145 names without regard to case; ids tie some of these together as well
    assert len(entries_of(parsed, "project")) == 127
