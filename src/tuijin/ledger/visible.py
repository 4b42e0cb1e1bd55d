"""What may be shown of a row: fields above the reader's class are absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuijin.ledger import scope
from tuijin.ledger.models.projects import Project


def is_shown(column: str, *, place_id: str | None, project_id: int | None) -> bool:
    """Whether a project column may be shown to the current reader."""
    classes = scope.current().classes_for(place_id=place_id, project_id=project_id)
    return Project.FIELD_CLASSES.get(column, "P") in classes


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a project row (with `id` and `place_id`) what the reader may not see."""
    classes = scope.current().classes_for(place_id=row["place_id"], project_id=row["id"])
    return {k: v for k, v in row.items() if Project.FIELD_CLASSES.get(k, "P") in classes}
