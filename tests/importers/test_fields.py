"""The field grammar of the security reference 9: what is read, what is refused by which code."""

import contextlib
import time
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuijin.importers import dates, decimals
from tuijin.importers.cells import Cells, Kind, build_text_cells
from tuijin.importers.fields import Fault, Position, parse_value, read_cells
from tuijin.importers.nouns import NOUNS

PROJECT, REPORT, FIGURE = NOUNS["project"], NOUNS["report"], NOUNS["figure"]
MONEY = PROJECT.column("total_investment_yuan")
DAY = PROJECT.column("planned_start_on")


def number_cells(values, *, dated=False):
    values = np.asarray(values, dtype=float)
    n = values.size
    return Cells(
        np.full(n, Kind.NUMBER, np.uint8), values, np.zeros(n, np.int32),
        np.empty(0, dtype=object), np.full(n, dated),
    )  # fmt: skip


def at(n):
    return Position("项目", "C", np.arange(2, n + 2))


def read_one(column, value, *, unit=None, dated=False, epoch_1904=False):
    is_text = isinstance(value, str)
    cells = build_text_cells([value]) if is_text else number_cells([value], dated=dated)
    values, problems, notes = read_cells(column, cells, at(1), unit=unit, epoch_1904=epoch_1904)
    assert (values[0] is None) == bool(problems)
    return values[0] if not problems else problems[0].code, [n.code for n in notes]


@pytest.mark.parametrize(
    ("value", "unit", "yuan"),
    [
        ("1.2亿元", None, "120000000"),
        ("3000万", None, "30000000"),
        ("500万元", "yi_yuan", "5000000"),
        ("1,234,567.89", "yuan", "1234567.89"),
        ("１２３．５", "wan_yuan", "1235000"),
        ("12 亿元", None, "1200000000"),
        (6848.66, "wan_yuan", "68486600"),
        (0.1 + 0.2, "wan_yuan", "3000"),
        (1e12, "yuan", "decimal"),
        ("1e6", "wan_yuan", "decimal"),
        ("1_000", "wan_yuan", "decimal"),
        ("12,34", "wan_yuan", "decimal"),
        ("1.2345678", "wan_yuan", "decimal"),
        (1 / 3, "wan_yuan", "decimal"),
        (1234.567, "yuan", "money_precision"),
        ("1234.567元", None, "money_precision"),
        (5, None, "unit_missing"),
        ("5", None, "unit_missing"),
        ("5吨", "wan_yuan", "unit"),
        ("约5", "wan_yuan", "decimal"),
        ("10001亿元", None, "out_of_range"),
        (10001, "yi_yuan", "out_of_range"),
        (-5, "wan_yuan", "out_of_range"),
        ("-5万元", None, "out_of_range"),
        ("9" * 200, "yuan", "decimal"),
    ],
)
def test_money(value, unit, yuan):
    got, _ = read_one(MONEY, value, unit=unit)
    assert got == (yuan if yuan.isalpha() or "_" in yuan else Decimal(yuan))


def test_tax_may_be_negative_and_blank_marks_are_nothing():
    assert read_one(NOUNS["operating"].column("tax_yuan"), -5, unit="wan_yuan")[0] == -50000
    values, problems, _ = read_cells(MONEY, build_text_cells(["—", "/", " "]), at(3), unit="yuan")
    assert values.tolist() == [None] * 3
    assert not problems


@settings(deadline=None)
@given(st.decimals(-999999999, 999999999, places=6), st.sampled_from(["yuan", "mw", "t"]))
def test_numbers_and_texts_say_the_same(value, unit):
    """A spreadsheet's float of a decimal with six places is that decimal, however it is read."""
    wholes, exact = decimals.scale_numbers(np.array([float(value)]), places=6)
    assert exact.all()
    assert decimals.build_decimals(wholes, places=6)[0] == value
    assert decimals.parse_decimal(f"{value:f}") == value


@settings(deadline=None)
@given(st.text(max_size=40))
def test_decimals_never_raise_anything_else(text):
    with contextlib.suppress(Fault):
        decimals.parse_decimal(text)


@pytest.mark.parametrize("text", ["1e2000000", "9" * 100_000, "9" * 100_000 + "元"])
def test_what_is_refused_is_never_built(monkeypatch, text):
    built = []
    monkeypatch.setattr(decimals, "Decimal", lambda said: built.append(said) or Decimal(said))
    with pytest.raises(Fault):
        decimals.parse_decimal(text)
    with pytest.raises(Fault):
        decimals.split_unit(text, base="yuan")
    assert built == []


def test_work_grows_with_the_length_of_a_text_and_not_with_its_square():
    def work_s(length):
        text, spent = "9" * length + "元", []
        for _ in range(5):
            begun = time.thread_time()
            with pytest.raises(Fault):
                decimals.parse_decimal(text)
            spent.append(time.thread_time() - begun)
        return min(spent)

    assert work_s(1_600_000) < 64 * work_s(100_000)  # 16 if linear, 256 if quadratic


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23", date(2026, 11, 23)),
        ("2026/11/3", date(2026, 11, 3)),
        ("2026年11月23日", date(2026, 11, 23)),
        ("２０２６年１１月２３日", date(2026, 11, 23)),
        ("2025 年 9 月", date(2025, 9, 30)),
        ("2024年2月", date(2024, 2, 29)),
        ("2025-09", date(2025, 9, 30)),
        ("26-11-23", None),
        ("2026-13-01", None),
        ("2026-02-30", None),
        ("2101-01-01", None),
        ("1899-12-31", None),
        ("2026.11.23", None),
        ("20261123", None),
        ("45000", None),
        ("明年", None),
    ],
)
def test_dates(text, expected):
    got, notes = read_one(DAY, text)
    assert got == (expected or "date")
    assert ("month_only" in notes) == (expected is not None and not text.strip().endswith(
        ("日", "23", "3")))  # fmt: skip


