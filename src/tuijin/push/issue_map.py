"""The map for whoever dispatches: where lights are red or yellow, where issues are open or late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tuijin.errors import ImportFailed
from tuijin.ledger import places_below
from tuijin.push import states
from tuijin.push.models import Issue
from tuijin.see import listing, maps, overview
from tuijin.see.colours import LIGHT_COLOURS, STAGE_COLOURS

CHOICES = {
    "light": ("", "bad", "red", "yellow"),
    "issues": ("", "open", "late"),
    "colour": ("issues", "light"),
}
_LIGHTS = {"": (), "bad": ("red", "yellow"), "red": ("red",), "yellow": ("yellow",)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the map is to show: a place, lights, issues, and what its colours mean."""

    place: str = ""
    light: str = ""
    issues: str = ""
    colour: str = "issues"

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                told = ", ".join(filter(None, allowed))
                raise ImportFailed(f"{name} must be one of {told}", code="choice")


def read_map(wanted: Wanted, *, as_of: date) -> dict[str, Any]:
    """The map's data; every project stands there once, with the count of its open issues."""
    counts = _count(as_of=as_of)
    is_drawn = wanted.place and maps.has_boundaries(wanted.place)
    query = listing.Query(
        place=wanted.place,
        places=tuple(places_below.codes([wanted.place])) if wanted.place else (),
        lights=_LIGHTS[wanted.light],
    )
    return maps.build(
        query,
        places=[wanted.place] if is_drawn else overview.home_places(),
        colouring=_colouring(wanted, counts),
        size_by="total_investment_yuan",
        only=_only(wanted, as_of=as_of),
    )


def _open() -> Q:
    return Q(state__in=states.OPEN, project__isnull=False)


def _only(wanted: Wanted, *, as_of: date) -> Q | None:
    if not wanted.issues:
        return None
    rows = Issue.objects.filter(_open())
    if wanted.issues == "late":
        rows = rows.filter(next_due_on__lt=as_of)
    return Q(pk__in=rows.order_by().values("project_id"))


def _count(*, as_of: date) -> dict[int, tuple[int, int]]:
    """Open issues and late ones, by project."""
    rows = Issue.objects.filter(_open()).order_by().values("project_id").annotate(
        count=Count("id"), late=Count("id", filter=Q(next_due_on__lt=as_of))
    )  # fmt: skip
    return {row["project_id"]: (row["count"], row["late"]) for row in rows}


def _colouring(wanted: Wanted, counts: dict[int, tuple[int, int]]) -> maps.Colouring:
    def group_of(row: dict[str, Any]) -> str:
        count, late = counts.get(row["id"], (0, 0))
        return "late" if late else "open" if count else "none"

    def add_lines(row: dict[str, Any]) -> list[str]:
        count, late = counts.get(row["id"], (0, 0))
        text = ngettext("%(n)d 件未销号", "%(n)d 件未销号", count) % {"n": count}
        lines = [text] if count else []
        return [*lines, _("逾期 %(n)d 件") % {"n": late}] if late else lines

    if wanted.colour == "issues":
        return maps.Colouring(_issue_groups(), group_of, add_lines)
    lights = maps.by_light()
    return maps.Colouring(lights.groups, lights.group_of, add_lines)


def _issue_groups() -> list[dict[str, str]]:
    return [
        {"code": "late", "label": _("有逾期"), "colour": LIGHT_COLOURS["red"], "shape": "square"},
        {"code": "open", "label": _("有未销号"), "colour": STAGE_COLOURS["building"],
         "shape": "circle"},
        {"code": "none", "label": _("没有未销号"), "colour": LIGHT_COLOURS[""],
         "shape": "diamond"},
    ]  # fmt: skip
