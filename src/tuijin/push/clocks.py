"""
When something is due. Pure: dates and a calendar in, a date out.

The day on which a clock starts is not counted. A clock stands while it is paused. A day that is
reached on a day off moves to the next working day, as in article 203 of the Civil Code.
"""

from __future__ import annotations

import calendar as months
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from tuijin.errors import ParameterOutOfRange

Unit = Literal["workday", "day", "month"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """
    The working days of a span of years.

    Parameters
    ----------
    workdays
        Ordinals of every working day from `first_on` to `last_on`, ascending.
    known_until
        Last day for which the days off have been published; after it Monday to Friday count.
    """

    first_on: date
    last_on: date
    known_until: date
    workdays: Sequence[int]

    def is_workday(self, day: date) -> bool:
        self._check(day)
        at = bisect_right(self.workdays, day.toordinal())
        return at > 0 and self.workdays[at - 1] == day.toordinal()

    def nth_workday(self, after: date, number: int) -> date:
        """Return the `number`-th working day after a day, the first being 1."""
        self._check(after)
        at = bisect_right(self.workdays, after.toordinal()) + number - 1
        if at >= len(self.workdays):
            raise ParameterOutOfRange(f"{number} working days after {after} pass {self.last_on}")
        return date.fromordinal(self.workdays[at])

    def count_workdays(self, after: date, until: date) -> int:
        """Working days after one day, up to and with another."""
        self._check(after)
        self._check(until)
        return bisect_right(self.workdays, until.toordinal()) - bisect_right(
            self.workdays, after.toordinal()
        )

    def _check(self, day: date) -> None:
        if not self.first_on <= day <= self.last_on:
            raise ParameterOutOfRange(
                f"the calendar runs from {self.first_on} to {self.last_on}, got {day}"
            )


@dataclass(frozen=True, slots=True)
class Standing:
    """A pause: the clock stands on the days from `starts_on` up to, and not on, `ends_on`."""

    starts_on: date
    ends_on: date | None = None


def due_on(
    start: date, *, amount: int, unit: Unit, calendar: Calendar, pauses: Iterable[Standing] = ()
) -> date | None:
    """
    Return the last day of a limit; None while its clock stands.

    Parameters
    ----------
    amount
        Of `unit`; 0 is the same day. A month ends on the day of the same number, or on the last of
        a shorter month, and stands for as many days as that is.

    References
    ----------
    Civil Code of the People's Republic of China, articles 201 to 203.
    """
    if amount < 0:
        raise ParameterOutOfRange(f"amount must be 0 or more, got {amount}")
    stands = _merged(pauses)
    if unit == "month":
        amount = (_month_after(start, amount) - start).days
    by_workdays = unit == "workday" and amount > 0
    reached = _run(start, amount, calendar if by_workdays else None, stands)
    while reached is not None:
        stand = _standing_on(reached, stands)
        if stand is None and calendar.is_workday(reached):
            return reached
        reached = reached + _DAY if stand is None else stand.ends_on
    return None


def late_workdays(
    due: date | None, *, as_of: date, calendar: Calendar, pauses: Iterable[Standing] = ()
) -> int:
    """Working days by which something due is late, without those on which the clock stood."""
    if due is None or as_of <= due:
        return 0
    late = calendar.count_workdays(due, as_of)
    for stand in _merged(pauses):
        before = max(due, stand.starts_on - _DAY)
        last = as_of if stand.ends_on is None else min(as_of, stand.ends_on - _DAY)
        if last > before:
            late -= calendar.count_workdays(before, last)
    return late


def _merged(pauses: Iterable[Standing]) -> list[Standing]:
    """In order, apart from each other, and without those that never stood."""
    found: list[Standing] = []
    for pause in sorted(pauses, key=lambda p: p.starts_on):
        if pause.ends_on is not None and pause.ends_on <= pause.starts_on:
            continue
        last = found[-1] if found else None
        if last is None or (last.ends_on is not None and last.ends_on < pause.starts_on):
            found.append(pause)
        elif last.ends_on is not None:
            ends = None if pause.ends_on is None else max(last.ends_on, pause.ends_on)
            found[-1] = Standing(last.starts_on, ends)
    assert all(one.ends_on and one.ends_on < two.starts_on for one, two in pairwise(found))
    return found


def _run(
    start: date, amount: int, calendar: Calendar | None, stands: Sequence[Standing]
) -> date | None:
    """Count days, or working days, after the start, leaving out those on which it stood."""
    reached = _counted(start, amount, calendar)
    for stand in stands:
        if stand.starts_on > reached:
            break
        if stand.ends_on is None:
            return None
        if stand.ends_on <= start:
            continue
        before = max(stand.starts_on - _DAY, start)
        last = stand.ends_on - _DAY
        if last > before:
            amount += (
                (last - before).days if calendar is None else calendar.count_workdays(before, last)
            )
        reached = _counted(start, amount, calendar)
    return reached


def _counted(start: date, amount: int, calendar: Calendar | None) -> date:
    if amount == 0:
        return start
    if calendar is None:
        return start + timedelta(days=amount)
    return calendar.nth_workday(start, amount)


def _standing_on(day: date, stands: Sequence[Standing]) -> Standing | None:
    return next(
        (s for s in stands if s.starts_on <= day and (s.ends_on is None or day < s.ends_on)), None
    )


def _month_after(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
