"""The operations of one noun: list, create, get, change."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tuijin.ledger import paging
from tuijin.ledger.access import requires
from tuijin.ledger.rest import bodies, openapi, reading, resource, writing
from tuijin.ledger.rest.idempotency import once
from tuijin.ledger.rest.resource import Resource
from tuijin.ledger.trail import as_plain

Create = Callable[[Resource, Mapping[str, Any]], int]
Change = Callable[..., int]


def answer(body: Any, *, status: int = 200, etag: str = "", location: str = "") -> HttpResponse:
    """Return JSON as every operation does: decimals as text, dates as ISO."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=as_plain)
    response = HttpResponse(text, status=status, content_type="application/json")
    if etag:
        response["ETag"] = etag
    if location:
        response["Location"] = location
    return response


def build_router(
    noun: str, *, to_create: str = "edit", to_change: str = "edit",
    create: Create = writing.create, change: Change | None = writing.change,
) -> Router:  # fmt: skip
    """
    Return the router of a registered noun.

    Parameters
    ----------
    to_create, to_change
        Actions that POST and PATCH need.
    create, change
        What a room does instead of a plain insert or change; without `change` there is no PATCH.
    """
    router = Router(tags=[resource.of(noun).target.noun.en])
    docs = openapi.of(noun)

    @router.get("", url_name=f"{noun}_list", **docs["list"])
    @requires("read")
    def list_entries(request: HttpRequest) -> HttpResponse:
        return answer(reading.list_rows(resource.of(noun), request.GET))

    @router.get("/{int:entry_id}", url_name=f"{noun}_entry", **docs["get"])
    @requires("read")
    def get_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
        row = reading.load_row(resource.of(noun), paging.as_id(entry_id))
        if request.headers.get("If-None-Match") == row["etag"]:
            return HttpResponse(status=304, headers={"ETag": row["etag"]})
        return answer(row, etag=row["etag"])

    @router.post("", url_name=f"{noun}_create", **docs["create"])
    @requires("read", to_change=to_create)
    def create_entry(request: HttpRequest) -> HttpResponse:
        def act() -> HttpResponse:
            kind = resource.of(noun)
            row_id = create(kind, bodies.read_object(request))
            row = reading.load_row(kind, row_id)
            return answer(row, status=201, etag=row["etag"], location=f"{request.path}/{row_id}")

        return once(request, act)

    if change is None:
        return router

    @router.patch("/{int:entry_id}", url_name=f"{noun}_change", **docs["change"])
    @requires("read", to_change=to_change)
    def change_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
        def act() -> HttpResponse:
            kind = resource.of(noun)
            seen = request.headers.get("If-Match", "")
            row_id = change(kind, paging.as_id(entry_id), bodies.read_object(request), seen=seen)
            row = reading.load_row(kind, row_id)
            base = request.path.rsplit("/", 1)[0]
            return answer(row, etag=row["etag"], location=f"{base}/{row_id}")

        return once(request, act)

    return router
