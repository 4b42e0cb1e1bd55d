"""The page of one entry: what was recorded, by whom, when, from what, and what corrected it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tuijin.importers.nouns import NOUNS, Column, Noun
from tuijin.ledger import scope, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import (
    AnnualPlan,
    Node,
    OperatingRecord,
    ProgressReport,
    StageEvent,
    TrailEvent,
)
from tuijin.see.language import choice_text, either, write_period

MODELS: Mapping[str, Any] = {
    "report": ProgressReport, "plan": AnnualPlan, "operating": OperatingRecord,
    "stage_event": StageEvent, "node": Node,
}  # fmt: skip


def build_view(kind: str) -> Callable[..., HttpResponse]:
    """Build the page of a kind of entry; superseded ones stay readable."""

    @requires("read")
    @require_GET
    def show(request: HttpRequest, entry_id: int) -> HttpResponse:
        rows = MODELS[kind].objects.select_related("project", "source")
        entry = visible.find_or_404(rows, pk=entry_id)
        noun = NOUNS[kind]
        versions = _versions(MODELS[kind], entry)
        context = {
            "entry": entry,
            "noun": either(noun.zh, noun.en),
            "address_name": f"entry_{kind}",
            "values": [(either(c.zh, c.en), c.kind, c.unit, _value(c, entry))
                       for c in _columns(noun)],
            "versions": versions,
            "events": _events(entry),
        }  # fmt: skip
        return render(request, "see/entry.html", context)

    return show


def _columns(noun: Noun) -> list[Column]:
    return [column for column in noun.columns if column.name not in ("project", "source", "key")]


def _value(column: Column, entry: Any) -> Any:
    value = getattr(entry, column.name)
    if column.kind == "period":
        return write_period(value)
    return choice_text(column.choices, value) if column.kind == "choice" else value


def _versions(model: Any, entry: Any) -> list[Any]:
    """Every visible version of the entry, the newest first."""
    found = [entry]
    while found[0].supersedes_id:
        older = model.objects.filter(pk=found[0].supersedes_id).first()
        if older is None:
            break
        found.insert(0, older)
    while newer := model.objects.filter(supersedes=found[-1].pk).first():
        found.append(newer)
    return found[::-1]


def _events(entry: Any) -> list[TrailEvent]:
    """Who wrote it into the trail, and when; its values stand on the page already."""
    project = entry.project
    classes = scope.current().classes_for(place_id=project.place_id, project_id=project.pk)
    if "I" not in classes:
        return []
    rows = TrailEvent.objects.filter(
        project_id=project.pk, object_type=entry._meta.model_name, object_id=str(entry.pk)
    )
    return list(rows.order_by("seq"))
