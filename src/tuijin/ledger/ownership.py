"""Roles read beyond their own scope, but write only inside it: the last line of that rule."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models

from tuijin.errors import NotAllowed
from tuijin.ledger import scope
from tuijin.ledger.models.prices import Price, PriceSeries
from tuijin.ledger.models.projects import Project
from tuijin.ledger.models.sources import Organisation, Source

_OFFICE = (PriceSeries, Price)  # kept by the project office alone
_SHARED = (Organisation, Source, *_OFFICE)  # one row serves every place


def refuse_foreign(entries: Sequence[models.Model]) -> None:
    """
    Refuse entries of one kind unless each lies in the current actor's own scope.

    An entry about a project is its project's, and of no other place than that or an own one;
    `owner_place_id` names another place it belongs to.

    Raises
    ------
    NotAllowed
        If one belongs to a foreign place or project.
    """
    who = scope.current()
    if who.everywhere or not entries:
        return
    refuse_office(type(entries[0]))
    if isinstance(entries[0], Project):
        whereabouts = {(e.place_id, e.pk) for e in entries}  # type: ignore[attr-defined]  # projects
    elif hasattr(entries[0], "owner_place_id"):
        whereabouts = {(e.owner_place_id, None) for e in entries}  # type: ignore[attr-defined]  # as just asked
    elif hasattr(entries[0], "project_id"):
        whereabouts = _of_projects({(e.project_id, getattr(e, "place_id", None)) for e in entries})  # type: ignore[attr-defined]  # as just asked
    elif hasattr(entries[0], "place_id"):
        whereabouts = {(e.place_id, None) for e in entries}  # type: ignore[attr-defined]  # as just asked
    else:
        return
    for place_id, project_id in whereabouts:
        if not who.owns(place_id=place_id, project_id=project_id):
            raise NotAllowed("不在您的管辖范围内，不能写入")


def _of_projects(
    found: set[tuple[int | None, str | None]],
) -> set[tuple[str | None, int | None]]:
    """Give each project the place it lies in; another place that is named beside it counts too."""
    ids = {project_id for project_id, _ in found if project_id is not None}
    places = dict(Project.objects.filter(pk__in=ids).values_list("pk", "place_id"))
    subjects = {(places.get(pk), pk) for pk in ids}
    return subjects | {
        (place_id, None)
        for project_id, place_id in found
        if project_id is None or (place_id and place_id != places.get(project_id))
    }


def refuse_office(model: type[models.Model]) -> None:
    """
    Refuse to write what the project office alone keeps: one price stands for every place.

    Raises
    ------
    NotAllowed
    """
    if model in _OFFICE and not scope.current().everywhere:
        raise NotAllowed("价格序列由市项目办维护")


def refuse_shared(model: type[models.Model]) -> None:
    """
    Refuse to change rows that serve every place, unless for all of them.

    Raises
    ------
    NotAllowed
    """
    if model in _SHARED and not scope.current().everywhere:
        raise NotAllowed("单位、来源和价格为全市共用，由市项目办修改")
