"""The order of stops respects travel time, and keeps what a clerk pinned."""

from __future__ import annotations

import itertools
from datetime import time

import pytest

from tuijin.errors import ImportFailed
from tuijin.ledger import records
from tuijin.ledger.models import Project
from tuijin.meet import ordering
from tuijin.meet.days import load_days
from tuijin.meet.models import Meeting, Stop
from tuijin.meet.wording import tour_sentences

pytestmark = pytest.mark.django_db


def keys(world) -> list[str]:
    return [stop.project.key for stop in ordering.load_stops(world.meeting)]


def test_neighbours_are_visited_one_after_the_other(world):
    ordering.order_stops(world.meeting)
    found = keys(world)
    assert abs(found.index("anode") - found.index("copper")) == 1
    stops = list(ordering.load_stops(world.meeting))
    assert [stop.position for stop in stops] == [1, 2, 3]
    assert stops[0].arrives_minutes == pytest.approx(8.5 * 60 + stops[0].drive_minutes, abs=0.2)
    for before, after in itertools.pairwise(stops):
        drive = after.arrives_minutes - before.leaves_minutes
        assert drive == pytest.approx(after.drive_minutes, abs=0.2)


def test_a_day_that_is_too_short_says_by_how_much(world):
    Meeting.objects.filter(pk=world.meeting.pk).update(day_ends_at=time(12, 0))
    meeting = Meeting.objects.get(pk=world.meeting.pk)
    ordering.order_stops(meeting)
    meeting.refresh_from_db()
    note = meeting.tour_note["2025-09-21"]
    assert note["late_minutes"] > 60
    sentence = tour_sentences(meeting, load_days(meeting)[1])[0]
    assert sentence.startswith("一天排不下：比 12:00 收队晚")


def test_a_pinned_stop_keeps_its_number(world):
    ordering.order_stops(world.meeting)
    last = list(ordering.load_stops(world.meeting))[-1]
    ordering.pin_stop(last, position=1)
    assert keys(world)[0] == last.project.key
    ordering.order_stops(world.meeting)
    assert keys(world)[0] == last.project.key
    with pytest.raises(ImportFailed, match="1 至 3"):
        ordering.pin_stop(last, position=4)
    ordering.unpin_stop(Stop.objects.get(pk=last.pk))
    found = keys(world)
    assert abs(found.index("anode") - found.index("copper")) == 1


def test_a_stop_without_a_place_on_the_map_comes_last_and_untimed(world):
    lost = Project(key="lost", name="无位置项目", place_id="150222", stage="building")
    records.save_new([lost])
    records.save_new([Stop(meeting=world.meeting, day=world.meeting.ends_on, project=lost)])
    ordering.order_stops(world.meeting)
    world.meeting.refresh_from_db()
    assert keys(world)[-1] == "lost"
    assert list(ordering.load_stops(world.meeting))[-1].arrives_minutes is None
    assert world.meeting.tour_note["2025-09-21"]["lost_count"] == 1
