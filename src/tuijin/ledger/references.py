"""Turn what a file calls a place, a project or a company into the key on record, in bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from tuijin.ledger import scope
from tuijin.ledger.chunks import chunks
from tuijin.ledger.models import Organisation, Place, Project, Tally
from tuijin.ledger.targets import find


def resolve_places(words: Iterable[str]) -> dict[str, str]:
    """
    Map code, full name or short name to the place code.

    A name that several places share (青山区 of 包头 and of 武汉) is the one in the writer's own
    scope, else the one in a prefecture that the file or the ledger is about; if that leaves
    several it is left out, and the code must be given.
    """
    wanted = set(words)
    found: dict[str, set[str]] = {}
    for part in chunks(wanted):
        for column in ("code", "name", "short_name"):
            rows = Place.objects.filter(**{f"{column}__in": part}).values_list(column, "code")
            for word, code in rows:
                found.setdefault(word, set()).add(code)
    shared = {word: codes for word, codes in found.items() if len(codes) > 1}
    clear = {word: next(iter(codes)) for word, codes in found.items() if len(codes) == 1}
    if not shared:
        return clear
    own = scope.current().places
    kept_sums = Tally.objects.filter(place__level=Place.Level.PREFECTURE, projects_count__gt=0)
    near = {code[:4] for code in clear.values()}
    near |= {code[:4] for code in kept_sums.values_list("place_id", flat=True)}
    for word, codes in shared.items():
        for few in (codes & own, {code for code in codes if code[:4] in near}):
            if len(few) == 1:
                clear[word] = few.pop()
                break
    return clear


def familiar_places() -> list[str]:
    """Names for a drop-down: the writer's own places, else those of prefectures with projects."""
    own = scope.current().places
    if own:
        found = Place.objects.filter(code__in=own)
    else:
        known = Tally.objects.filter(place__level=Place.Level.PREFECTURE, projects_count__gt=0)
        prefectures = sorted(set(known.values_list("place_id", flat=True)))[:20]
        found = Place.objects.filter(parent_id__in=prefectures)
    return [str(place) for place in found.order_by("code")[:500]]


def _by_key(noun: str) -> Callable[[Iterable[str]], dict[str, str]]:
    def resolve(words: Iterable[str]) -> dict[str, str]:
        manager = find(noun).model._default_manager
        return {
            key: key
            for part in chunks(set(words))
            for key in manager.filter(key__in=part).values_list("key", flat=True)
        }

    return resolve


def resolve_projects(words: Iterable[str]) -> dict[str, str]:
    """Map key, project code or unique name to the project's key, within the scope."""
    wanted, found = set(words), {}
    for part in chunks(wanted):
        for column in ("name", "code", "key"):
            rows = Project.objects.filter(**{f"{column}__in": part}).values_list(column, "key")
            seen: dict[str, set[str]] = {}
            for word, key in rows:
                seen.setdefault(word, set()).add(key)
            found.update({w: keys.pop() for w, keys in seen.items() if len(keys) == 1})
    return found


def resolve_organisations(words: Iterable[str]) -> dict[str, str]:
    """Map key, USCC or unique name to the organisation's key."""
    found: dict[str, str] = {}
    for part in chunks(set(words)):
        for column in ("name", "uscc", "key"):
            rows = Organisation.objects.filter(**{f"{column}__in": part})
            found.update(rows.values_list(column, "key"))
    return found


def resolve(noun: str, words: Iterable[str]) -> Mapping[str, str]:
    """Map what a file says to the key on record; what is not found is not in the mapping."""
    special = {
        "place": resolve_places,
        "project": resolve_projects,
        "organisation": resolve_organisations,
    }
    return special.get(noun, _by_key(noun))(words)


def load_ids(noun: str, keys: Iterable[str]) -> dict[str, Any]:
    """Map keys to primary keys; a place's key is its code."""
    if noun == "place":
        return {key: key for key in keys}
    manager = find(noun).model._default_manager
    return {
        key: pk
        for part in chunks(set(keys))
        for key, pk in manager.filter(key__in=part).values_list("key", "pk")
    }


def wanted(
    rows: QuerySet[Any, Any], column: str, words: Iterable[Any]
) -> Iterable[Iterable[tuple[Any, ...]]]:
    """
    Rows whose column is among the words, in parts; of a small table simply all rows.

    The caller picks out what it wants: rows beyond the words may come along.
    """
    distinct = {word for word in words if word is not None and word != ""}
    if not distinct:
        return
    if rows.order_by()[: 4 * len(distinct) + 1].count() <= 4 * len(distinct):
        yield rows.order_by().iterator(20_000)
        return
    for part in chunks(distinct):
        yield rows.order_by().filter(**{f"{column}__in": part}).iterator(20_000)
