"""Times of day as gate logs write them: Beijing time, unless the cell names another zone."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta, timezone

from tuijin.importers.dates import parse_date
from tuijin.importers.faults import Fault

EXPECTED = "日期和时间，如 2026-03-03 08:05:30、2026/3/3 8:05 或 2026年3月3日 8:05:30"
BEIJING = timezone(timedelta(hours=8))
_FORM = re.compile(
    r"(\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日?)[T ]*"
    r"(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2}(?:\.\d{1,6})?)秒?)?分?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


def parse_instant(text: str) -> float:
    """
    Return seconds since 1970, UTC.

    Raises
    ------
    Fault
        instant
    """
    found = _FORM.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise Fault("instant", EXPECTED)
    day, hour, minute, second, zone = found.groups()
    try:
        on = parse_date(day)
        at = datetime(on.year, on.month, on.day, int(hour), int(minute), tzinfo=_zone(zone))
    except (Fault, ValueError):
        raise Fault("instant", EXPECTED) from None
    seconds = float(second or 0)
    if seconds >= 60:
        raise Fault("instant", EXPECTED)
    return at.timestamp() + seconds


def _zone(text: str | None) -> timezone:
    if not text:
        return BEIJING
    if text == "Z":
        return timezone.utc  # noqa: UP017  the class is at hand
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)
