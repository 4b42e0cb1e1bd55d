"""Columns of projects as they stood before a moment, read back from the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tuijin.ledger.models import Project, TrailEvent

_PART = 5000


def rewind(rows: list[dict[str, Any]], *, to: datetime) -> list[dict[str, Any]]:
    """
    Undo the changes of later events, and leave out the projects that were not on record yet.

    Which place, park and owner a project has is not undone: those read as they are now.
    """
    by_id = {row["id"]: dict(row) for row in rows}
    for project_id, action, changes in _later(list(by_id), since=to):
        if action == "create":
            by_id.pop(project_id, None)
        elif project_id in by_id:
            _undo(by_id[project_id], changes)
    return list(by_id.values())


def _later(ids: list[int], *, since: datetime) -> Iterable[tuple[int, str, Mapping[str, Any]]]:
    """Events after a moment, the newest first."""
    for start in range(0, len(ids), _PART):
        events = TrailEvent.objects.filter(
            object_type="project", project_id__in=ids[start : start + _PART], at__gte=since
        )
        yield from events.order_by("-seq").values_list("project_id", "action", "changes")


def _undo(row: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for name, (old, _new) in changes.items():
        if name in row and name not in ("id", "place_id"):
            row[name] = _READ.get(Project._meta.get_field(name).get_internal_type(), _same)(old)


def _same(value: Any) -> Any:
    return value


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _date(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


_READ: dict[str, Callable[[Any], Any]] = {
    "DateField": _date,
    "BigIntegerField": _decimal,
    "MoneyField": _decimal,
    "ExactDecimalField": _decimal,
}
