"""Units of Global Energy Monitor: golden files, each rule, and the sums that were published."""

import contextlib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.show_parsed import entries_of, show_parsed
from tuijin.errors import TuijinError
from tuijin.importers.gem_units_csv import plugin
from tuijin.importers.gem_units_csv.names import clean_zh, split_holders, unit_label_zh
from tuijin.importers.gem_units_csv.places import is_far, resolve_place

HERE = Path(__file__).parent
FIXTURES = sorted(path.stem for path in (HERE / "fixtures").glob("*.csv"))


def read(name):
    return (HERE / "fixtures" / f"{name}.csv").read_bytes()


@pytest.mark.parametrize("name", FIXTURES)
def test_golden(name, golden):
    data = read(name)
    assert plugin.recognises(data, name=name)
    golden(HERE / "golden" / f"{name}.txt", show_parsed(plugin.parse(data, name=name)))


def test_release_is_taken_from_the_published_name():
    name = "Global-Wind-Power-Tracker-February-2024.csv"
    (source,) = entries_of(plugin.parse(read("wind"), name=name), "source")
    assert source["key"] == "gem-wind-2024-02"


@pytest.mark.parametrize(
    ("county", "prefecture", "clues", "code"),
    [
        ("Damao Banner", "Baotou Municipality", "", "150223"),
        ("Darhan Muminggan United Banner", "Baotou", "", "150223"),
        ("Baiyunebo Mining Area", "Baotou Municipality", "", "150206"),
        ("Tumud Right Banner", "Baotou", "", "150221"),
        ("Hondlon (Kundulun)", "Baotou", "", "150203"),
        ("Zhalantun Muncipality", "Hulunbeier Municipality", "", "150783"),
        ("", "Baotou", "达茂旗某风电场", "150223"),
        ("", "Chifeng", "达茂旗某风电场", "150400"),
        ("", "Baotou Municipality", "包头市氢能项目", "150200"),
        ("", "", "", "150000"),
        ("Nowhere Banner", "Alashan Leauge", "", "152900"),
    ],
)
def test_place(county, prefecture, clues, code):
    found = resolve_place(
        province="Inner Mongolia", prefecture=prefecture, county=county, clues=clues
    )
    assert found == code


def test_other_provinces_are_not_guessed():
    assert resolve_place(province="Gansu", prefecture="", county="Damao Banner", clues="") is None


def test_far_points():
    assert is_far("150222", longitude_deg=107.4501, latitude_deg=40.0167)
    assert not is_far("150222", longitude_deg=110.2388, latitude_deg=41.1896)
    assert not is_far("150200", longitude_deg=107.4501, latitude_deg=40.0167)


def test_names():
    assert clean_zh("内蒙白云鄂博风电场 一期 (鲁能))") == "内蒙白云鄂博风电场一期(鲁能)"
    assert clean_zh("大唐固阳怀朔风电场'") == "大唐固阳怀朔风电场"
    assert unit_label_zh("Phase II, Unit 3") == "二期3号机组"
    assert unit_label_zh("Future phases") == "Future phases"
    assert split_holders("A Ltd [53.87%]; Others [46.13%]") == [
        ("A Ltd", "53.87%"),
        ("Others", "46.13%"),
    ]


@given(st.data())
def test_a_spoiled_file_raises_only_ours(data):
    good = read("wind")
    at = data.draw(st.integers(0, len(good)))
    rest = good[at + data.draw(st.integers(0, 40)) :]
    with contextlib.suppress(TuijinError):
        plugin.parse(good[:at] + data.draw(st.binary(max_size=20)) + rest, name="wind.csv")


@pytest.mark.shared
def test_published_sums_of_baotou(shared):
    """4,465 MW operating (Damao 3,318), 784 under construction, 2,555 planned: facts/park.md, 3."""
    data = (shared / "ledgers/gem_inner_mongolia/wind_units.csv").read_bytes()
    parsed = plugin.parse(data, name="wind_units.csv")
    projects = entries_of(parsed, "project")
    assert len(projects) == 677
    assert not parsed.problems
    mw = Counter()
    for project in projects:
        if project["place"].startswith("1502"):
            mw[project["stage"]] += project["capacity_mw"]
        if project["place"] == "150223":
            mw["Damao", project["stage"]] += project["capacity_mw"]
    assert mw["producing"] == 4465
    assert mw["Damao", "producing"] == 3318
    assert mw["building"] == 784
    assert mw["signed"] == 2555


@pytest.mark.shared
@pytest.mark.parametrize(("tracker", "count"), [("coal", 562), ("gas", 2)])
def test_every_unit_is_read(shared, tracker, count):
    data = (shared / f"ledgers/gem_inner_mongolia/{tracker}_units.csv").read_bytes()
    parsed = plugin.parse(data, name=f"{tracker}_units.csv")
    assert not parsed.problems
    assert len({p["key"] for p in entries_of(parsed, "project")}) == count
