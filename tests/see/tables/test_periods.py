"""Months and 旬: borders, ends of months, leap years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tuijin.see.tables.periods import period_end, periods_ended, window_of, write_placeholders


@pytest.mark.parametrize(
    ("day", "kind", "first", "last"),
    [
        (date(2025, 9, 15), "month", date(2025, 9, 1), date(2025, 9, 30)),
        (date(2024, 2, 29), "month", date(2024, 2, 1), date(2024, 2, 29)),
        (date(2025, 9, 10), "xun", date(2025, 9, 1), date(2025, 9, 10)),
        (date(2025, 9, 11), "xun", date(2025, 9, 11), date(2025, 9, 20)),
        (date(2025, 9, 30), "xun", date(2025, 9, 21), date(2025, 9, 30)),
        (date(2025, 2, 28), "xun", date(2025, 2, 21), date(2025, 2, 28)),
        (date(2025, 12, 31), "xun", date(2025, 12, 21), date(2025, 12, 31)),
    ],
)
def test_window(day: date, kind: str, first: date, last: date) -> None:
    found = window_of(day, kind=kind)
    assert (found.first, found.last) == (first, last)
    assert found.before == first - timedelta(days=1)


@pytest.mark.parametrize("kind", ["month", "xun"])
def test_windows_tile_the_year(kind: str) -> None:
    day, seen = date(2024, 1, 1), []
    while day.year == 2024:
        window = window_of(day, kind=kind)
        seen.append(window)
        assert window.opens_year == (len(seen) == 1)
        day = window.last + timedelta(days=1)
    assert len(seen) == {"month": 12, "xun": 36}[kind]


def test_periods_ended() -> None:
    assert periods_ended(2025, by=date(2025, 1, 19)) == ["2025-01-1"]
    assert periods_ended(2025, by=date(2025, 1, 31)) == [
        "2025-01-1", "2025-01-2", "2025-01-3", "2025-01",
    ]  # fmt: skip
    assert len(periods_ended(2025, by=date(2025, 12, 31))) == 48
    assert periods_ended(2026, by=date(2025, 12, 31)) == []


def test_period_end() -> None:
    assert period_end("2024-02-3") == period_end("2024-02") == date(2024, 2, 29)
    assert period_end("2025-09-2") == date(2025, 9, 20)


def test_placeholders_are_replaced_and_nothing_else_is_read() -> None:
    window = window_of(date(2025, 9, 12), kind="xun")
    text = "{year}年{month}月{xun}，{last}，{on.__class__} {0}"
    assert write_placeholders(text, window, on=date(2025, 9, 12), is_english=False) == (
        "2025年9月中旬，2025-09-20，{on.__class__} {0}"
    )
