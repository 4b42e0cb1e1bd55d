"""What a noun looks like from outside: its columns, where they are kept, who may read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q

from tuijin.importers.nouns import Column
from tuijin.ledger import scope
from tuijin.ledger.models import Project
from tuijin.ledger.targets import Target, find

_FILTERED = ("text", "choice", "ref", "date", "month", "period", "integer", "boolean", "money",
             "project_code", "uscc")  # fmt: skip
RANGED = ("date", "month", "period", "integer", "money")
# Columns the ledger draws itself, beside those of the noun: name, kind.
_KEPT: dict[str, dict[str, str]] = {
    "project": {
        "light": "text", "next_due_on": "date", "claims_short": "integer",
        "claims_undecided": "integer", "plan_year": "integer", "year_planned_yuan": "money",
        "year_done_yuan": "money", "total_done_yuan": "money", "updated_at": "instant",
    },
    "claim": {"ruling": "text", "is_stale": "boolean"},
    "comment": {"written_at": "instant"},
    "vote": {"cast_at": "instant"},
    "decision": {"decided_at": "instant"},
}  # fmt: skip
_ENTRY = {"is_current": "boolean", "supersedes": "integer", "entered_by": "text",
          "entered_at": "instant"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of an answer: its name, kind, class, and path from the table."""

    name: str
    kind: str
    field_class: str
    path: str
    spec: Column | None = None  # None for what the ledger draws itself


@dataclass(frozen=True)
class Resource:
    """A noun with its table."""

    target: Target

    @property
    def model(self) -> type[models.Model]:
        return self.target.model

    @property
    def is_corrected(self) -> bool:
        return self.target.is_corrected

    @cached_property
    def columns(self) -> dict[str, Shown]:
        """Every column of an answer by its name, in order."""
        found = {
            spec.name: Shown(spec.name, spec.kind, spec.field_class, self._path(spec), spec)
            for spec in (*self.target.noun.columns, *self.target.kept)
            if spec.name != "coordinate_system"
        }
        kept = dict(_KEPT.get(self.target.noun.name, {}))
        if self.is_corrected:
            kept.update(_ENTRY)
        for name, kind in kept.items():
            field_class = Project.FIELD_CLASSES.get(name, "P") if self.model is Project else "I"
            field_class = "P" if name in ("is_current", "supersedes", "entered_at") else field_class
            found[name] = Shown(name, kind, field_class, self.model._meta.get_field(name).attname)
        return found

    @cached_property
    def filtered(self) -> dict[str, Shown]:
        return {name: c for name, c in self.columns.items() if c.spec and c.kind in _FILTERED}

    @cached_property
    def sorted_by(self) -> frozenset[str]:
        """Columns with an index of their own."""
        meta = self.model._meta
        first = {index.fields[0] for index in meta.indexes if index.fields}
        plain = {f.name for f in meta.concrete_fields if f.unique or getattr(f, "db_index", False)}
        names = {name for name, c in self.columns.items() if c.path in first | plain}
        return frozenset(
            {"id", *names} - {name for name, c in self.columns.items() if c.kind == "ref"}
        )

    @cached_property
    def whereabouts(self) -> Mapping[str, Any]:
        """Paths to place, project and author, as the table's own manager has them."""
        paths = getattr(self.model._default_manager, "paths", None)
        return dict(paths) if paths else {}

    @cached_property
    def has_place(self) -> bool:
        """Whether rows that are chosen otherwise still belong to a place each."""
        return "place_id" in {f.attname for f in self.model._meta.concrete_fields}

    def allowed(self, field_class: str) -> Q | None:
        """Filter for the rows on which a class may be read; None lets every row through."""
        if not self.whereabouts:
            return None if field_class in self.classes_of({}) else Q(pk__in=())
        return scope.current().rows(**{**self.whereabouts, "field_class": field_class})

    def classes_of(self, row: Mapping[str, Any]) -> str:
        """Classes that may be read of a visible row of `locating` paths."""
        who = scope.current()
        if not self.locating or not row:
            return who.role.own + who.role.others
        place_id, project_id = self.owner_of(row)
        if not self.whereabouts:
            is_own = who.owns(place_id=place_id, project_id=None)
            return who.role.own if is_own else who.role.others or "P"
        return who.classes_for(
            place_id=place_id,
            project_id=project_id,
            entered_by=row.get(self.whereabouts["entered_by"]) or "",
        )

    def owner_of(self, row: Mapping[str, Any]) -> tuple[str | None, int | None]:
        """Place and project a row belongs to."""
        place_id = next((row[path] for path in self._place_paths if row.get(path)), None)
        return place_id, row.get(self.whereabouts.get("project", ""))

    @cached_property
    def _place_paths(self) -> tuple[str, ...]:
        place = self.whereabouts.get("place", "place_id" if self.has_place else ())
        return (place,) if isinstance(place, str) else tuple(place)

    @cached_property
    def locating(self) -> tuple[str, ...]:
        """Paths that `classes_of` reads."""
        paths = self.whereabouts
        found = [*self._place_paths, paths.get("project"), paths.get("entered_by")]
        return tuple(path for path in found if path)

    def _path(self, spec: Column) -> str:
        attribute = self.target.attribute(spec.name)
        if spec.kind != "ref" or spec.ref == "place":
            return attribute
        return f"{attribute.removesuffix('_id')}__key"


def of(noun: str) -> Resource:
    """Return the resource of a registered noun."""
    return Resource(find(noun))


def etag_of(row: Mapping[str, Any], *, version: str = "version") -> str:
    """Return the strong ETag of a row with `id` and its version; "" is a row that never changes."""
    return f'"{row["id"]}-{row[version] if version else 1}"'
