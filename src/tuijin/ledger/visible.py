"""What may be shown of a row: fields above the reader's class are absent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import models

from tuijin.errors import NotFound
from tuijin.ledger import scope
from tuijin.ledger.models.projects import Project
from tuijin.ledger.models.trail import TrailEvent

M = TypeVar("M", bound=models.Model)


def find_or_404(rows: models.Manager[M] | models.QuerySet[M], **lookup: Any) -> M:
    """Return the one visible row; missing and not visible raise the same NotFound."""
    try:
        return rows.get(**lookup)
    except (models.ObjectDoesNotExist, ValueError, OverflowError) as error:
        raise NotFound from error


def is_shown(column: str, *, place_id: str | None, project_id: int | None) -> bool:
    """Whether a project column may be shown to the current reader."""
    classes = scope.current().classes_for(place_id=place_id, project_id=project_id)
    return Project.FIELD_CLASSES.get(column, "P") in classes


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a project row (with `id` and `place_id`) what the reader may not see."""
    classes = scope.current().classes_for(place_id=row["place_id"], project_id=row["id"])
    return {k: v for k, v in row.items() if Project.FIELD_CLASSES.get(k, "P") in classes}


def narrowed(
    projects: models.QuerySet[Project], columns: Iterable[str]
) -> models.QuerySet[Project]:
    """
    Keep the projects on which all these columns may be read.

    A filter or a sort by a column says something about its value, so it comes after this.
    """
    for field_class in sorted({Project.FIELD_CLASSES.get(name, "P") for name in columns}):
        allowed = scope.current().rows(place="place_id", project="id", field_class=field_class)
        if allowed is not None:
            projects = projects.filter(allowed)
    return projects


# Class of the values an event carries, by the kind of entry; projects go column by column.
_EVENT_CLASSES = {
    "stageevent": "P",
    "figure": "P",
    "pricelink": "P",
    "node": "I",
    "evidence": "I",
    "claim": "I",
}
_VALUE_CLASSES = {"inputs_sha256": "C"}  # of a verdict: its inputs may be confidential


def trail_of(project: Project, *, limit: int = 200) -> list[TrailEvent]:
    """Return the newest events of a visible project, without values the reader may not see."""
    classes = scope.current().classes_for(place_id=project.place_id, project_id=project.pk)
    if "I" not in classes:
        return []
    events = list(TrailEvent.objects.filter(project_id=project.pk).order_by("-seq")[:limit])
    for event in events:
        kinds = Project.FIELD_CLASSES if event.object_type == "project" else {}
        fallback = "P" if kinds else _EVENT_CLASSES.get(event.object_type, "C")
        event.changes = {
            name: change
            for name, change in event.changes.items()
            if kinds.get(name, _VALUE_CLASSES.get(name, fallback)) in classes
        }
    return events
