"""Which rulebook of a kind a place uses: its own, or that of the nearest place above."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tuijin.ledger.chunks import chunks
from tuijin.ledger.models.rules import RulebookChoice
from tuijin.ledger.places_below import parents_of


def code_of(place_id: str, *, kind: str, default: str = "") -> str:
    """Code of the rulebook that one place uses; `default` where nobody chose."""
    return codes_of([place_id], kind=kind, default=default)[place_id]


def codes_of(place_ids: Iterable[str], *, kind: str, default: str = "") -> dict[str, str]:
    """Code of the rulebook by place; `default` where nobody chose."""
    wanted = list(dict.fromkeys(place_ids))
    rows = RulebookChoice.objects.filter(kind=kind)
    chosen = dict(rows.values_list("place_id", "rulebook__code"))
    if not chosen:
        return dict.fromkeys(wanted, default)
    parents: dict[str, str | None] = {}
    for part in chunks(wanted):
        parents |= parents_of(part)
    return {place: _nearest(place, chosen, parents) or default for place in wanted}


def _nearest(place_id: str, chosen: Mapping[str, str], parents: Mapping[str, str | None]) -> str:
    code: str | None = place_id
    passed: set[str] = set()
    while code is not None and code not in passed:
        if code in chosen:
            return chosen[code]
        passed.add(code)
        code = parents.get(code)
    return ""
