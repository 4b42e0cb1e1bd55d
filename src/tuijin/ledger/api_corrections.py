"""Corrections: asked for by PATCH of a figure or a project, decided here by a second person."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router

from tuijin.ledger import corrections, paging, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Figure, FigureCorrection
from tuijin.ledger.rest import bodies, openapi, reading, resource, writing
from tuijin.ledger.rest.idempotency import once
from tuijin.ledger.rest.routes import answer, build_router

router = Router(tags=["Correction"])
figures = build_router("figure", change=None)
projects = build_router("project", change=None)


@figures.patch(
    "/{int:entry_id}",
    url_name="figure_change",
    operation_id="change_figure",
    summary="Ask for a correction: figure (数据更正)",
    openapi_extra=openapi.corrected("figure"),
)
@requires("read", to_change="edit")
def propose(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Fields to correct and a `reason`; 202 with the correction, in force once another agrees."""

    def act() -> HttpResponse:
        kind, body = resource.of("figure"), bodies.read_object(request)
        reason = body.pop("reason", None)
        with transaction.atomic():
            row = writing.hold(
                kind, paging.as_id(entry_id), seen=request.headers.get("If-Match", "")
            )
            figure = Figure.objects.select_related("project").get(pk=row["pk"])
            found = corrections.propose(figure, writing.read_change(kind, row, body), reason=reason)
        return answer(_show(found), status=202, location=f"/api/v1/corrections/{found.pk}")

    return once(request, act)


@projects.patch(
    "/{int:entry_id}",
    url_name="project_change",
    operation_id="change_project",
    summary="Change: project (项目)",
    openapi_extra=openapi.partly_corrected("project"),
)
@requires("read", to_change="edit")
def change_project(request: HttpRequest, entry_id: int) -> HttpResponse:
    """
    Fields to change; 200 with the project.

    Total investment, capacity and land that are on record need a `reason` and a second person: then
    202 with the project as it is meanwhile, and the correction's address in `Location`.
    """

    def act() -> HttpResponse:
        kind, body = resource.of("project"), bodies.read_object(request)
        reason = body.pop("reason", None)
        with transaction.atomic():
            seen = request.headers.get("If-Match", "")
            held = writing.hold(kind, paging.as_id(entry_id), seen=seen)
            changes = {held["pk"]: writing.read_change(kind, held, body)}
            found = corrections.change_projects(changes, reason=reason)
        row = reading.load_row(kind, entry_id)
        place = f"corrections/{found[0].pk}" if found else f"projects/{entry_id}"
        return answer(
            row, status=202 if found else 200, etag=row["etag"], location=f"/api/v1/{place}"
        )

    return once(request, act)


@router.get("", url_name="correction_list", summary="List: correction (数据更正)")
@requires("read")
def list_corrections(request: HttpRequest) -> HttpResponse:
    """Those the reader may see: what waits first, then the newest; at most 200."""
    return answer({"items": [_show(found) for found in corrections.visible()]})


@router.get("/{int:correction_id}", url_name="correction_entry", summary="Get: correction")
@requires("read")
def get_correction(request: HttpRequest, correction_id: int) -> HttpResponse:
    return answer(_show(_find(correction_id)))


@router.post(
    "/{int:correction_id}/approve", url_name="correction_approve", summary="Approve (批准更正)"
)
@requires("read", to_change="approve")
def approve(request: HttpRequest, correction_id: int) -> HttpResponse:
    """Put it in force; 403 `self_approval` for who asked for it, 409 once it is decided."""
    corrections.approve(paging.as_id(correction_id))
    return answer(_show(_find(correction_id)))


@router.post(
    "/{int:correction_id}/reject", url_name="correction_reject", summary="Turn down (退回更正)"
)
@requires("read", to_change="approve")
def reject(request: HttpRequest, correction_id: int) -> HttpResponse:
    corrections.reject(paging.as_id(correction_id))
    return answer(_show(_find(correction_id)))


@router.post(
    "/of/{batch}/approve", url_name="corrections_approve", summary="Approve all of an import"
)
@requires("read", to_change="approve")
def approve_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """What waits of one import and is yours to decide; 404 if nothing does."""
    return answer({"decided": corrections.decide_batch(batch, is_approved=True)})


@router.post(
    "/of/{batch}/reject", url_name="corrections_reject", summary="Turn down all of an import"
)
@requires("read", to_change="approve")
def reject_batch(request: HttpRequest, batch: str) -> HttpResponse:
    return answer({"decided": corrections.decide_batch(batch, is_approved=False)})


def _find(correction_id: int) -> FigureCorrection:
    rows = FigureCorrection.objects.select_related("figure", "project")
    return visible.find_or_404(rows, pk=paging.as_id(correction_id))


def _show(found: FigureCorrection) -> dict[str, Any]:
    return {
        "id": found.pk,
        "figure": found.figure_id,
        "figure_key": found.figure.key if found.figure else None,
        "project": found.project_id,
        "state": found.state,
        "changes": found.changes,
        "reason": found.reason,
        "batch": found.batch or None,
        "asked_by": found.asked_by,
        "asked_at": found.asked_at,
        "decided_by": found.decided_by or None,
        "decided_at": found.decided_at,
    }
