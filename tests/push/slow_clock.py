"""The clock by walking day by day: slow, plain, and written apart from `push.clocks`."""

from __future__ import annotations

from datetime import date, timedelta

FAR = 4000  # days after which a clock that never ran out is given up


def walk(start, amount, unit, is_workday, pauses):
    """Return the last day of a limit, or None while the clock stands without an end."""

    def stands(day):
        return any(a <= day and (b is None or day < b) for a, b in pauses)

    def stands_for_ever(day):
        return any(a <= day and b is None for a, b in pauses)

    left = amount
    if unit == "month":
        left = 0
        there = same_day_months_later(start, amount)
        while start + timedelta(days=left) < there:
            left += 1
    counts_all = unit != "workday"
    day = start
    while left > 0:
        day += timedelta(days=1)
        if stands_for_ever(day):
            return None
        if not stands(day) and (counts_all or is_workday(day)):
            left -= 1
    for _ in range(FAR):
        if stands_for_ever(day):
            return None
        if is_workday(day) and not stands(day):
            return day
        day += timedelta(days=1)
    raise AssertionError("no working day in sight")


def same_day_months_later(day, count):
    year, month = day.year, day.month
    for _ in range(count):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    number = day.day
    while True:
        try:
            return date(year, month, number)
        except ValueError:
            number -= 1
