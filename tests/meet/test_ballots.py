"""Voting: whole ballots only, one a voter, the last called to speak."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.meet.conftest import acting, add_user
from tuijin.errors import Conflict, ImportFailed, NotAllowed
from tuijin.ledger.models import Rulebook, RulebookChoice, TrailEvent
from tuijin.meet import ballots
from tuijin.meet.models import ScoreRule, Statement, Vote
from tuijin.meet.presets import load_presets

pytestmark = pytest.mark.django_db


def ranks(world, **by_key: int) -> dict[int, int]:
    return {world.stops[key].pk: rank for key, rank in by_key.items()}


@pytest.fixture
def leaders(world):
    ballots.set_voting(world.meeting, is_open=True)
    world.meeting.refresh_from_db()
    return [add_user(f"leader{n}", "city_leader") for n in range(3)]


def test_published_tables_are_rows_with_sources(world):
    load_presets()
    jining = ScoreRule.objects.filter(rulebook__code="score-jining").order_by("order")
    assert [rule.points for rule in jining] == [Decimal(100 - 3 * k) for k in range(13)]
    weights = ScoreRule.objects.filter(rulebook__code="score-tuanfeng")
    assert sum(rule.points for rule in weights) == 100
    books = Rulebook.objects.filter(kind="score")
    assert books.count() == 6
    assert all(book.source and book.source.url for book in books)


def test_ranking_of_three_voters_by_hand(world, leaders):
    given = ((1, 2, 3), (1, 3, 2), (2, 1, 3))
    for leader, (anode, copper, port) in zip(leaders, given, strict=True):
        with acting(leader):
            order = ranks(world, anode=anode, copper=copper, port=port)
            ballots.cast_ranks(world.meeting, "", order)
    found = {s.stop_id: s for s in ballots.standings(world.meeting)}
    # Of three votes each: two firsts and a second, one of each, two thirds and a second.
    for key, score, rank in (("anode", "99.00", 1), ("copper", "97.00", 2), ("port", "95.00", 3)):
        standing = found[world.stops[key].pk]
        assert (str(standing.shown_score), standing.rank) == (score, rank)
        assert standing.voters_count == 3
    ballots.set_voting(world.meeting, is_open=False)
    assert [s.stop.project.key for s in Statement.objects.all()] == ["port"]
    ballots.set_voting(world.meeting, is_open=True)
    assert not Statement.objects.exists()


def test_a_ballot_takes_the_trail_before_the_votes_it_replaces(world, leaders, trail_first):
    with acting(leaders[0]), trail_first():
        ballots.cast_ranks(world.meeting, "", ranks(world, anode=1, copper=2, port=3))


def test_a_second_ballot_replaces_the_first_and_both_stay_in_the_trail(world, leaders):
    with acting(leaders[0]):
        for order in ({"anode": 1, "copper": 2, "port": 3}, {"anode": 3, "copper": 2, "port": 1}):
            ballots.cast_ranks(world.meeting, "", ranks(world, **order))
        assert Vote.objects.count() == 3
    assert TrailEvent.objects.filter(action="vote", actor="leader0").count() == 6


@pytest.mark.parametrize("given", [
    {"anode": 1, "copper": 2},
    {"anode": 1, "copper": 2, "port": 2},
    {"anode": 2, "copper": 3, "port": 4},
])  # fmt: skip
def test_a_ballot_of_ranks_is_whole(world, leaders, given):
    with acting(leaders[0]), pytest.raises(ImportFailed, match="3 个观摩点"):
        ballots.cast_ranks(world.meeting, "", ranks(world, **given))


def test_who_sees_part_of_the_stops_ranks_none_and_sees_no_ranking(world, leaders):
    officer = add_user("officer", "place_officer", projects=[world.port])
    with acting(officer):
        with pytest.raises(NotAllowed):
            ballots.cast_ranks(world.meeting, "", ranks(world, port=1))
        with pytest.raises(NotAllowed):
            ballots.standings(world.meeting)


def test_no_votes_before_the_vote_is_open(world):
    leader = add_user("early", "city_leader")
    with acting(leader), pytest.raises(Conflict, match="未开放"):
        ballots.cast_ranks(world.meeting, "", ranks(world, anode=1, copper=2, port=3))


def test_criteria_are_marked_within_their_points(world, leaders):
    ballots.choose_rulebook(world.meeting, Rulebook.objects.get(code="score-gaoyou"))
    world.meeting.refresh_from_db()
    stop = world.stops["anode"]
    stop.meeting = world.meeting
    marks = {"item-1": Decimal(20), "item-2": Decimal("30.5"), "item-3": Decimal(30)}
    with acting(leaders[0]):
        ballots.cast_marks(stop, marks)
        with pytest.raises(ImportFailed, match="0 至 30"):
            ballots.cast_marks(stop, {**marks, "item-1": Decimal(31)})
        with pytest.raises(ImportFailed, match="每一项"):
            ballots.cast_marks(stop, {"item-1": Decimal(1)})
    assert str(ballots.standings(world.meeting)[0].shown_score) == "80.50"
    with pytest.raises(Conflict, match="已有投票"):
        ballots.choose_rulebook(world.meeting, Rulebook.objects.get(code="score-jining"))


def test_a_place_chooses_and_places_below_follow(world):
    assert ballots.rulebook_of(world.meeting).code == "score-jining"
    book = Rulebook.objects.get(code="score-henan")
    RulebookChoice.objects.create(place_id="150200", kind="score", rulebook=book)
    assert ballots.rulebook_of(world.meeting) == book


def test_a_vote_that_was_opened_keeps_its_way_to_score(world):
    ballots.set_voting(world.meeting, is_open=True)
    book = Rulebook.objects.get(code="score-henan")
    RulebookChoice.objects.create(place_id="150200", kind="score", rulebook=book)
    world.meeting.refresh_from_db()
    assert ballots.rulebook_of(world.meeting).code == "score-jining"
