"""A slip as PDF or DOCX, and its receipt."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tuijin.ledger import scope, trail, visible
from tuijin.ledger.access import requires
from tuijin.paper import render_docx, render_pdf
from tuijin.push import escalation, local_day
from tuijin.push.models import Slip
from tuijin.push.slips import build_slip
from tuijin.push.wording import slip_number

FORMS = {
    "pdf": ("application/pdf", render_pdf),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", render_docx,
    ),
}  # fmt: skip


def _find(slip_id: int) -> Slip:
    return visible.find_or_404(Slip.objects.select_related("issue", "rule"), pk=slip_id)


@requires("read")
@require_GET
def show_slip(request: HttpRequest, slip_id: int, form: str) -> HttpResponse:
    """The slip as a file; it holds nothing above internal, and stands in the trail."""
    slip = _find(slip_id)
    content_type, write = FORMS[form]
    export_id = secrets.token_hex(6)
    who = scope.current()
    footer = _("导出：%(actor)s · %(id)s") % {"actor": who.actor, "id": export_id}
    data = write(build_slip(slip, footer=footer))
    event = trail.Event(
        action="export", object_type="slip", object_id=str(slip.pk),
        changes={"kind": (None, form), "export": (None, export_id)}, project_id=slip.project_id,
        place_id=slip.place_id,
    )  # fmt: skip
    trail.append([event])
    disposition = content_disposition_header(
        as_attachment=True, filename=f"{slip_number(slip)}.{form}"
    )
    return HttpResponse(
        data, content_type=content_type,
        headers={"Content-Disposition": disposition or "attachment"},
    )  # fmt: skip


@requires("read", to_change="reply")
@require_POST
def receive_slip(request: HttpRequest, slip_id: int) -> HttpResponse:
    """Sign for it."""
    slip = _find(slip_id)
    escalation.receive(slip, on=local_day.today())
    messages.success(request, _("已签收"))
    return redirect("issue", slip.issue_id)
