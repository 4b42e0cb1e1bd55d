"""The map of a place: boundaries below it and its projects as points, ready for `map.js`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import scope, visible
from tuijin.ledger.models import Place, PlaceBoundary
from tuijin.see import listing
from tuijin.see.colours import LIGHT_COLOURS, LIGHT_SHAPES, STAGE_COLOURS
from tuijin.see.language import choice_text, either, is_english, pick
from tuijin.see.outlines import join_pieces
from tuijin.see.wording import write_money, write_number

MOST_POINTS = 3000
_DIVISION = re.compile(r"( Mining| United)? (District|County|Banner)$")  # left out on the map
_COLUMNS = ("longitude", "latitude", "name", "group", "size", "url", "detail", "label")
# Ten stages are too many colours: five that a reader can tell apart.
STAGE_GROUPS = {
    "planned": "early", "negotiating": "early", "signed": "signed", "landed": "signed",
    "started": "building", "building": "building", "completed": "completed",
    "producing": "producing", "at_capacity": "producing", "yielding": "producing",
}  # fmt: skip
_SHAPES = {
    "early": "diamond", "signed": "triangle", "building": "circle", "completed": "square",
    "producing": "circle", "unknown": "pin",
}  # fmt: skip
_COLOURS = {
    "early": "#8d99a6", "signed": STAGE_COLOURS["landed"], "building": "#4a8bc2",
    "completed": "#17324d", "producing": "#2f8f63", "unknown": "#8d99a6",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Colouring:
    """What the colours of points mean; `add_lines` says more of a point."""

    groups: Sequence[dict[str, str]]
    group_of: Callable[[dict[str, Any]], str]
    add_lines: Callable[[dict[str, Any]], list[str]] = lambda _row: []


def by_light() -> Colouring:
    """Colour by light; by stage where the reader's role reads no lights."""
    if "I" not in scope.current().role.own:
        return by_stage()
    return Colouring(_light_groups(), lambda row: str(row.get("light", "")))


def by_stage() -> Colouring:
    return Colouring(_stage_groups(), lambda row: STAGE_GROUPS.get(row["stage"], "unknown"))


def build(
    query: listing.Query, *, places: Sequence[str], colouring: Colouring, size_by: str,
    only: Q | None = None,
) -> dict[str, Any]:  # fmt: skip
    """
    Build the map's data.

    Parameters
    ----------
    query
        Filters of the list; the map shows what the list shows.
    places
        Places whose divisions are drawn.
    size_by
        "total_investment_yuan" or "capacity_mw".
    only
        Projects to leave in, over and above what the list shows.
    """
    boundaries, regions = _boundaries(places)
    rows = _load(query, size_by=size_by, only=only or Q())
    points = list(map(_Points(colouring, size_by=size_by).write, rows))
    used = {point[3] for point in points}
    return {
        "id": "-".join(places) or "all",
        "boundaries": boundaries if boundaries["features"] else _frame(rows),
        "regions": regions,
        "groups": [group for group in colouring.groups if group["code"] in used],
        "points": {"columns": _COLUMNS, "rows": points},
        "latitude": _middle_latitude(rows),
    }


