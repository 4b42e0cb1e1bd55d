"""The pack and the brief: as pages, as PDF and as DOCX."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tuijin.errors import NotFound
from tuijin.ledger import scope, sessions, trail
from tuijin.ledger.access import requires
from tuijin.meet.brief import build_brief
from tuijin.meet.documents import Material, build_pack, checkpoint_line, gather
from tuijin.meet.models import Meeting
from tuijin.meet.views import find_meeting, ranking_context, shown_decisions
from tuijin.paper import Brief, Pack, render_docx, render_pdf
from tuijin.see.language import either

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS: dict[str, tuple[str, Callable[[Brief | Pack], bytes]]] = {
    "pdf": ("application/pdf", render_pdf),
    "docx": (_DOCX, render_docx),
}
KINDS: dict[str, Callable[..., Brief | Pack]] = {"pack": build_pack, "brief": build_brief}


@requires("read")
@require_GET
def show_pack(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Every sheet on one page, to read or to print."""
    meeting = find_meeting(meeting_id)
    found = gather(meeting, as_of=timezone.localdate(), day=_day(request))
    return render(request, "meet/pack.html", {"meeting": meeting, "material": found})


@requires("read")
@require_GET
def show_brief(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """The brief as a page."""
    meeting = find_meeting(meeting_id)
    brief = build_brief(gather(meeting, as_of=timezone.localdate()))
    context = {"meeting": meeting, "brief": brief, "title_lines": brief.title.split("\n")}
    return render(
        request,
        "meet/brief.html",
        {**context, **ranking_context(meeting), "decisions": shown_decisions(meeting)},
    )


@requires("export")
@require_GET
def export_document(request: HttpRequest, meeting_id: int, kind: str, form: str) -> HttpResponse:
    """The pack or the brief as a file; the export stands in the trail under the id it carries."""
    meeting = find_meeting(meeting_id)
    if not sessions.is_fresh(request.session):  # figures of verdicts may be confidential
        return redirect(f"{reverse('proof')}?{urlencode({'next': request.get_full_path()})}")
    found = gather(meeting, as_of=timezone.localdate(), day=_day(request))
    export_id = secrets.token_hex(6)
    content_type, write = FORMS[form]
    data = write(KINDS[kind](found, footer=_footer(export_id)))
    _record(meeting, found, kind=f"{kind}.{form}", export_id=export_id)
    name = f"{either(meeting.title, meeting.title_en)}-{kind}.{form}"
    return HttpResponse(
        data,
        content_type=content_type,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name)
            or "attachment"
        },
    )


def _day(request: HttpRequest) -> date | None:
    text = request.GET.get("day", "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise NotFound from error


def _footer(export_id: str) -> str:
    who, now = scope.current(), timezone.localtime()
    role = either(who.role.zh, who.role.en)
    told = _("导出：%(actor)s · %(role)s · %(time)s · %(id)s") % {
        "actor": who.actor, "role": role, "time": f"{now:%Y-%m-%d %H:%M}", "id": export_id,
    }  # fmt: skip
    return " · ".join(filter(None, (told, checkpoint_line())))


def _record(meeting: Meeting, found: Material, *, kind: str, export_id: str) -> None:
    event = trail.Event(
        action="export",
        object_type="meeting",
        object_id=export_id,
        changes={"kind": (None, kind), "rows": (None, len(found.sheets))},
        place_id=meeting.place_id,
    )
    trail.append([event])
