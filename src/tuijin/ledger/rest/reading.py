"""Lists and single entries: filtered, paged, and without what the reader may not see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from tuijin.errors import ImportFailed, NotFound, Problem
from tuijin.importers.faults import Fault
from tuijin.importers.fields import parse_value
from tuijin.ledger import paging, places_below, references
from tuijin.ledger.rest.resource import RANGED, Resource, Shown, etag_of
from tuijin.ledger.trail import as_plain

_PAGING = ("after", "size", "sort", "q", "history")
_MOST_OF_ONE = 50  # values of one filter


def list_rows(
    resource: Resource, query: QueryDict, *, among: QuerySet[Any] | None = None
) -> dict[str, Any]:
    """
    Return one page: `items` and `next`, the token of the page after or "".

    Parameters
    ----------
    among
        Rows to choose from, where not every visible one is meant.

    Raises
    ------
    ImportFailed
        If a filter, a sort or a page is not one of ours (422).
    """
    sort = query.get("sort", "id")
    column = sort.removeprefix("-")
    if column not in resource.sorted_by:
        _refuse("sort", "unknown_field", f"sort must be one of {sorted(resource.sorted_by)}")
    rows = _filtered(resource, query, _rows(resource, among))
    path = "id"
    if column != "id":
        path = resource.columns[column].path
        rows = _narrow(resource, rows, resource.columns[column].field_class)
    page = paging.read_page(
        rows.values(*_paths(resource)),
        order=f"-{path}" if sort.startswith("-") else path,
        token=query.get("after", ""),
        size=_size(query),
    )
    return {"items": [_shown(resource, row) for row in page.rows], "next": page.next_token}


def load_row(
    resource: Resource, row_id: int, *, among: QuerySet[Any] | None = None
) -> dict[str, Any]:
    """
    Return one visible entry, `among` as for a list.

    Raises
    ------
    NotFound
    """
    row = _rows(resource, among).filter(pk=row_id).values(*_paths(resource)).first()
    if row is None:
        raise NotFound
    return _shown(resource, row)


def _rows(resource: Resource, among: QuerySet[Any] | None) -> QuerySet[Any]:
    return resource.model._default_manager.all() if among is None else among


def _paths(resource: Resource) -> list[str]:
    shown = [column.path for column in resource.columns.values()]
    version = [resource.target.version] if resource.target.version else []
    return list(dict.fromkeys(["id", *version, *shown, *resource.locating]))


def _shown(resource: Resource, row: Mapping[str, Any]) -> dict[str, Any]:
    classes = resource.classes_of(row)
    found: dict[str, Any] = {"id": row["id"], "etag": etag_of(row, version=resource.target.version)}
    for name, column in resource.columns.items():
        if column.field_class in classes:
            found[name] = _plain(column, row[column.path])
    return found


def _plain(column: Shown, value: Any) -> Any:
    if column.kind == "money" and value is not None:
        return f"{value:.2f}"
    return as_plain(value)


def _size(query: QueryDict) -> int:
    text = query.get("size", "50")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        _refuse("size", "page_size", f"size must be 1 to {paging.MAX_PAGE}")
    return int(text)


def _filtered(resource: Resource, query: QueryDict, rows: QuerySet[Any]) -> QuerySet[Any]:
    if resource.is_corrected and query.get("history") != "true":
        rows = rows.filter(is_current=True)
    for name in query:
        if name in _PAGING:
            continue
        column, step = _filter_of(resource, name)
        rows = _narrow(resource, rows, column.field_class)
        rows = rows.filter(_condition(column, step, query.getlist(name)))
    words = query.get("q", "").strip()[:100]
    if words:
        titles = [n for n in ("name", "title", "key", "code") if n in resource.columns]
        if not titles:
            _refuse("q", "unknown_field", f"{resource.target.noun.name} has no text to search")
        found = Q()
        for title in titles:
            found |= Q(**{f"{resource.columns[title].path}__icontains": words})
        rows = rows.filter(found)
    return rows


def _filter_of(resource: Resource, name: str) -> tuple[Shown, str]:
    for ending, step in (("_from", "__gte"), ("_to", "__lte"), ("", "")):
        base = name.removesuffix(ending) if ending else name
        column = resource.filtered.get(base)
        if column and name.endswith(ending) and (not ending or column.kind in RANGED):
            return column, step
    return _refuse(name, "unknown_field", f"{name[:40]!r} is not a filter of this list")


def _narrow(resource: Resource, rows: QuerySet[Any], field_class: str) -> QuerySet[Any]:
    """Keep rows on which the class may be read: a filter says something about the value."""
    allowed = resource.allowed(field_class)
    return rows if allowed is None else rows.filter(allowed)


def _condition(column: Shown, step: str, words: list[str]) -> Q:
    if len(words) > _MOST_OF_ONE:
        _refuse(column.name, "too_many", f"at most {_MOST_OF_ONE} values of one filter")
    assert column.spec is not None  # filters are columns of the noun
    if column.spec.ref == "place":
        codes = set(references.resolve_places(words).values())
        return Q(**{f"{column.path}__in": places_below.codes(codes)})
    values = []
    for word in words:
        try:
            unit = "yuan" if column.kind == "money" else None
            values.append(parse_value(column.spec, word, unit=unit))
        except Fault as fault:
            _refuse(column.name, fault.code, fault.expected)
    if None in values:
        _refuse(column.name, "required", f"the filter {column.name} has no value")
    if step:
        return Q(**{f"{column.path}{step}": values[0]})
    return Q(**{f"{column.path}__in": values})


def _refuse(field: str, code: str, message: str) -> Any:
    raise ImportFailed(message, code=code, problems=[Problem(code, message, field=field[:40])])