def _frame(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A box around the points, where no boundary is on file: a map must have some outline."""
    west, east = _ends([row["longitude"] for row in rows], otherwise=(73.5, 135.1))
    south, north = _ends([row["latitude"] for row in rows], otherwise=(18.1, 53.6))
    box = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    geometry = {"type": "Polygon", "coordinates": [box]}
    feature = {"type": "Feature", "properties": {"name": ""}, "geometry": geometry}
    return {"type": "FeatureCollection", "features": [feature]}


def _ends(values: Sequence[float], *, otherwise: tuple[float, float]) -> tuple[float, float]:
    """Least and greatest with some room; of China where there is none."""
    return (min(values) - 0.1, max(values) + 0.1) if values else otherwise


def _middle_latitude(rows: Sequence[dict[str, Any]]) -> float:
    return sum(row["latitude"] for row in rows) / len(rows) if rows else 41.0


def has_boundaries(place: str) -> bool:
    """Whether the outline of a place, or of one just below it, is on file."""
    return _shapes([place]).exists()


def _shapes(places: Sequence[str]) -> QuerySet[PlaceBoundary]:
    below = PlaceBoundary.objects.filter(place__parent__in=places)
    return below | PlaceBoundary.objects.filter(place__in=places)


def _boundaries(places: Sequence[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    features, regions = [], []
    for shape in _shapes(places).select_related("place").order_by("place_id"):
        name = place_name(shape.place)
        features.append(
            {
                "type": "Feature",
                "properties": {"name": name},
                "geometry": join_pieces(shape.geometry),
            }
        )
        at = (
            None if shape.place.longitude is None else [shape.place.longitude, shape.place.latitude]
        )
        url = f"{reverse('map')}?place={shape.place_id}"
        label = _DIVISION.sub("", name).replace(" ", "\n") if is_english() else name
        regions.append({"name": name, "label": label, "url": url, "at": at})
    return {"type": "FeatureCollection", "features": features}, regions


def place_name(place: Place) -> str:
    return either(place.short_name or place.name, place.name_en)


def place_names(codes: Sequence[str]) -> list[str]:
    return [place_name(place) for place in Place.objects.filter(code__in=codes)]


def _load(query: listing.Query, *, size_by: str, only: Q) -> list[dict[str, Any]]:
    rows = listing.filtered(query).filter(only, longitude__isnull=False, latitude__isnull=False)
    names = ("id", "place_id", "name", "name_en", "stage", "light", "longitude", "latitude",
             "total_investment_yuan", "capacity_mw", "location_accuracy", "place__short_name",
             "place__name", "place__name_en")  # fmt: skip
    largest = F("total_investment_yuan").desc(nulls_last=True)
    found = rows.order_by(largest, "id").values(*names)[:MOST_POINTS]
    shown = [visible.shown(row) for row in found]
    # Large dots first, so that small ones lie on top and can be reached.
    return sorted(shown, key=lambda row: float(row[size_by] or 0), reverse=True)


class _Points:
    """Writes rows as points; what all of them share is worded once."""

    def __init__(self, colouring: Colouring, *, size_by: str) -> None:
        self.colouring, self.size_by = colouring, size_by
        self.language = either("zh-hans", "en")
        self.before_id, self.after_id = reverse("project", args=(0,)).rsplit("0", 1)
        self.name_order = ("name_en", "name") if is_english() else ("name", "name_en")
        self.stages = {code: choice_text("stage", code) for code in CHOICES["stage"]}
        self.investment, self.capacity = _("总投资"), _("装机容量")
        self.is_about = _("位置为大致位置")
        self.places: dict[str, str] = {}

    def write(self, row: dict[str, Any]) -> list[Any]:
        first, other = self.name_order
        return [
            round(row["longitude"], 5), round(row["latitude"], 5), row[first] or row[other],
            self.colouring.group_of(row), float(row[self.size_by] or 0),
            f"{self.before_id}{row['id']}{self.after_id}",
            [*self._detail(row), *self.colouring.add_lines(row)], "",
        ]  # fmt: skip

    def _detail(self, row: dict[str, Any]) -> list[str]:
        lines = [" · ".join(filter(None, (self._place(row), self.stages.get(row["stage"]))))]
        if row["total_investment_yuan"]:
            money = write_money(row["total_investment_yuan"], language=self.language)
            lines.append(f"{self.investment} {money}")
        if row["capacity_mw"]:
            lines.append(f"{self.capacity} {write_number(row['capacity_mw'])} MW")
        if row["location_accuracy"] == "approximate":
            lines.append(self.is_about)
        return lines

    def _place(self, row: dict[str, Any]) -> str:
        code = row["place_id"]
        if code not in self.places:
            self.places[code] = pick(row, "place__short_name", "place__name", "place__name_en")
        return self.places[code]


def _light_groups() -> list[dict[str, str]]:
    words = {"red": _("红灯"), "yellow": _("黄灯"), "green": _("绿灯"), "": _("未亮灯")}
    return [
        {"code": code, "label": word, "colour": LIGHT_COLOURS[code], "shape": LIGHT_SHAPES[code]}
        for code, word in words.items()
    ]


def _stage_groups() -> list[dict[str, str]]:
    words = {
        "early": _("谋划在谈"), "signed": _("签约落地"), "building": _("开工在建"),
        "completed": _("竣工"), "producing": _("投产及以后"), "unknown": _("阶段未记录"),
    }  # fmt: skip
    return [
        {"code": code, "label": word, "colour": _COLOURS[code], "shape": _SHAPES[code]}
        for code, word in words.items()
    ]
