"""What every importer must be: one suite over all plug-in folders found."""

import contextlib
import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tuijin.importers
from tuijin.discovery import load_plugins
from tuijin.errors import TuijinError
from tuijin.importers.logs import LOGS
from tuijin.importers.nouns import CHOICES, NOUNS

FOLDER = Path(tuijin.importers.__file__).parent
PLUGINS = load_plugins("tuijin.importers")
CASES = [
    (plugin, path)
    for plugin in PLUGINS
    for path in sorted((FOLDER / plugin.id / "fixtures").iterdir())
]
TYPES = {
    "text": str, "long_text": str, "ref": str, "choice": str, "url": str, "uscc": str,
    "project_code": str, "period": str, "json": str, "decimal": Decimal, "money": Decimal,
    "longitude": float, "latitude": float, "integer": int, "boolean": bool,
    "date": dt.date, "month": dt.date,
}  # fmt: skip


def by_name(case):
    return f"{case[0].id}-{case[1].name}"


def tables_of(plugin, path):
    with contextlib.suppress(TuijinError):
        return plugin.parse(path.read_bytes(), name=path.name).tables
    return ()


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.id)
def test_folder_is_whole(plugin):
    folder = FOLDER / plugin.id
    assert plugin.title_zh
    assert plugin.title_en
    assert all(suffix.startswith(".") for suffix in plugin.suffixes)
    assert (folder / f"test_{plugin.id}.py").is_file()
    readme = (folder / "README.md").read_text(encoding="utf-8").lower()
    for word in ("publisher", "how often", "licence", "known faults"):
        assert word in readme, word
    assert any((folder / "fixtures").iterdir())
    assert any((folder / "golden").iterdir())


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_values_are_what_the_columns_say(case):
    check_values(tables_of(*case))


def check_values(tables):
    for table in tables:
        assert table.rows.shape == (len(table),)
        if table.noun in LOGS:
            check_log(table)
            continue
        noun = NOUNS[table.noun]
        for name, values in table.columns.items():
            column = noun.column(name)
            assert values.shape == (len(table),), name
            assert values.dtype == object, name
            for value in values[values != np.array(None)]:
                assert isinstance(value, TYPES[column.kind]), (name, value)
                if column.choices:
                    assert value in CHOICES[column.choices], (name, value)
                if isinstance(value, str) and column.kind not in ("url", "json"):
                    assert value == value.strip(), (name, value)
                    assert len(value) <= column.max_length, (name, len(value))


def check_log(table):
    """Rows of a log: every column, each value of its type or None, and none that is not finite."""
    assert table.columns.keys() == LOGS[table.noun].keys()
    for name, kind in LOGS[table.noun].items():
        for value in table.columns[name]:
            assert value is None or isinstance(value, kind), (name, value)
            assert not isinstance(value, float) or np.isfinite(value), (name, value)


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_entries_hang_together(case):
    """Keys are given once, what is required is there, references within the file lead somewhere."""
    tables = {t.noun: t for t in tables_of(*case) if t.noun not in LOGS}
    for table in tables.values():
        noun = NOUNS[table.noun]
        if "key" in table.columns:
            keys = [key for key in table.columns["key"] if key]
            assert len(keys) == len(set(keys))
        for column in noun.columns:
            if column.required and case[0].id not in ("ledger_csv", "ledger_xlsx"):
                assert column.name in table.columns, column.name
                assert all(v is not None for v in table.columns[column.name]), column.name
    figures = tables.get("figure")
    if figures is not None:
        subjects = zip(
            figures.columns.get("project", [None] * len(figures)),
            figures.columns.get("place", [None] * len(figures)),
            strict=True,
        )
        assert all(project or place for project, place in subjects)


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_its_own_files_are_recognised_and_no_public_form_is_claimed_twice(case):
    plugin, path = case
    data = path.read_bytes()
    public = {
        "gem_units_csv",
        "gmpp_csv",
        "oc4ids_json",
        "article",
        "vda5050_log",
        "gate_log_csv",
        "price_sheet",
    }
    claimed = {p.id for p in PLUGINS if p.recognises(data, name=path.name)} & public
    assert claimed <= {plugin.id}


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.id)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_bytes_raise_anything_but_ours(plugin, data):
    suffix = data.draw(st.sampled_from(plugin.suffixes))
    seeds = [path.read_bytes() for p, path in CASES if p is plugin]
    good = data.draw(
        st.sampled_from([*seeds, b"", b"PK\x03\x04", b"\xff\xfe", b'{"projects":[{}]}'])
    )
    at = data.draw(st.integers(0, len(good)))
    cut = data.draw(st.integers(0, 200))
    spoiled = good[:at] + data.draw(st.binary(max_size=30)) + good[at + cut :]
    with contextlib.suppress(TuijinError):
        plugin.recognises(spoiled, name=f"x{suffix}")
        plugin.parse(spoiled, name=f"x{suffix}")


HOSTILE = [
    "", " ", "NaN", "1e999", "-1", "９９", "1_000", "9" * 400, "0." + "1" * 50, "=1+1", "\u202e倒",
    "31/02/2020", "0000-00-00", "9999-99-99", "[100%]; ;", "A [x%]", "<script>", "项" * 5000, "\t",
]  # fmt: skip
SHEETS = [(plugin, path) for plugin, path in CASES if path.suffix == ".csv"]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_cell_raises_anything_but_ours(data):
    plugin, path = data.draw(st.sampled_from(SHEETS))
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8", "replace"), newline="")))
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.sampled_from(rows))
        if row:
            row[data.draw(st.integers(0, len(row) - 1))] = data.draw(st.sampled_from(HOSTILE))
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    with contextlib.suppress(TuijinError):
        parsed = plugin.parse(text.getvalue().encode(), name=path.name)
        check_values(parsed.tables)
