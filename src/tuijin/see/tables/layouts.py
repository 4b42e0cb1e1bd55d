"""Which tables are laid out, by whom, and who may change them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from tuijin.errors import NotAllowed
from tuijin.ledger import records, scope, trail
from tuijin.ledger.models import User
from tuijin.ledger.presets import read_rows
from tuijin.see.models import TableLayout

_DATA = Path(__file__).parents[1] / "data" / "table_layouts.csv"


def visible() -> QuerySet[TableLayout]:
    """Presets, shared ones, and the reader's own; what is in them follows from the reader."""
    return TableLayout.objects.filter(
        Q(user=None) | Q(is_shared=True) | Q(user=scope.current().user_id)
    )


def may_change(layout: TableLayout) -> bool:
    """One's own; the project office also changes presets and what is shared."""
    who = scope.current()
    is_own = layout.user_id is not None and layout.user_id == who.user_id
    return who.may("edit") and (is_own or who.may("rules"))


def save_new(values: Mapping[str, Any]) -> TableLayout:
    """Keep a layout under its maker."""
    user = User.objects.get(pk=scope.current().user_id)
    layout = TableLayout(key=secrets.token_hex(6), user=user, **values)
    records.save_new([layout])
    return layout


def change(layout: TableLayout, values: Mapping[str, Any], *, seen_version: int) -> None:
    """
    Change a layout.

    Raises
    ------
    NotAllowed
        If it is somebody else's.
    VersionConflict
        If somebody else saved after `seen_version`.
    """
    refuse(layout)
    records.change(TableLayout, {layout.pk: values}, versions={layout.pk: seen_version})


def refuse(layout: TableLayout) -> None:
    if not may_change(layout):
        raise NotAllowed("这张报表不是您设计的；可以复制一张再改")


def load_presets() -> None:
    """Load each shipped layout that is not there yet; what somebody changed stays."""
    known = set(TableLayout.objects.values_list("key", flat=True))
    TableLayout.objects.bulk_create(
        _build(row) for row in read_rows(_DATA) if row["key"] not in known
    )


def _build(row: dict[str, str]) -> TableLayout:
    row["columns"], row["groups"] = (
        [[code, ""] for code in row["columns"].split("|")],  # type: ignore[assignment]  # JSON
        [code for code in row["groups"].split("|") if code],  # type: ignore[assignment]  # JSON
    )
    return TableLayout(**row)


def forget(layout: TableLayout) -> None:
    """
    Delete a layout.

    Raises
    ------
    NotAllowed
        If it is a preset.
    """
    if layout.user_id is None:
        raise NotAllowed("预设的报表不能删除")
    with transaction.atomic():
        event = trail.Event(
            action="remove", object_type="tablelayout", object_id=layout.key,
            changes={"name": (layout.name, None)},
        )  # fmt: skip
        trail.append([event])
        layout.delete()
