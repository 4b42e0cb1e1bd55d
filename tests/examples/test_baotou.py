"""The Baotou example: every row reads, every reference resolves, every number is the source's."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.examples.baotou_sheet import DATES, NUMBERS, RANGES
from tuijin.importers.ledger_csv import plugin as ledger_csv
from tuijin.importers.nouns import NOUNS
from tuijin.units import UNITS

ROOT = Path(__file__).parents[2]
BAOTOU = ROOT / "examples" / "baotou"
PLACES = ROOT / "src" / "tuijin" / "ledger" / "data" / "places.csv"
FILES = {
    "source": "sources", "organisation": "organisations", "park": "parks", "project": "projects",
    "figure": "figures", "stage_event": "stage_events", "node": "nodes", "evidence": "evidence",
    "claim": "claims", "check": "checks", "meeting": "meetings", "stop": "stops",
    "price_series": "price_series", "price": "prices", "price_link": "price_links",
}  # fmt: skip
TOUR = {
    "damao-port-agv", "baiyun-motor", "guyang-anode", "guyang-copper", "shiguai-ferrosilicon",
    "damao-zero-carbon-park",
}  # fmt: skip
FUNCTIONS = {"min", "max", "abs", "if"}


def read_rows(noun: str) -> list[dict[str, Any]]:
    """Read one file as anybody's would be read; nothing in it is refused."""
    path = BAOTOU / f"{FILES[noun]}.csv"
    parsed = ledger_csv.parse(path.read_bytes(), name=path.name)
    assert not parsed.problems, parsed.problems[:3]
    (table,) = parsed.tables
    assert table.noun == noun
    names = [column.name for column in NOUNS[noun].columns]
    columns = {name: table.columns.get(name, [None] * len(table)) for name in names}
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def read_places() -> dict[str, dict[str, str]]:
    with PLACES.open(encoding="utf-8", newline="") as stream:
        return {row["code"]: row for row in csv.DictReader(stream)}


ROWS = {noun: read_rows(noun) for noun in FILES}


@pytest.mark.parametrize("noun", FILES)
def test_required_columns_are_filled_and_keys_unique(noun: str) -> None:
    required = [column.name for column in NOUNS[noun].columns if column.required]
    for row in ROWS[noun]:
        assert all(row[name] is not None for name in required), row
    keys = Counter(tuple(row[name] for name in NOUNS[noun].key) for row in ROWS[noun])
    assert max(keys.values()) == 1, keys.most_common(1)


@pytest.mark.parametrize("noun", FILES)
def test_references_resolve(noun: str) -> None:
    known = {name: {row.get("key") for row in rows} for name, rows in ROWS.items()}
    known["place"] = set(read_places())
    for column in NOUNS[noun].columns:
        if column.kind == "ref":
            used = {row.get(column.name) for row in ROWS[noun]} - {None}
            assert used <= known[column.ref], column.name


def test_every_row_has_a_source_and_every_source_a_confidence() -> None:
    for noun in set(FILES) - {"source", "check"}:
        assert all(row["source"] for row in ROWS[noun]), noun
    for source in ROWS["source"]:
        assert source["confidence"], source
        assert source["publisher"], source
        assert source["url"] or source["note"], source


def test_figures_have_a_unit_a_value_and_one_owner() -> None:
    for row in ROWS["figure"]:
        assert UNITS[row["unit"]].base == row["unit"], row["key"]
        assert (row["project"] is None) != (row["place"] is None), row["key"]
        numbers = [n for n in (row["low"], row["value"], row["high"]) if n is not None]
        assert numbers == sorted(numbers), row["key"]
        assert numbers or row["date_value"] or row["text_value"], row["key"]
        assert row["confidence"], row["key"]
        if row["confidence"] == "inferred":
            assert row["note"], row["key"]


def test_metrics_are_documented_with_their_unit() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    units = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", text, re.MULTILINE))
    for noun in ("figure", "claim"):
        for row in ROWS[noun]:
            assert units[row["metric"]] == row["unit"], row["key"]
    assert all(name in units for row in ROWS["check"] for name in names_in(row))


def names_in(check: dict[str, Any]) -> set[str]:
    """Metrics that a check reads."""
    if check["check"] == "model":
        return set()
    return set(re.findall(r"[a-z_][a-z0-9_]*", check["using"])) - FUNCTIONS


@pytest.mark.parametrize("key", NUMBERS)
def test_number_is_the_sheets(key: str) -> None:
    figure = next(row for row in ROWS["figure"] if row["key"] == key)
    assert figure["value"] == Decimal(NUMBERS[key])


