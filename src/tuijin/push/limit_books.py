"""Which limits a place uses, and what comes of giving it others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tuijin.ledger import records, rulebooks, trail
from tuijin.ledger.models import Place, Rulebook
from tuijin.ledger.places_below import codes
from tuijin.push import deadlines, states
from tuijin.push.deadlines import DEFAULT_RULEBOOK, Limits
from tuijin.push.models import ClockRule, Issue
from tuijin.see import judging, rules


@dataclass(frozen=True, slots=True)
class Used:
    """
    The rulebooks of a place.

    Its limits and levels are a rulebook of their own; what is done on a light comes with the
    rulebook of its lights.
    """

    place: Place
    clock: str
    light: str


def used_by(places: list[Place]) -> list[Used]:
    """What each place uses, its own or that of the nearest place above."""
    wanted = [place.code for place in places]
    clocks = rulebooks.codes_of(wanted, kind=Rulebook.Kind.CLOCK, default=DEFAULT_RULEBOOK)
    lights = judging.rulebooks_of(wanted)
    return [Used(place, clocks[place.code], lights[place.code]) for place in places]


def books() -> dict[Rulebook, list[ClockRule]]:
    """Every rulebook with limits or acts, those a place can choose first."""
    found: dict[Rulebook, list[ClockRule]] = {}
    rows = ClockRule.objects.select_related("rulebook__source", "source")
    for rule in rows.order_by("rulebook__kind", "rulebook__code", "order"):
        found.setdefault(rule.rulebook, []).append(rule)
    return found


def choose(place: Place, book: Rulebook, *, as_of: date) -> int:
    """
    Let a place, and those below it without a choice of their own, use other limits.

    The limits of what is open there are counted again from the day they began; a level that an
    issue was taken to stays.

    Returns
    -------
    Number of open issues whose dates changed.
    """
    with transaction.atomic():
        trail.lock()
        rules.choose(place, book, as_of=as_of)
        rows = list(Issue.objects.filter(place__in=codes({place.code}), state__in=states.OPEN))
        limits, pauses = Limits(), deadlines.pauses_of(rows)
        changes = {issue.pk: limits.kept(issue, pauses.get(issue.pk, [])) for issue in rows}
        return records.change(Issue, changes, action="clock") if changes else 0
