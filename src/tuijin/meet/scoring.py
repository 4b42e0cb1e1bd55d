"""
From votes to a ranking, by arithmetic alone (no database).

Ranks: Σ votes(k) · points(k) / Σ votes over the votes a stop received. Criteria: the sum over
criteria of the mean points given. Scores are exact fractions, so equal means equal: stops of
the same score share the better rank and the next rank is skipped. The last of a group are those
of the lowest score, all of them; a group is not marked while it has fewer than two scored stops,
nor when every score in it is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

# stop, rule, points
Given = tuple[int, int, Decimal]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a stop stands in its group; no votes, no score and no rank."""

    stop_id: int
    group: str
    score: Fraction | None
    voters_count: int
    rank: int | None = None
    is_tied: bool = False
    is_last: bool = False

    @property
    def shown_score(self) -> Decimal | None:
        """To two decimals, as people read it; ranks are made from the exact score."""
        return None if self.score is None else rounded(self.score)


def rounded(score: Fraction) -> Decimal:
    exact = Decimal(score.numerator) / Decimal(score.denominator)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def score_stop(given: Sequence[Given]) -> Fraction | None:
    """Sum over rules of one kind: the mean of all rank votes, or the means of each criterion."""
    if not given:
        return None
    points: dict[int, list[Fraction]] = defaultdict(list)
    for _, rule, value in given:
        points[rule].append(Fraction(value))
    means = (sum(values, start=Fraction(0)) / len(values) for values in points.values())
    return sum(means, start=Fraction(0))


def score_by_rank(given: Sequence[Given]) -> Fraction | None:
    """Σ votes(k) · points(k) / Σ votes."""
    if not given:
        return None
    return sum((Fraction(value) for _, _, value in given), start=Fraction(0)) / len(given)


def rank_stops(
    groups: Mapping[int, str], given: Iterable[Given], *, kind: str, voters: Mapping[int, int]
) -> list[Standing]:
    """
    Rank every stop within its group.

    Parameters
    ----------
    groups
        Group of each stop.
    kind
        "rank" or "weight", as the rows of the rulebook are.
    voters
        Number of people who voted on each stop.

    Returns
    -------
    Best first within each group, groups in order of name; stops without votes come last.
    """
    by_stop: dict[int, list[Given]] = defaultdict(list)
    for vote in given:
        by_stop[vote[0]].append(vote)
    score = score_by_rank if kind == "rank" else score_stop
    scores = {stop: score(by_stop[stop]) for stop in groups}
    found: list[Standing] = []
    for group in sorted(set(groups.values())):
        members = [stop for stop in groups if groups[stop] == group]
        found += _rank_group(group, members, scores, voters)
    return found


def _rank_group(
    group: str,
    members: Sequence[int],
    scores: Mapping[int, Fraction | None],
    voters: Mapping[int, int],
) -> list[Standing]:
    known = [score for stop in members if (score := scores[stop]) is not None]
    has_last = len(set(known)) > 1
    standings = []
    for stop in members:
        score = scores[stop]
        standings.append(
            Standing(
                stop_id=stop,
                group=group,
                score=score,
                voters_count=voters.get(stop, 0),
                rank=None if score is None else 1 + sum(other > score for other in known),
                is_tied=score is not None and known.count(score) > 1,
                is_last=score is not None and has_last and score == min(known),
            )
        )
    return sorted(standings, key=lambda s: (s.rank is None, s.rank or 0, s.stop_id))
