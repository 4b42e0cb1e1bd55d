"""Scores by hand, and ties."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from tuijin.meet.scoring import rank_stops, score_by_rank, score_stop

POINTS = {k: Decimal(100 - 3 * (k - 1)) for k in range(1, 14)}


def votes(stop: int, counts: dict[int, int]) -> list[tuple[int, int, Decimal]]:
    return [(stop, k, POINTS[k]) for k, n in counts.items() for _ in range(n)]


def test_jining_by_hand():
    # 3 votes for 1st, 2 for 2nd, 1 for 13th: (3·100 + 2·97 + 1·64) / 6 = 558 / 6
    assert score_by_rank(votes(1, {1: 3, 2: 2, 13: 1})) == 93
    # 1 vote for 1st, 1 for 2nd, 1 for 4th: (100 + 97 + 91) / 3
    assert score_by_rank(votes(1, {1: 1, 2: 1, 4: 1})) == Fraction(288, 3)
    assert score_by_rank([]) is None


def test_criteria_are_means_added_up():
    # two voters: 40 and 20 of 50; 30 and 10 of 50 → 30 + 20
    given = [(1, 1, Decimal(40)), (1, 1, Decimal(20)), (1, 2, Decimal(30)), (1, 2, Decimal(10))]
    assert score_stop(given) == 50


def test_ties_share_the_better_rank_and_the_next_is_skipped():
    given = [*votes(1, {1: 1, 3: 1}), *votes(2, {2: 2}), *votes(3, {3: 1, 1: 1}), *votes(4, {4: 2})]
    found = rank_stops(dict.fromkeys((1, 2, 3, 4), ""), given, kind="rank", voters={})
    assert {s.stop_id: (s.rank, s.is_tied, s.is_last) for s in found} == {
        1: (1, True, False), 2: (1, True, False), 3: (1, True, False), 4: (4, False, True),
    }  # fmt: skip


@pytest.mark.parametrize("first", [{1: 1}, {1: 1, 2: 1}])
def test_all_of_the_last_are_marked_and_nobody_where_all_are_equal(first):
    given = [*votes(1, first), *votes(2, {5: 1}), *votes(3, {5: 1})]
    found = rank_stops(dict.fromkeys((1, 2, 3), ""), given, kind="rank", voters={})
    assert {s.stop_id for s in found if s.is_last} == {2, 3}
    equal = rank_stops({1: "", 2: ""}, [*votes(1, {1: 1}), *votes(2, {1: 1})], kind="rank",
                       voters={})  # fmt: skip
    assert not [s for s in equal if s.is_last]


def test_groups_are_ranked_apart_and_a_stop_without_votes_has_no_rank():
    groups = {1: "甲组", 2: "甲组", 3: "乙组", 4: "乙组"}
    given = [*votes(1, {1: 1}), *votes(2, {2: 1}), *votes(3, {1: 1})]
    found = rank_stops(groups, given, kind="rank", voters={1: 1, 2: 1, 3: 1})
    ranks = {s.stop_id: (s.rank, s.is_last) for s in found}
    assert ranks == {1: (1, False), 2: (2, True), 3: (1, False), 4: (None, False)}
