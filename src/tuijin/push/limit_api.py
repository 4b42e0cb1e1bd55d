"""`/api/v1/clock-rules`: limits, levels and acts with their sources, and who uses them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from tuijin.ledger.access import requires
from tuijin.ledger.models import Rulebook, RulebookChoice, Source
from tuijin.push import limit_books
from tuijin.push.models import ClockRule

router = Router(tags=["Issue"])


@router.get("/clock-rules", url_name="api_clock_rules", summary="Limits of issues, and their users")
@requires("read")
def show_clock_rules(request: HttpRequest) -> dict[str, Any]:
    """Read every limit, level and act with its source, and the rulebooks that places chose."""
    chosen = RulebookChoice.objects.filter(kind=Rulebook.Kind.CLOCK).select_related("rulebook")
    return {
        "items": [_rule(rule) for rules in limit_books.books().values() for rule in rules],
        "choices": {choice.place_id: choice.rulebook.code for choice in chosen},
    }


def _rule(rule: ClockRule) -> dict[str, Any]:
    names = ("code", "trigger", "until", "severity", "amount", "unit", "level", "reaches", "name",
             "name_en", "note", "note_en")  # fmt: skip
    columns = {name: getattr(rule, name) for name in names}
    return {"rulebook": rule.rulebook.code, **columns, "source": _source(rule.source)}


def _source(source: Source | None) -> dict[str, str] | None:
    return None if source is None else {"key": source.key, "title": source.title, "url": source.url}