@pytest.mark.parametrize("key", RANGES)
def test_range_is_the_sheets(key: str) -> None:
    figure = next(row for row in ROWS["figure"] if row["key"] == key)
    low, high = (None if end is None else Decimal(end) for end in RANGES[key])
    assert (figure["low"], figure["high"]) == (low, high)


@pytest.mark.parametrize("key", DATES)
def test_date_is_the_sheets(key: str) -> None:
    figure = next(row for row in ROWS["figure"] if row["key"] == key)
    assert figure["date_value"] == date.fromisoformat(DATES[key])


def test_every_claim_is_checked_on_its_own_project() -> None:
    checks = Counter(row["claim"] for row in ROWS["check"])
    on_file = Counter((row["project"], row["metric"]) for row in ROWS["figure"])
    owner = {row["key"]: row["project"] for row in ROWS["claim"]}
    assert set(checks) == set(owner)
    for check in ROWS["check"]:
        for name in names_in(check):
            assert on_file[owner[check["claim"]], name] <= 1, (check["claim"], name)


def test_claims_state_a_target_or_a_date() -> None:
    for claim in ROWS["claim"]:
        is_dated = claim["claim_type"] == "by_date"
        assert (claim["by_date"] is not None) == is_dated, claim["key"]
        assert (claim["target"] is not None) != is_dated, claim["key"]
        assert claim["title_en"], claim["key"]


def test_no_promise_is_its_own_evidence() -> None:
    for check in ROWS["check"]:
        if check["check"] == "evidence":
            assert not check["using"].startswith("stated_"), check["claim"]


def test_the_meeting_has_its_six_stops_in_four_places() -> None:
    (meeting,) = ROWS["meeting"]
    assert (meeting["starts_on"], meeting["ends_on"]) == (date(2025, 9, 20), date(2025, 9, 21))
    assert {stop["project"] for stop in ROWS["stop"]} == TOUR
    assert {stop["day"] for stop in ROWS["stop"]} == {date(2025, 9, 21)}
    place = {row["key"]: row["place"] for row in ROWS["project"]}
    assert {place[key] for key in TOUR} == {"150223", "150206", "150222", "150205"}


def test_claims_of_the_tour_projects_are_on_file() -> None:
    assert {row["project"] for row in ROWS["claim"]} >= TOUR
    two_minutes = [row for row in ROWS["claim"] if row["quote"].endswith("压缩至2分钟。")]
    assert len(two_minutes) == 3
    assert {row["statistic"] for row in two_minutes} == {"mean", "p95", "value"}


def test_points_lie_in_baotou() -> None:
    for project in ROWS["project"]:
        if project["longitude"] is not None:
            assert 109.2 < project["longitude"] < 111.5, project["key"]
            assert 40.2 < project["latitude"] < 42.8, project["key"]
            assert project["location_accuracy"] == "approximate"


def test_places_are_one_tree() -> None:
    places = read_places()
    abroad = places.pop("GB")  # for the British projects of the GMPP; no code of GB/T 2260
    assert (abroad["level"], abroad["is_statistical"]) == ("country", "true")
    above = {"province": "country", "prefecture": "province", "county": "prefecture"}
    for code, place in places.items():
        assert re.fullmatch(r"\d{6}", code)
        if place["level"] == "country":
            assert place["parent"] == ""
        else:
            assert places[place["parent"]]["level"] == above[place["level"]], code
    levels = Counter(place["level"] for place in places.values())
    assert (levels["country"], levels["province"]) == (1, 34)
    assert levels["county"] > 2800


def test_baotou_has_its_nine_and_their_boundaries() -> None:
    places = read_places()
    nine = {
        code for code, place in places.items()
        if place["parent"] == "150200" and place["is_statistical"] == "false"
    }  # fmt: skip
    assert len(nine) == 9
    assert {path.stem for path in (PLACES.parent / "boundaries").glob("*.geojson")} == nine
    assert places["150223"]["short_name"] == "达茂旗"
    assert places["150271"]["is_statistical"] == "true"
    assert all(places[code]["name_en"] for code in nine)


def test_power_units_are_baotous_rows_unchanged(shared: Path) -> None:
    source = shared / "ledgers" / "gem_inner_mongolia"
    for name, count in {"wind_units.csv": 73, "coal_units.csv": 63}.items():
        header, *kept = (BAOTOU / "gem" / name).read_text("utf-8").splitlines()
        first, *everything = (source / name).read_text("utf-8").splitlines()
        assert header == first
        assert len(kept) == count
        assert set(kept) <= set(everything)
