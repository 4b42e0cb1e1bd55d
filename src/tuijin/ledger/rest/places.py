"""Places: reference data, read only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tuijin.errors import ImportFailed, NotFound
from tuijin.ledger.access import requires
from tuijin.ledger.models import Place
from tuijin.ledger.rest.routes import answer

router = Router(tags=["Place"])
_SHOWN = ("code", "name", "short_name", "name_en", "level", "parent_id", "is_statistical",
          "longitude", "latitude")  # fmt: skip
_LEVELS = [level.value for level in Place.Level]


@router.get("", summary="List: Place (地区)", url_name="place_list")
@requires("read")
def list_places(request: HttpRequest, parent: str = "", level: str = "") -> HttpResponse:
    """Places of GB/T 2260 below a place or of a level; one of the two must be given."""
    if unknown := set(request.GET) - {"parent", "level"}:
        raise ImportFailed(f"{min(unknown)[:40]!r} is not a filter", code="unknown_field")
    if not parent and level not in _LEVELS:
        raise ImportFailed(f"give parent, or level as one of {_LEVELS}", code="required")
    rows = Place.objects.order_by("code")
    if parent:
        rows = rows.filter(parent_id=parent)
    if level:
        rows = rows.filter(level=level)
    return answer({"items": list(rows.values(*_SHOWN)), "next": ""})


@router.get("/{code}", summary="Get: Place (地区)", url_name="place_entry")
@requires("read")
def get_place(request: HttpRequest, code: str) -> HttpResponse:
    """One place by its code."""
    row = Place.objects.filter(pk=code[:12]).values(*_SHOWN).first()
    if row is None:
        raise NotFound
    return answer(row)
