"""What every list of published rules answers with: the rows, their sources, and who uses which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tuijin.ledger.models import RulebookChoice, Source


def show_rules(items: Iterable[Mapping[str, Any]], *, kind: str) -> dict[str, Any]:
    """Rows of the rulebooks of a kind, and the code of the rulebook that each place chose."""
    chosen = RulebookChoice.objects.filter(kind=kind).select_related("rulebook")
    choices = {choice.place_id: choice.rulebook.code for choice in chosen}
    return {"items": list(items), "choices": choices}


def show_source(source: Source | None) -> dict[str, str] | None:
    return None if source is None else {"key": source.key, "title": source.title, "url": source.url}
