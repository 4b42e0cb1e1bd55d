"""Which rulebook a place uses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from tuijin.ledger import kept, node_limits, rulebooks, trail
from tuijin.ledger.models import Place, Rulebook, RulebookChoice
from tuijin.ledger.places_below import codes
from tuijin.see import indicators, judging

# What is chosen here, and what holds where nobody chose. Limits of issues are chosen on their own
# page, where those that run are counted again; a meeting has a default of its own.
CHOSEN: dict[str, str] = {
    Rulebook.Kind.LIGHT: judging.DEFAULT_RULEBOOK,
    Rulebook.Kind.NODE: node_limits.DEFAULT_RULEBOOK,
    Rulebook.Kind.INDICATOR: indicators.DEFAULT_RULEBOOK,
    Rulebook.Kind.SCORE: "",
}


def used_by(places: Iterable[str]) -> dict[str, dict[str, str]]:
    """Code of the rulebook in use by kind and place, "" where the default is not known here."""
    wanted = list(places)
    return {
        kind: rulebooks.codes_of(wanted, kind=kind, default=default)
        for kind, default in CHOSEN.items()
    }


def choose(place: Place, book: Rulebook, *, as_of: date) -> int:
    """
    Let a place, and those below it without a choice of their own, use a rulebook.

    Lights are judged anew, and limits of nodes counted anew.

    Returns
    -------
    Number of projects whose light changed.
    """
    with transaction.atomic():
        old = RulebookChoice.objects.filter(place=place, kind=book.kind).first()
        RulebookChoice.objects.update_or_create(
            place=place, kind=book.kind, defaults={"rulebook": book}
        )
        event = trail.Event(
            action="choose_rulebook",
            object_type="rulebookchoice",
            object_id=f"{place.code}:{book.kind}",
            changes={"rulebook": (old.rulebook.code if old else None, book.code)},
            place_id=place.code,
        )
        trail.append([event])
        if book.kind == Rulebook.Kind.NODE:
            kept.refresh_counted(codes({place.code}))
        if book.kind != Rulebook.Kind.LIGHT:
            return 0
        return judging.judge_portfolio(as_of=as_of)
