"""Pages of corrections: what waits for a second person, and asking for one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tuijin.errors import ImportFailed, NotFound
from tuijin.ledger import corrections, scope, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Figure, FigureCorrection, User
from tuijin.ledger.rest import resource, writing
from tuijin.ledger.rest.resource import etag_of

_NUMBERS = ("value", "low", "high", *corrections.OF_PROJECT)
CORRECTED = ("value", "low", "high", "date_value", "text_value", "as_of", "note")


@requires("read")
@require_GET
def show_corrections(request: HttpRequest) -> HttpResponse:
    """What waits first; who may decide gets the buttons, but not for what they asked for."""
    who = scope.current()
    mine = set(corrections.to_decide().values_list("pk", flat=True))
    files: dict[str, str] = {}  # imports of which something is this reader's to decide
    names = dict(User.objects.values_list("username", "display_name"))
    rows = []
    for found in corrections.visible():
        columns = resource.of("figure" if found.figure else "project").columns
        if found.pk in mine and found.batch:
            files[found.batch] = found.reason
        rows.append(
            {
                "correction": found,
                "changes": [
                    (columns[_name(column)].spec, *(_shown(column, side) for side in pair))
                    for column, pair in found.changes.items()
                ],
                "may_decide": found.pk in mine,
                "is_own": found.asked_by == who.actor,
                "asked_by": names.get(found.asked_by, found.asked_by),
                "decided_by": names.get(found.decided_by, found.decided_by),
            }
        )
    return render(request, "ledger/corrections.html", {"rows": rows, "files": files})


def _shown(column: str, side: str | None) -> str | None:
    """A number with its thousands apart, every digit kept, no needless zeros; money in 万元."""
    if not side or column not in _NUMBERS:
        return side
    number = Decimal(side) / 10_000 if column.endswith("_yuan") else Decimal(side)
    return f"{number.normalize():,f}"


def _name(attribute: str) -> str:
    return attribute.removesuffix("_id")


@requires("read", to_change="approve")
@require_POST
def approve(request: HttpRequest, correction_id: int) -> HttpResponse:
    visible.find_or_404(FigureCorrection.objects, pk=correction_id)
    corrections.approve(correction_id)
    messages.success(request, _("更正已批准，原数据保留在案"))
    return redirect("corrections")


@requires("read", to_change="approve")
@require_POST
def reject(request: HttpRequest, correction_id: int) -> HttpResponse:
    visible.find_or_404(FigureCorrection.objects, pk=correction_id)
    corrections.reject(correction_id)
    messages.success(request, _("更正已退回，数据不变"))
    return redirect("corrections")


@requires("read", to_change="approve")
@require_POST
def decide_batch(request: HttpRequest, batch: str, decision: str) -> HttpResponse:
    """Approve or turn down all that waits of one import."""
    if decision not in ("approve", "reject"):
        raise NotFound
    count = corrections.decide_batch(batch, is_approved=decision == "approve")
    said = _("已批准 %(count)d 项") if decision == "approve" else _("已退回 %(count)d 项")
    messages.success(request, said % {"count": count})
    return redirect("corrections")


@requires("edit")
@require_http_methods(["GET", "POST"])
def correct_figure(request: HttpRequest, figure_id: int) -> HttpResponse:
    """Ask for other values of a figure; they wait for a second person."""
    rows = Figure.objects.select_related("project", "place").filter(is_current=True)
    figure = visible.find_or_404(rows, pk=figure_id)
    place_id = figure.project.place_id if figure.project else figure.place_id
    scope.current().require("edit", place_id=place_id, project_id=figure.project_id)
    kind = resource.of("figure")
    sent = {name: request.POST[name].strip() for name in CORRECTED if name in request.POST}
    error = None
    if request.method == "POST":
        try:
            _propose(figure, sent, reason=request.POST.get("reason", ""), seen=request.POST)
        except ImportFailed as refused:
            error = refused
        else:
            messages.success(request, _("更正已提出，等待另一人批准"))
            return redirect("corrections")
    specs = [kind.target.noun.column(name) for name in CORRECTED]
    fields = [(spec, sent.get(spec.name, _text(getattr(figure, spec.name)))) for spec in specs]
    told = {problem.field: problem for problem in error.problems} if error else {}
    context = {
        "figure": figure, "error": error, "reason": request.POST.get("reason", ""),
        "etag": etag_of({"id": figure.pk, "version": figure.version}),
        "fields": [(spec, value, told.get(spec.name)) for spec, value in fields],
    }  # fmt: skip
    return render(request, "ledger/correct.html", context, status=422 if error else 200)


def _propose(figure: Figure, sent: dict[str, str], *, reason: str, seen: Any) -> None:
    kind = resource.of("figure")
    body = {n: text or None for n, text in sent.items() if text != _text(getattr(figure, n))}
    with transaction.atomic():
        row = writing.hold(kind, figure.pk, seen=seen.get("etag", ""))
        corrections.propose(figure, writing.read_change(kind, row, body), reason=reason)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
