"""Dates as articles give them, against the day of the article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

_YEAR = (
    r"(?P<year>(?:19|20)\d\d)年|(?P<relyear>今年|本年度?|明年|后年|去年|前年|年内)|"
    r"(?P<thismonth>本月)"
)
_PART = (
    r"(?P<half>[上下]半年)|(?P<end>年?底|年末|年前)|(?P<quarter>[一二三四]季度)|"
    r"(?P<month>1[0-2]|[1-9])月份?"
    r"(?:(?P<day>[12]\d|3[01]|[1-9])日|(?P<monthpart>底|初|中旬|上旬|下旬|末))?"
)
_DATE = re.compile(
    rf"(?:{_YEAR})(?:的|度)?(?:{_PART}|(?P<day2>[12]\d|3[01]|[1-9])日|初)?|"
    rf"(?<![\d.])(?:{_PART.replace('(?P<', '(?P<x')})|"
    r"(?<![\d.月年至到、－—-])(?P<day3>[12]\d|3[01]|[1-9])日"
)
_RELATIVE_YEAR = {
    "今年": 0,
    "本年": 0,
    "本年度": 0,
    "年内": 0,
    "明年": 1,
    "后年": 2,
    "去年": -1,
    "前年": -2,
}
_LATER = re.compile(r"(?P<n>\d{1,2})个月(?:后|内|之后)")


@dataclass(frozen=True, slots=True)
class Day:
    """An ISO date as exact as the text: 2011, 2011-H1, 2011-06, 2011-06-30."""

    iso: str
    start: int
    end: int


def find_dates(text: str, *, published: date | None) -> Iterator[Day]:
    """
    Every date of a text.

    A year left out is the article's; a month more than half a year later is of the year before.
    """
    for match in _DATE.finditer(text):
        if iso := _read(match, published):
            yield Day(iso, match.start(), match.end())
    for match in _LATER.finditer(text) if published else ():
        assert published
        months = published.month - 1 + int(match["n"])
        iso = f"{published.year + months // 12}-{months % 12 + 1:02}"
        yield Day(iso, match.start(), match.end())


def _read(match: re.Match[str], published: date | None) -> str | None:
    get = match.groupdict().get
    month = get("month") or get("xmonth")
    day = get("day") or get("xday") or get("day2") or get("day3")
    if get("year"):
        year = int(match["year"])
    elif published is None:
        return None
    else:
        year = published.year + _RELATIVE_YEAR.get(get("relyear") or "", 0)
        if not get("relyear") and month and int(month) > published.month + 6:
            year -= 1
        if get("thismonth") or (day and not month):
            month = str(published.month)
    return _write(year, month, day, get)


def _write(year: int, month: str | None, day: str | None, get: Callable[[str], Any]) -> str | None:
    if half := get("half") or get("xhalf"):
        return f"{year}-H{1 if half[0] == '上' else 2}"
    if quarter := get("quarter") or get("xquarter"):
        return f"{year}-Q{'一二三四'.index(quarter[0]) + 1}"
    if get("end") or get("xend"):
        return f"{year}-12"
    if month and day:
        try:
            return date(year, int(month), int(day)).isoformat()
        except ValueError:
            return None
    return f"{year}-{int(month):02}" if month else f"{year}"