@pytest.mark.parametrize(
    ("serial", "dated", "epoch_1904", "expected"),
    [
        (45920, True, False, date(2025, 9, 20)),
        (45920, False, False, date(2025, 9, 20)),
        (45920.75, True, False, date(2025, 9, 20)),
        (44458, True, True, date(2025, 9, 20)),
        (1, True, False, date(1900, 1, 1)),
        (59, True, False, date(1900, 2, 28)),
        (61, True, False, date(1900, 3, 1)),
        (60, True, False, "date_1900_02_29"),
        (0, True, False, "date"),
        (0, True, True, date(1904, 1, 1)),
        (73416, True, False, "date"),
        (1e18, True, False, "date"),
        (2025, False, False, "date_ambiguous"),
        (2025.9, False, False, "date_ambiguous"),
        (2025, True, False, date(1905, 7, 17)),
    ],
)
def test_serials(serial, dated, epoch_1904, expected):
    assert read_one(DAY, serial, dated=dated, epoch_1904=epoch_1904)[0] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-09", "2025-09"),
        ("2025年9月", "2025-09"),
        ("2025-09上旬", "2025-09-1"),
        ("2025年9月下旬", "2025-09-3"),
        ("2025-09-2", "2025-09-2"),
        ("2025-13", "period"),
        ("九月", "period"),
    ],
)
def test_periods(text, expected):
    assert read_one(REPORT.column("period"), text)[0] == expected
    if expected != "period":
        assert dates.parse_period(dates.show_period(expected)) == expected


def test_a_month_that_the_spreadsheet_made_a_date():
    column = REPORT.column("period")
    assert read_one(column, 45901, dated=True)[0] == "2025-09"
    assert read_one(column, 45902, dated=True)[0] == "period"
    assert read_one(NOUNS["operating"].column("month"), 45901, dated=True)[0] == date(2025, 9, 1)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("stage", "在建", "building"),
        ("stage", "Under construction", "building"),
        ("stage", "building", "building"),
        ("stage", "快好了", "choice"),
        ("stage", 3, "choice"),
        ("longitude", 109.84, 109.84),
        ("longitude", "109.84", 109.84),
        ("longitude", 210, "out_of_range"),
        ("latitude", "91", "out_of_range"),
        ("price_year", 2025, 2025),
        ("price_year", "2025年", 2025),
        ("price_year", 25, "out_of_range"),
        ("price_year", 2025.5, "integer"),
        ("is_synthetic", "是", True),
        ("is_synthetic", 0, False),
        ("is_synthetic", "也许", "boolean"),
        ("industry", 3099, "3099"),
        ("name", " 甲  ", "甲"),
        ("name", "甲\n乙", "甲 乙"),
        ("name", "=1+1", "=1+1"),
        ("name", "<script>{{7*7}}</script>", "<script>{{7*7}}</script>"),
        ("name", "a\u202eb", "bad_character"),
        ("name", "a\x00b", "bad_character"),
        ("name", "a\ud800b", "bad_character"),
        ("name", "长" * 201, "too_long"),
        ("summary", "a\u202eb", "ab"),
        ("code", "2509-150223-04-01-123456", "2509-150223-04-01-123456"),
        ("code", "2509-150223-04-01-12345", "project_code"),
    ],
)
def test_other_kinds(name, value, expected):
    assert read_one(PROJECT.column(name), value)[0] == expected


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://u:p@a.cn/", "ftp://a.cn", "http://", "x", "http://a b/"]
)
def test_bad_addresses(url):
    with pytest.raises(Fault, match="http"):
        parse_value(NOUNS["source"].column("url"), url)


def test_notes_say_that_full_width_was_changed():
    assert read_one(MONEY, "１２万元")[1] == ["full_width"]
    assert parse_value(FIGURE.column("value"), "-1.5") == Decimal("-1.5")


def test_problems_name_sheet_row_letter_field_and_what_is_expected():
    cells = build_text_cells(["1万元", "x", "", "y"])
    values, problems, _ = read_cells(MONEY, cells, at(4))
    assert values.tolist() == [Decimal(10000), None, None, None]
    assert [(p.sheet, p.row, p.column, p.field) for p in problems] == [
        ("项目", 3, "C", "total_investment_yuan"),
        ("项目", 5, "C", "total_investment_yuan"),
    ]
    assert all(p.expected for p in problems)


def test_fifty_thousand_rows_of_twenty_columns():
    n = 50_000
    rng = np.random.default_rng(7)
    work = [
        *[(MONEY, number_cells(np.round(rng.random(n) * 9e5, 2)), "wan_yuan")] * 5,
        *[(DAY, number_cells(rng.integers(40_000, 47_000, n), dated=True), None)] * 5,
        *[(PROJECT.column("name"), build_text_cells([f"项目{i}" for i in range(n)]), None)] * 5,
        *[(PROJECT.column("stage"), build_text_cells(["在建", "开工"] * (n // 2)), None)] * 5,
    ]
    for column, cells, unit in work:
        _, problems, _ = read_cells(column, cells, at(n), unit=unit)
        assert not problems
