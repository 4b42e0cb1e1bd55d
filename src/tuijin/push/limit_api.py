"""`/api/v1/clock-rules`: limits, levels and acts with their sources, and who uses them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from tuijin.ledger.access import requires
from tuijin.ledger.models import Rulebook
from tuijin.ledger.rest.rules import show_rules, show_source
from tuijin.push import limit_books
from tuijin.push.models import ClockRule

router = Router(tags=["Issue"])


@router.get("/clock-rules", url_name="api_clock_rules", summary="Limits of issues, and their users")
@requires("read")
def show_clock_rules(request: HttpRequest) -> dict[str, Any]:
    """Read every limit, level and act with its source, and the rulebooks that places chose."""
    rows = (_rule(rule) for rules in limit_books.books().values() for rule in rules)
    return show_rules(rows, kind=Rulebook.Kind.CLOCK)


def _rule(rule: ClockRule) -> dict[str, Any]:
    names = ("code", "trigger", "until", "severity", "amount", "unit", "level", "reaches", "name",
             "name_en", "note", "note_en")  # fmt: skip
    columns = {name: getattr(rule, name) for name in names}
    return {"rulebook": rule.rulebook.code, **columns, "source": show_source(rule.source)}
