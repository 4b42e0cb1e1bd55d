"""
Votes: who may mark what, and what they add up to.

A ballot of ranks names every stop of a group once, so that nobody can vote for a few alone; a
ballot of criteria marks one stop. A new ballot of the same voter replaces the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from tuijin.errors import Conflict, ImportFailed, NotAllowed
from tuijin.ledger import records, rulebooks, scope, trail
from tuijin.ledger.models import Rulebook
from tuijin.meet.models import Meeting, ScoreRule, Statement, Stop, Vote
from tuijin.meet.scoring import Standing, rank_stops, rounded

DEFAULT_RULEBOOK = "score-jining"


def rulebook_of(meeting: Meeting) -> Rulebook:
    """The meeting's own way to score, or that of its place or the nearest above, or Jining's."""
    if meeting.rulebook is not None:
        return meeting.rulebook
    code = rulebooks.code_of(meeting.place_id, kind=Rulebook.Kind.SCORE, default=DEFAULT_RULEBOOK)
    return Rulebook.objects.get(code=code)


def rules_of(meeting: Meeting) -> list[ScoreRule]:
    return list(ScoreRule.objects.filter(rulebook=rulebook_of(meeting)).order_by("order"))


def kind_of(rules: list[ScoreRule]) -> str:
    return rules[0].kind


def choose_rulebook(meeting: Meeting, rulebook: Rulebook) -> None:
    """
    Score the meeting another way.

    Raises
    ------
    Conflict
        If votes were cast by the present one: they would change their meaning.
    """
    if Vote.objects.filter(stop__meeting=meeting).exclude(rule__rulebook=rulebook).exists():
        raise Conflict("已有投票，不能更换计分办法")
    records.change(Meeting, {meeting.pk: {"rulebook_id": rulebook.pk}})


def cast_ranks(meeting: Meeting, group: str, ranks: Mapping[int, int]) -> None:
    """
    Record one voter's ranking of a group.

    Parameters
    ----------
    ranks
        Rank from 1 by stop, of every stop in the group that is on record.

    Raises
    ------
    ImportFailed
        If a stop is missing, or a rank is missing or given twice.
    """
    _check_open(meeting)
    rules = {rule.order: rule for rule in rules_of(meeting)}
    if kind_of(list(rules.values())) != "rank":
        raise ImportFailed("本次会议不按名次计分", code="ballot")
    members = Stop.objects.filter(meeting=meeting, group=group).values_list("pk", flat=True)
    if not sees_all():
        raise NotAllowed("您只能看到部分观摩点，不能排名次")
    wanted = set(range(1, len(members) + 1))
    if set(ranks) != set(members) or set(ranks.values()) != wanted or not wanted <= set(rules):
        raise ImportFailed(f"请给本组 {len(members)} 个观摩点各排一个名次，不重复", code="ballot")
    _replace({stop: {rules[rank]: rules[rank].points} for stop, rank in ranks.items()})


def cast_marks(stop: Stop, marks: Mapping[str, Decimal]) -> None:
    """
    Record one voter's points for each criterion of a stop.

    Raises
    ------
    ImportFailed
        If a criterion is missing, or points lie outside it.
    """
    _check_open(stop.meeting)
    rules = {rule.code: rule for rule in rules_of(stop.meeting)}
    if kind_of(list(rules.values())) != "weight" or set(marks) != set(rules):
        raise ImportFailed("请给每一项计分", code="ballot")
    for code, points in marks.items():
        if not 0 <= points <= rules[code].points:
            raise ImportFailed(
                f"{rules[code].name}应为 0 至 {rules[code].points} 分", code="ballot"
            )
    _replace({stop.pk: {rules[code]: points for code, points in marks.items()}})


def _check_open(meeting: Meeting) -> None:
    if not meeting.is_voting_open:
        raise Conflict("投票未开放")


def _replace(given: Mapping[int, Mapping[ScoreRule, Decimal]]) -> None:
    voter = scope.current().user_id
    if voter is None:
        raise Conflict("投票须由本人登录")
    votes = [
        Vote(stop_id=stop, voter_id=voter, rule=rule, points=points)
        for stop, marks in given.items()
        for rule, points in marks.items()
    ]
    with transaction.atomic():
        trail.lock()
        Vote.objects.filter(stop__in=list(given), voter=voter).delete()
        records.save_new(votes, action="vote")


def own_votes() -> QuerySet[Vote]:
    """Votes of the current user; those of others are seen only added up."""
    return Vote.objects.filter(voter=scope.current().user_id)


def own_ballot(meeting: Meeting) -> dict[int, dict[str, Decimal]]:
    """Points by stop and rule code that the current user gave."""
    rows = own_votes().filter(stop__meeting=meeting)
    found: dict[int, dict[str, Decimal]] = {}
    for stop, code, points in rows.values_list("stop_id", "rule__code", "points"):
        found.setdefault(stop, {})[code] = Decimal(points)
    return found


def sees_all() -> bool:
    """Whether every stop, with what was said and marked there, is open to the reader."""
    who = scope.current()
    return "I" in who.role.others or (who.everywhere and "I" in who.role.own)


def standings(meeting: Meeting) -> list[Standing]:
    """
    Rank the stops of a meeting.

    Raises
    ------
    NotAllowed
        If the reader sees only some of the votes: a ranking by part of them misleads.
    """
    if not sees_all():
        raise NotAllowed("您只能看到部分投票，不能看排名")
    rules = rules_of(meeting)
    groups = dict(Stop.objects.filter(meeting=meeting).values_list("pk", "group"))
    votes = Vote.objects.filter(stop__in=list(groups), rule__in=[rule.pk for rule in rules])
    voters = dict(
        votes.order_by()
        .values("stop_id")
        .annotate(n=Count("voter", distinct=True))
        .values_list("stop_id", "n")
    )
    rows = votes.values_list("stop_id", "rule_id", "points")
    given = ((stop, rule, Decimal(points)) for stop, rule, points in rows)
    return rank_stops(groups, given, kind=kind_of(rules), voters=voters)


def set_voting(meeting: Meeting, *, is_open: bool) -> None:
    """
    Open or close the vote; closing calls the last of each group to make a statement.

    Opening again takes the calls back. What is voted by stays, whatever the place chooses later.
    """
    with transaction.atomic():
        trail.lock()
        meeting = Meeting.objects.get(pk=meeting.pk)  # its book may have been chosen meanwhile
        columns: dict[str, Any] = {"is_voting_open": is_open}
        if is_open:
            columns["rulebook_id"] = rulebook_of(meeting).pk
        records.change(Meeting, {meeting.pk: columns}, action="voting")
        Statement.objects.filter(stop__meeting=meeting).delete()
        if not is_open:
            records.save_new(
                [
                    Statement(stop_id=found.stop_id, score=rounded(found.score))
                    for found in standings(meeting)
                    if found.is_last and found.score is not None
                ]
            )
