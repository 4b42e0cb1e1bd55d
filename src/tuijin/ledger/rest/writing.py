"""Create and change one entry; what is corrected is never overwritten."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction

from tuijin.errors import Conflict, NotAllowed, NotFound, UsageError, VersionConflict
from tuijin.ledger import coordinates, kept, records, references, scope, trail
from tuijin.ledger.rest import bodies
from tuijin.ledger.rest.resource import Resource, etag_of

_DRAWN_FROM = ("plan", "report", "node", "stage_event")  # nouns that kept columns come from


def create(resource: Resource, body: Mapping[str, Any]) -> int:
    """
    Insert one entry and return its id.

    Raises
    ------
    ImportFailed
        If a field is wrong, unknown, or above the writer's class.
    NotAllowed
        If it would lie outside the writer's own scope.
    Conflict
        If there is such an entry already.
    """
    values = check_new(resource, body)
    _give_key(resource, values)
    attributes = _attributes(resource, values)
    with transaction.atomic():
        _refuse_twin(resource, values)
        entry = resource.model(**{n: v for n, v in attributes.items() if v is not None})
        try:
            with transaction.atomic():
                records.save_new([entry])
        except IntegrityError as error:
            raise Conflict("已有相同编号的条目", code="exists") from error
        _refresh(resource, values.get("project"))
    return int(entry.pk)


def check_new(resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
    """Column values of a new entry, references as keys on record."""
    role = scope.current().role
    return bodies.check(resource, body, classes=role.reported or role.own, is_new=True)


def hold(resource: Resource, row_id: int, *, seen: str) -> dict[str, Any]:
    """
    Hold an entry to the end of the transaction, if it is the version that the writer saw.

    Raises
    ------
    UsageError
        If no ETag was given (428).
    VersionConflict
        With the current ETag, if somebody else saved first (412).
    NotFound, NotAllowed
    """
    if not seen:
        raise UsageError("If-Match is missing: send the ETag of the version you saw")
    trail.lock()  # first, as every writer does: no two wait for each other
    row = _lock(resource, row_id)
    _refuse_foreign(resource, row)
    if seen != etag_of(row):
        _refuse_stale(etag_of(row))
    return row


def change(resource: Resource, row_id: int, body: Mapping[str, Any], *, seen: str) -> int:
    """
    Change one entry and return its id; a corrected noun gets a new entry with a new id.

    Parameters
    ----------
    seen
        ETag of the version the writer saw.

    Raises
    ------
    UsageError
        If no ETag was given (428).
    VersionConflict
        With the current ETag, if somebody else saved first (412).
    NotFound, NotAllowed, ImportFailed
    """
    with transaction.atomic():
        row = hold(resource, row_id, seen=seen)
        attributes = read_change(resource, row, body)
        if resource.is_corrected:
            fresh = records.correct_many(resource.model, {row["pk"]: attributes})
            new_id = int(fresh[0].pk)
        else:
            records.change(resource.model, {row["pk"]: attributes})
            new_id = row_id
        _refresh(resource, row.get("project_key"))
    return new_id


def read_change(
    resource: Resource, row: Mapping[str, Any], body: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the attributes that a body changes on a row that is held, checked."""
    classes = resource.classes_of(row)
    values = bodies.check(resource, body, classes=classes, is_new=False)
    return _blank(resource, _attributes(resource, values))


def _lock(resource: Resource, row_id: int) -> dict[str, Any]:
    """Hold the current version of an entry; of a corrected one, the newest."""
    manager = resource.model._default_manager
    entry = manager.select_for_update(of=("self",)).filter(pk=row_id).first()
    if entry is None:
        raise NotFound
    while resource.is_corrected and not entry.is_current:  # type: ignore[attr-defined]  # entries
        newer = manager.filter(supersedes=entry).first()
        if newer is None:
            raise NotFound
        entry = newer
    paths = {"pk", "id", "version", *resource.locating}
    row = manager.filter(pk=entry.pk).values(*paths).get()
    project = getattr(entry, "project", None)
    row["project_key"] = project.key if project is not None else None
    return dict(row)


def _refuse_foreign(resource: Resource, row: Mapping[str, Any]) -> None:
    place_id, project_id = resource.owner_of(row)
    if not scope.current().owns(place_id=place_id, project_id=project_id):
        raise NotAllowed("不在您的管辖范围内，不能修改")


def _refuse_stale(current: str) -> None:
    error = VersionConflict()
    error.etag = current
    raise error


def _give_key(resource: Resource, values: dict[str, Any]) -> None:
    """
    Make a key where none was given.

    A key that may already belong to an entry the writer cannot see is made anew: to be told that it
    is taken would tell that the entry exists.
    """
    if "key" not in resource.target.noun.key:
        return
    row_class = resource.whereabouts.get("field_class", "P")
    sees_all = scope.current().everywhere or row_class in scope.current().role.others
    if not values.get("key") or not sees_all:
        values["key"] = f"{resource.target.noun.name}:{uuid.uuid4().hex[:20]}"


def _refuse_twin(resource: Resource, values: Mapping[str, Any]) -> None:
    """Refuse a second current entry of the same natural key."""
    manager = resource.model._default_manager
    where = {resource.columns[name].path: values[name] for name in resource.target.noun.key}
    rows = manager.filter(**where)
    if resource.is_corrected:
        rows = rows.filter(is_current=True)
    if rows.exists():
        raise Conflict("已有此条目；修改请用 PATCH", code="exists")


def _attributes(resource: Resource, values: Mapping[str, Any]) -> dict[str, Any]:
    """Model attributes of column values: references by id, coordinates in WGS-84."""
    plain = dict(values)
    if plain.pop("coordinate_system", None) == "GCJ-02":
        _to_wgs84(plain)
    found = {}
    for name, value in plain.items():
        spec = resource.target.noun.column(name)
        if spec.kind == "ref" and value is not None:
            value = references.load_ids(spec.ref, [value])[value]
        found[resource.target.attribute(name)] = value
    return found


def _to_wgs84(values: dict[str, Any]) -> None:
    if values.get("longitude") is None or values.get("latitude") is None:
        return
    lon, lat = coordinates.to_wgs84(np.array([values["longitude"]]), np.array([values["latitude"]]))
    values["longitude"], values["latitude"] = round(float(lon[0]), 6), round(float(lat[0]), 6)


def _blank(resource: Resource, attributes: dict[str, Any]) -> dict[str, Any]:
    """Empty text is "" in the ledger, not null."""
    fields = {f.attname: f for f in resource.model._meta.concrete_fields}
    return {
        name: "" if value is None and not fields[name].null else value
        for name, value in attributes.items()
    }


def _refresh(resource: Resource, project_key: str | None) -> None:
    if project_key and resource.target.noun.name in _DRAWN_FROM:
        kept.refresh([project_key])
