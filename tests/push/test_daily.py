"""A day is gone through once; what failed of it is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection

from tests.push.conftest import MONDAY
from tuijin.ledger import records
from tuijin.ledger.models import Node, ProgressReport
from tuijin.push import daily, presets
from tuijin.push.models import Flag, Issue


@contextmanager
def table_of_flags_gone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE push_flag RENAME TO push_flag_gone")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE push_flag_gone RENAME TO push_flag")


def test_flags_that_failed_are_found_at_the_next_call(city, as_system):
    presets.load_flag_rules()
    records.save_new([
        ProgressReport(project=city.anode, period=f"2025-0{month}", year_done_yuan=5)
        for month in (3, 4, 5)
    ])  # fmt: skip
    records.save_new([Node(project=city.anode, node="start", due_on=MONDAY.replace(day=1))])
    with table_of_flags_gone(), pytest.raises(DatabaseError):
        daily.go_through(on=MONDAY)
    assert Issue.objects.count() == 1  # the day stays gone through
    assert daily.go_through(on=MONDAY) == daily.Day()  # a day: so its checkpoint is mailed
    assert Flag.objects.get().rule.code == "copied_report"
    assert Issue.objects.count() == 1
    assert daily.go_through(on=MONDAY) is None
