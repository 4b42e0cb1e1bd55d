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


def parents_of(of: Iterable[str]) -> dict[str, str | None]:
    """Return what each of these places, and each above them, lies in."""
    found: dict[str, str | None] = {}
    level = set(of)
    while level:
        rows = dict(Place.objects.filter(code__in=level).values_list("code", "parent_id"))
        found |= rows
        level = {parent for parent in rows.values() if parent} - found.keys()
    return found
