"""The month or 旬 a table is for, and the report periods that had ended by then. Pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

_XUN_ENDS = (10, 20)
_XUN_ZH = ("上旬", "中旬", "下旬")
_XUN_EN = ("first ten days", "middle ten days", "last days")


@dataclass(frozen=True, slots=True)
class Window:
    """The month or 旬 that holds a date."""

    kind: str
    first: date
    last: date

    @property
    def xun(self) -> int:
        """1 to 3."""
        return xun_of(self.last)

    @property
    def before(self) -> date:
        """The last day of what was over when this began."""
        return date.fromordinal(self.first.toordinal() - 1)

    @property
    def opens_year(self) -> bool:
        """Whether nothing of the year lies before."""
        return (self.first.month, self.first.day) == (1, 1)


def xun_of(day: date) -> int:
    return 1 + sum(day.day > end for end in _XUN_ENDS)


def month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def window_of(day: date, *, kind: str) -> Window:
    """The month (`month`) or 旬 (`xun`) that holds a day."""
    if kind == "month":
        return Window(kind, day.replace(day=1), month_end(day.year, day.month))
    xun = xun_of(day)
    first = day.replace(day=1 if xun == 1 else _XUN_ENDS[xun - 2] + 1)
    last = day.replace(day=_XUN_ENDS[xun - 1]) if xun < 3 else month_end(day.year, day.month)
    return Window(kind, first, last)


def period_end(period: str) -> date:
    """The last day of a report's period: `2025-09`, or `2025-09-1` … `-3` for a 旬 of it."""
    year, month = int(period[:4]), int(period[5:7])
    xun = int(period[8]) if len(period) > 7 else 3
    return month_end(year, month) if xun == 3 else date(year, month, _XUN_ENDS[xun - 1])


def periods_ended(year: int, *, by: date) -> list[str]:
    """Every period of a year that was over at the end of a day; a month's and its last 旬 both."""
    months = [f"{year:04}-{month:02}" for month in range(1, 13)]
    periods = [p for month in months for p in (*(f"{month}-{n}" for n in (1, 2, 3)), month)]
    return [period for period in periods if period_end(period) <= by]


def write_placeholders(text: str, window: Window, *, on: date, is_english: bool) -> str:
    """Put year, month, 旬 and dates into a title; anything else in braces stays as it is."""
    xun = (_XUN_EN if is_english else _XUN_ZH)[window.xun - 1]
    values = {
        "{year}": str(window.last.year), "{month}": str(window.last.month), "{xun}": xun,
        "{last}": window.last.isoformat(), "{on}": on.isoformat(),
    }  # fmt: skip
    for name, value in values.items():
        text = text.replace(name, value)
    return text
