"""Which rulebook a place uses."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tuijin.ledger import trail
from tuijin.ledger.models import Place, Rulebook, RulebookChoice
from tuijin.see import judging


def choose(place: Place, book: Rulebook, *, as_of: date) -> int:
    """
    Let a place, and those below it without a choice of their own, use a rulebook.

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
        if book.kind != Rulebook.Kind.LIGHT:
            return 0
        return judging.judge_portfolio(as_of=as_of)
