"""The trail for auditors: who did what, when; figures as the hash the chain holds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tuijin.errors import ImportFailed
from tuijin.ledger import chain, paging
from tuijin.ledger.access import requires
from tuijin.ledger.models import TrailEvent
from tuijin.ledger.rest.routes import answer

router = Router(tags=["Trail"])
_SHOWN = ("seq", "at", "actor", "role", "address", "action", "object_type", "object_id",
          "place_id", "changes_sha256", "batch", "request_id", "prev_hash", "hash")  # fmt: skip
_FILTERS = frozenset({"actor", "action", "object_type", "object_id", "batch", "request_id"})


@router.get("", summary="List: event (留痕)", url_name="trail_list")
@requires("trail")
def list_events(request: HttpRequest, after: int = 0, size: int = 50) -> HttpResponse:
    """
    Events in order, `after` a number; filters by actor, action, object, batch or request.

    With `prev_hash`, `hash` and `changes_sha256` the chain can be checked elsewhere.
    """
    unknown = set(request.GET) - _FILTERS - {"after", "size"}
    if unknown:
        raise ImportFailed(f"{min(unknown)[:40]!r} is not a filter", code="unknown_field")
    if not 1 <= size <= paging.MAX_PAGE:
        raise ImportFailed(f"size must be 1 to {paging.MAX_PAGE}, got {size}", code="page_size")
    rows = TrailEvent.objects.filter(seq__gt=paging.as_id(after))
    for name in _FILTERS & set(request.GET):
        rows = rows.filter(**{name: request.GET[name][:80]})
    found = list(rows.order_by("seq").values(*_SHOWN)[: size + 1])
    following = str(found[size - 1]["seq"]) if len(found) > size else ""
    return answer({"items": found[:size], "next": following})


@router.get("/checkpoints", summary="List: checkpoint (检查点)", url_name="trail_checkpoints")
@requires("trail")
def list_checkpoints(request: HttpRequest) -> HttpResponse:
    """The last hundred checkpoints, to be kept where the application cannot rewrite them."""
    return answer({"items": [point.as_dict() for point in chain.read_checkpoints()[-100:]]})
