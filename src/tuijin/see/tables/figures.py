"""Where one figure of a table comes from: entries, changes of its field, or the rows summed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tuijin.errors import ImportFailed, NotFound
from tuijin.ledger import scope
from tuijin.ledger.models import Project, TrailEvent
from tuijin.see import listing
from tuijin.see.language import choice_text
from tuijin.see.tables import wording
from tuijin.see.tables.columns import TableColumn
from tuijin.see.tables.facts import Ref
from tuijin.see.tables.filling import Cell, Filled, Line


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell of a table with its column and line."""

    at: int
    column: TableColumn
    caption: str
    line: Line

    @property
    def cell(self) -> Cell:
        return self.line.cells[self.at]

    @property
    def is_sum(self) -> bool:
        return self.line.kind != "row"

    @property
    def is_own(self) -> bool:
        """Whether it is a column of the project itself."""
        return [ref.kind for ref in self.cell.refs] == ["project"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry a figure is drawn from, and what it states."""

    name: str
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Member:
    """A row that a sum adds up; `sides` are what a ratio adds above and below."""

    name: str
    project_address: str
    text: str
    address: str
    sides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody wrote into a field of the project, as the trail holds it."""

    event: TrailEvent
    old: str
    new: str


def find(table: Filled, code: str, *, project_id: int | None, path: Sequence[str]) -> Figure:
    """
    Find a figure by its column and by its project, or by the groups whose sum it is.

    Raises
    ------
    ImportFailed
        If the table has no such column, or not for this reader.
    NotFound
        If it has no such line.
    """
    codes = [column.code for column, _caption in table.columns]
    if code not in codes:
        raise ImportFailed(f"column must be one of {', '.join(codes)}, got {code[:40]!r}")
    at = codes.index(code)
    if project_id is None:
        found = (one for one in table.lines if one.kind != "row" and one.path == tuple(path))
    else:
        found = (one for one in table.lines if one.project_id == project_id)
    line = next(found, None)
    if line is None:
        raise NotFound
    return Figure(at, *table.columns[at], line)


def write_value(table: Filled, figure: Figure) -> str:
    """The figure with its unit."""
    if figure.column.kind == "money":
        return wording.stated_text(figure.column, figure.cell.value, unit=table.layout.unit)
    return wording.cell_text(figure.column, figure.cell, unit=table.layout.unit)


def entries(table: Filled, figure: Figure) -> list[Entry]:
    """The entries of a figure of one project."""
    return [_entry(figure.column, ref, unit=table.layout.unit) for ref in figure.cell.refs]


def _entry(column: TableColumn, ref: Ref, *, unit: str) -> Entry:
    text = wording.stated_text(column, ref.value, unit=unit)
    return Entry(wording.entry_name(ref), text, wording.address_of(ref))


def members(table: Filled, figure: Figure) -> list[Member]:
    """The rows that a sum adds up, those that state nothing left out."""
    if not figure.is_sum:
        return []
    depth, address_of = len(figure.line.path), wording.build_addresses(table)
    return [
        Member(
            line.label,
            wording.address_of(Ref("project", line.project_id)),
            wording.cell_text(figure.column, cell, unit=table.layout.unit),
            address_of(figure.column, cell, line),
            tuple(
                wording.stated_text(figure.column, side, unit=table.layout.unit)
                for side in cell.over or ()
            ),
        )
        for line in table.lines
        if line.kind == "row"
        and line.path[:depth] == figure.line.path
        and (cell := line.cells[figure.at]).value is not None
    ]


def changes(table: Filled, figure: Figure, *, before: datetime | None) -> list[Change]:
    """Every change of the project's own field, the newest first, to who may read the trail."""
    if not figure.is_own or figure.cell.value in (None, ""):
        return []
    project = Project.objects.get(pk=figure.line.project_id)
    classes = scope.current().classes_for(place_id=project.place_id, project_id=project.pk)
    if "I" not in classes:
        return []
    field = listing.COLUMNS[figure.column.code].names[0].partition("__")[0]
    name = Project._meta.get_field(field).attname
    events = TrailEvent.objects.filter(
        project_id=project.pk, object_type="project", changes__has_key=name
    )
    if before is not None:
        events = events.filter(at__lt=before)
    return [
        Change(event, *(_said(figure.column, side, table) for side in event.changes[name]))
        for event in events.order_by("-seq")
    ]


def _said(column: TableColumn, value: Any, table: Filled) -> str:
    """A value as the trail holds it, as a person reads it."""
    if value in (None, ""):
        return "—"
    if column.kind == "choice":
        return choice_text(listing.COLUMNS[column.code].choices, value)
    return wording.cell_text(column, Cell(value), unit=table.layout.unit)
