"""Which claims a page lists: filters over what the reader may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import QueryDict

from tuijin.errors import ImportFailed
from tuijin.importers.nouns import CHOICES
from tuijin.ledger import places_below
from tuijin.verify.models import RULINGS, Claim

NEVER = "NONE"  # never tested
_RULINGS = (*(ruling for ruling, _ in RULINGS), NEVER)


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; empty lets everything through."""

    text: str = ""
    verdict: str = ""
    dimension: str = ""
    check: str = ""
    place: str = ""
    state: str = ""  # stale, disagrees, error
    token: str = ""

    @property
    def is_filtered(self) -> bool:
        asked = (self.text, self.verdict, self.dimension, self.check, self.place, self.state)
        return any(asked)


def parse(values: QueryDict) -> Query:
    """
    Read the filters of an address.

    Raises
    ------
    ImportFailed
        If a value is not one of ours (422).
    """
    return Query(
        text=values.get("text", "").strip()[:100],
        verdict=_one_of(values.get("verdict", ""), _RULINGS),
        dimension=_one_of(values.get("dimension", ""), CHOICES["dimension"]),
        check=_one_of(values.get("check", ""), CHOICES["check"]),
        place=values.get("place", "")[:12],
        state=_one_of(values.get("state", ""), ("stale", "disagrees", "error")),
        token=values.get("after", "")[:300],
    )


def _one_of(value: str, allowed: object) -> str:
    if value and value not in allowed:  # type: ignore[operator]  # any container of words
        raise ImportFailed(f"{value[:40]!r} is not a filter of this list", code="filter")
    return value


def choose(query: Query) -> QuerySet[Claim]:
    """Return the claims asked for."""
    claims = Claim.objects.all()
    if query.text:
        words = Q(title__icontains=query.text) | Q(metric__icontains=query.text)
        claims = claims.filter(words | Q(project__name__icontains=query.text))
    if query.verdict:
        claims = claims.filter(ruling="" if query.verdict == NEVER else query.verdict)
    if query.dimension:
        claims = claims.filter(dimension=query.dimension)
    if query.check:
        claims = claims.filter(bindings__kind=query.check)
    if query.place:
        claims = claims.filter(project__place__in=places_below.codes({query.place}))
    states = {
        "stale": Q(is_stale=True),
        "disagrees": Q(disagrees=True),
        "error": Q(pk__in=Claim.objects.filter(bindings__error__isnull=False).values("pk")),
    }
    return claims.filter(states[query.state]) if query.state else claims
