"""The list as an OC4IDS package: the same projects, to pass on; nothing above class P is in it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tuijin.errors import ImportFailed, TooLarge
from tuijin.importers import Table
from tuijin.importers.oc4ids_json import export
from tuijin.importers.tables import build_table
from tuijin.ledger import scope, trail
from tuijin.ledger.models import Figure, Organisation, Place, Project
from tuijin.ledger.rest import resource
from tuijin.see import listing, overview
from tuijin.see.language import either

MAX_PROJECTS = 2000  # each is held against the schema, some milliseconds long
_CLASS = "P"


def build_package(query: listing.Query, *, uri: str) -> tuple[bytes, str]:
    """
    Write the projects of a list with their owners and current figures, and the export into the
    trail.

    Parameters
    ----------
    uri
        Address by which the package is known.

    Returns
    -------
    The JSON document, and the id under which the export stands in the trail.

    Raises
    ------
    ImportFailed
        `empty`, if no project matches.
    TooLarge
        If more match than a package may hold.
    """
    ids = list(listing.filtered(query).order_by("id").values_list("id", flat=True)
               [: MAX_PROJECTS + 1])  # fmt: skip
    if not ids:
        raise ImportFailed(_("没有可导出的项目"), code="empty")
    if len(ids) > MAX_PROJECTS:
        raise TooLarge(_("项目超过%(most)s个，请先筛选") % {"most": MAX_PROJECTS})
    package = export(
        _tables(ids), uri=uri, publisher=_publisher(), published_on=timezone.localdate()
    )
    export_id = secrets.token_hex(6)
    event = trail.Event(
        action="export",
        object_type="project",
        object_id=export_id,
        changes={"rows": (None, len(ids)), "format": (None, "OC4IDS")},
    )
    trail.append([event])
    return json.dumps(package, ensure_ascii=False).encode(), export_id


def _publisher() -> str:
    """The office that passes the data on, as the role of who does so has it."""
    homes = Place.objects.filter(code__in=overview.home_places()).order_by("code")
    role = scope.current().role
    names = [either(place.name, place.name_en) for place in homes]
    return " ".join([*names, either(role.zh, role.en)])


def _tables(ids: Sequence[int]) -> Iterator[Table]:
    projects = Project.objects.filter(pk__in=ids)
    owners = projects.order_by().values("owner_id")
    yield _table("organisation", Organisation.objects.filter(pk__in=owners))
    yield _table("project", projects)
    yield _table("figure", Figure.objects.filter(project__in=ids, is_current=True))


def _table(noun: str, rows: QuerySet[Any]) -> Table:
    """Rows by the columns of their noun that are of class P."""
    paths = {
        column.name: column.path
        for column in resource.of(noun).columns.values()
        if column.spec is not None and column.field_class == _CLASS
    }
    entries = [
        {name: row[path] for name, path in paths.items()}
        for row in rows.order_by("id").values(*paths.values())
    ]
    return build_table(noun, entries, range(1, len(entries) + 1))
