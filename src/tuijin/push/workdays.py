"""
China's official working days.

The State Council publishes the days off of a year late in the year before. The library
`chinesecalendar` holds them from 2004 to its last published year; rows of `CalendarDay` go before
it. Beyond both, Monday to Friday count, and what was counted there is marked as provisional.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from chinese_calendar import constants

from tuijin.push.clocks import Calendar
from tuijin.push.models import CalendarDay

FIRST_ON, LAST_ON = date(2004, 1, 1), date(2060, 12, 31)
PUBLISHED_UNTIL = date(max(constants.holidays).year, 12, 31)


def load_calendar() -> Calendar:
    """Return the calendar with the installation's own days."""
    own = CalendarDay.objects.order_by("day").values_list("day", "is_workday")
    return build_calendar(tuple(own))


@lru_cache(maxsize=8)
def build_calendar(own: tuple[tuple[date, bool], ...] = ()) -> Calendar:
    """Return the published calendar with some days otherwise."""
    differs = dict(own)
    count = (LAST_ON - FIRST_ON).days + 1
    days = (FIRST_ON + timedelta(days=number) for number in range(count))
    workdays = [
        day.toordinal() for day in days if differs.get(day, _is_published_workday(day))
    ]  # fmt: skip
    years = {day.year for day in differs}
    known = PUBLISHED_UNTIL
    while known.year + 1 in years:  # whoever gives a later year gives all its days off
        known = date(known.year + 1, 12, 31)
    return Calendar(FIRST_ON, LAST_ON, known, workdays)


def _is_published_workday(day: date) -> bool:
    if day in constants.workdays:  # a weekend day that is worked in exchange
        return True
    return day.weekday() < 5 and day not in constants.holidays
