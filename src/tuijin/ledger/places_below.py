"""Places with everything below them."""

from __future__ import annotations

from collections.abc import Iterable

from tuijin.ledger.models.places import Place


def codes(of: Iterable[str]) -> set[str]:
    """Return codes of places and of everything below them."""
    found = set(of)
    level = found
    while level:
        below = Place.objects.filter(parent_id__in=level).values_list("code", flat=True)
        level = set(below) - found
        found |= level
    return found
