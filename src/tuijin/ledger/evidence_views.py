"""Evidence in and out over the web."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tuijin.errors import ImportFailed
from tuijin.ledger import evidence, file_store, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import EvidenceFile, Project


@requires("attach")
@require_POST
def attach_evidence(request: HttpRequest, project_id: int) -> HttpResponse:
    """Take one file and what is said about it."""
    project = visible.find_or_404(Project.objects, pk=project_id)
    upload = request.FILES.get("file")
    if upload is None:
        raise ImportFailed("请选择一个文件", code="empty_file")
    described = evidence.Described(
        kind=request.POST.get("kind", ""),
        title=request.POST.get("title", ""),
        taken_on=_read_date(request.POST.get("taken_on", "")),
        note=request.POST.get("note", ""),
    )
    evidence.attach(project, upload, described)
    messages.success(request, _("证据已存档"))
    return redirect("project", project_id)


def _read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ImportFailed(f"日期应写作 2025-09-21，收到 {text[:20]}", code="date") from error


@requires("read")
@require_GET
def download_evidence(request: HttpRequest, file_id: int) -> HttpResponse:
    """Hand out the original, never shown inline."""
    file = visible.find_or_404(EvidenceFile.objects, pk=file_id)
    response = _answer(file_store.read(file.sha256), file.content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.shown_name)}"
    return response


@requires("read")
@require_GET
def show_photo(request: HttpRequest, file_id: int) -> HttpResponse:
    """Show the re-encoded copy of a photo, without its metadata."""
    file = visible.find_or_404(EvidenceFile.objects, pk=file_id, has_display=True)
    return _answer(file_store.read(file.sha256, kind="display"), "image/jpeg")


def _answer(data: bytes, content_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
