"""Due dates against a walk day by day, the State Council's own tables, and cases by hand."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.push.slow_clock import walk
from tuijin.errors import ParameterOutOfRange
from tuijin.push.clocks import Standing, due_on, late_workdays
from tuijin.push.workdays import PUBLISHED_UNTIL, build_calendar

CALENDAR = build_calendar()
DAYS = st.dates(date(2023, 6, 1), date(2027, 6, 30))

# The State Council's notices for 2025 and 2026: days off on weekdays, days worked on weekends.
OFF = """
2025-01-01 2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-02-03 2025-02-04 2025-04-04 2025-05-01
2025-05-02 2025-05-05 2025-06-02 2025-10-01 2025-10-02 2025-10-03 2025-10-06 2025-10-07 2025-10-08
2026-01-01 2026-01-02 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-23 2026-04-06
2026-05-01 2026-05-04 2026-05-05 2026-06-19 2026-09-25 2026-10-01 2026-10-02 2026-10-05 2026-10-06
2026-10-07
""".split()
WORKED = """
2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11
2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10
""".split()


def workday_by_hand(day):
    text = day.isoformat()
    return text in WORKED or (day.weekday() < 5 and text not in OFF)


def test_calendar_is_the_published_one_for_two_years():
    first = date(2025, 1, 1)
    for number in range(730):
        day = first + timedelta(days=number)
        assert CALENDAR.is_workday(day) == workday_by_hand(day), day


def test_calendar_is_the_library_s_for_every_year_it_has():
    first = date(2004, 1, 1)
    for number in range((PUBLISHED_UNTIL - first).days + 1):
        day = first + timedelta(days=number)
        assert CALENDAR.is_workday(day) == chinese_calendar.is_workday(day), day


def test_beyond_the_published_years_monday_to_friday_count():
    assert CALENDAR.known_until == PUBLISHED_UNTIL
    far = PUBLISHED_UNTIL + timedelta(days=200)
    week = [far + timedelta(days=n) for n in range(7)]
    assert [CALENDAR.is_workday(day) for day in week] == [day.weekday() < 5 for day in week]


def test_own_days_go_before_the_library():
    own = build_calendar(((date(2026, 11, 30), False), (date(2026, 11, 29), True)))
    assert not own.is_workday(date(2026, 11, 30))
    assert own.is_workday(date(2026, 11, 29))
    later = build_calendar(((date(PUBLISHED_UNTIL.year + 1, 1, 1), False),))
    assert later.known_until == date(PUBLISHED_UNTIL.year + 1, 12, 31)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "wanted"),
    [
        (date(2025, 9, 22), 0, "workday", date(2025, 9, 22)),  # a Monday
        (date(2025, 10, 1), 0, "workday", date(2025, 10, 9)),  # the holiday: the first day after
        (date(2025, 9, 30), 3, "workday", date(2025, 10, 11)),  # 9, 10 and the worked Saturday
        (date(2025, 9, 22), 7, "workday", date(2025, 9, 30)),  # Sunday 28 September is worked
        (date(2025, 9, 26), 7, "day", date(2025, 10, 9)),  # 3 October is off: article 203
        (date(2025, 1, 31), 1, "month", date(2025, 2, 28)),
        (date(2025, 9, 1), 1, "month", date(2025, 10, 9)),
    ],
)
def test_cases_by_hand(start, amount, unit, wanted):
    assert due_on(start, amount=amount, unit=unit, calendar=CALENDAR) == wanted


def test_a_clock_stands_while_it_is_paused():
    monday = date(2025, 9, 15)
    two_days = [Standing(date(2025, 9, 16), date(2025, 9, 18))]
    found = due_on(monday, amount=3, unit="workday", calendar=CALENDAR, pauses=two_days)
    assert found == date(2025, 9, 22)  # 18, 19, 22
    without_end = [Standing(date(2025, 9, 17))]
    assert due_on(monday, amount=3, unit="workday", calendar=CALENDAR, pauses=without_end) is None
    after = [Standing(date(2025, 9, 19))]
    assert due_on(
        monday, amount=3, unit="workday", calendar=CALENDAR, pauses=after
    ) == date(2025, 9, 18)  # fmt: skip


@st.composite
def clock_cases(draw):
    start = draw(DAYS)
    pauses = []
    for _ in range(draw(st.integers(0, 4))):
        begins = start + timedelta(days=draw(st.integers(-20, 60)))
        length = draw(st.one_of(st.none(), st.integers(0, 40)))
        pauses.append((begins, None if length is None else begins + timedelta(days=length)))
    return (
        start,
        draw(st.integers(0, 40)),
        draw(st.sampled_from(["workday", "day", "month"])),
        pauses,
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(clock_cases())
def test_as_a_walk_day_by_day(case):
    start, amount, unit, pauses = case
    amount = amount % 4 if unit == "month" else amount
    found = due_on(
        start, amount=amount, unit=unit, calendar=CALENDAR, pauses=[Standing(*p) for p in pauses]
    )
    assert found == walk(start, amount, unit, CALENDAR.is_workday, pauses)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(clock_cases(), st.integers(0, 60))
def test_late_days_as_counted_one_by_one(case, days):
    due, _, _, pauses = case
    as_of = due + timedelta(days=days)
    passed = [due + timedelta(days=n) for n in range(1, days + 1)]
    stood = [any(a <= day and (b is None or day < b) for a, b in pauses) for day in passed]
    runs = [day for day, stands in zip(passed, stood, strict=True) if not stands]
    wanted = sum(CALENDAR.is_workday(day) for day in runs)
    standing = [Standing(*pause) for pause in pauses]
    assert late_workdays(due, as_of=as_of, calendar=CALENDAR, pauses=standing) == wanted
    assert late_workdays(due, as_of=due - timedelta(days=1), calendar=CALENDAR) == 0


def test_out_of_the_calendar_is_refused():
    with pytest.raises(ParameterOutOfRange):
        due_on(date(2003, 1, 1), amount=1, unit="workday", calendar=CALENDAR)
    with pytest.raises(ParameterOutOfRange):
        due_on(date(2025, 1, 1), amount=-1, unit="day", calendar=CALENDAR)
