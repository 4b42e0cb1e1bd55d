"""Two people edited one project: what was there, what each did to it, and a pick."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms as django_forms

from tuijin.ledger.models import Project, TrailEvent, User
from tuijin.see import forms

_MOST_STEPS = 50  # further back one does not look
PICK = "pick-"  # of a field: "mine" or "theirs"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that one of the two changed; `base` is None where it is not on record."""

    name: str
    label: Any
    base: str | None
    theirs: str
    mine: str
    by: str  # "mine", "theirs", or "both": these have to be picked


@dataclass(frozen=True, slots=True)
class Meeting:
    """What the two sides have done to one version."""

    differences: tuple[Difference, ...]
    saved_by: str
    saved_at: datetime | None

    def of(self, by: str) -> list[Difference]:
        return [found for found in self.differences if found.by == by]


def compare(project: Project, form: forms.ProjectForm) -> Meeting:
    """Hold a valid form of an older version against the project as it is now."""
    events = _events_since(project, form.cleaned_data["version"])
    base = _undo(project, events)
    now, was = forms.initial_of(project), forms.initial_of(base) if base else None
    found = []
    for name in forms.EDITED:
        field, sent = form.fields[name], form.data.get(name)
        by = _who_changed(field, was[name] if was else None, now[name], sent, knows=bool(was))
        if by:
            theirs, mine = (forms.shown_text(field, side) for side in (now[name], sent))
            before = forms.shown_text(field, was[name]) if was else None
            found.append(Difference(name, form[name].label, before, theirs, mine, by))
    last = events[0] if events else None
    actor = User.objects.filter(username=last.actor if last else None).first()
    return Meeting(tuple(found), actor.display_name if actor else "", last.at if last else None)


def _events_since(project: Project, seen_version: int) -> list[TrailEvent]:
    """What was done to a project after a version, the last first; each step is one event."""
    steps = project.version - seen_version
    if not 0 < steps <= _MOST_STEPS:
        return []
    rows = TrailEvent.objects.filter(
        project_id=project.pk, object_type="project", object_id=str(project.pk)
    )
    return list(rows.exclude(action__endswith="_refused").order_by("-seq")[:steps])


def _undo(project: Project, events: list[TrailEvent]) -> Project | None:
    """The project before these events; None where one of them does not say what it changed."""
    if not events or not all(event.changes for event in events):
        return None
    before = copy.copy(project)
    for event in events:
        for column, (old, _new) in event.changes.items():
            setattr(before, column, project._meta.get_field(column).to_python(old))
    return before


def _who_changed(
    field: django_forms.Field, base: Any, theirs: Any, mine: Any, *, knows: bool
) -> str:
    """Return "mine", "theirs" or "both"; nothing where the sides agree."""
    was, now, sent = (_value(field, side) for side in (base, theirs, mine))
    if now == sent:
        return ""
    if knows and was == now:
        return "mine"
    return "theirs" if knows and was == sent else "both"


def _value(field: django_forms.Field, side: Any) -> Any:
    text = "" if side is None else str(side).strip()
    try:
        return field.clean(text)
    except django_forms.ValidationError:
        return text


def merge(sent: Mapping[str, Any], project: Project) -> dict[str, Any]:
    """What is to be saved of what was sent: a field picked as theirs is as it is now."""
    now = forms.initial_of(project)
    return {
        name: now[name] if sent.get(PICK + name) == "theirs" else value
        for name, value in sent.items()
        if not name.startswith(PICK)
    }
