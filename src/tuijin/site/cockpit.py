"""The cockpit: what a leader must see in ten seconds."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import scope
from tuijin.see import maps, overview
from tuijin.see.colours import LIGHT_COLOURS, STAGE_COLOURS
from tuijin.see.language import choice_text, pick
from tuijin.see.overview import Overview


def build(*, today: date) -> dict[str, Any]:
    """Build the cockpit's context for the current reader, from kept sums."""
    homes = overview.home_places()
    total = overview.sum_up(overview.load_cells(homes))
    parts = overview.by_place(homes) if scope.current().role.reach != "projects" else []
    return {
        "total": total,
        "recorded": overview.recorded_totals(homes),
        "done_ratio": _ratio(total),
        "year_elapsed_ratio": (today.month - 1) / 12,
        "stage_chart": _stage_chart(total),
        "light_chart": None if total.by_light is None else _light_chart(total.by_light),
        "lights": _light_rows(total),
        "places": [_place_row(place, part) for place, part in parts],
        "due": [_due_row(row, today=today) for row in overview.due_soon(as_of=today)],
        "home_names": "、".join(maps.place_names(homes)),
    }


def _ratio(total: Overview) -> Any:
    if not total.year_planned_yuan or total.year_done_yuan is None:
        return None
    return total.year_done_yuan / total.year_planned_yuan


def _stage_chart(total: Overview) -> dict[str, Any]:
    url = reverse("projects")
    return {
        "grid": {"left": 8, "right": 40, "top": 4, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "value", "show": False},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [choice_text("stage", code) for code in CHOICES["stage"]],
            "axisLine": {"show": False},
        },
        "series": [
            {
                "type": "bar",
                "name": _("项目数"),
                "barWidth": "62%",
                "label": {"show": True, "position": "right", "formatter": "@integer"},
                "data": [
                    {
                        "value": total.by_stage[code],
                        "itemStyle": {"color": STAGE_COLOURS[code]},
                        "url": f"{url}?stage={code}",
                    }
                    for code in CHOICES["stage"]
                ],
            }
        ],
    }


def _light_words() -> dict[str, str]:
    return {"red": _("红灯"), "yellow": _("黄灯"), "green": _("绿灯"), "": _("未亮灯")}


def _light_rows(total: Overview) -> list[dict[str, Any]]:
    if total.by_light is None:
        return []
    return [
        {"code": code, "count": total.by_light[code],
         "url": f"{reverse('projects')}?light={code or 'none'}"}
        for code in _light_words()
    ]  # fmt: skip


def _light_chart(by_light: dict[str, int]) -> dict[str, Any]:
    url = reverse("projects")
    return {
        "series": [
            {
                "type": "pie",
                "radius": ["58%", "86%"],
                "label": {"show": False},
                "data": [
                    {
                        "name": word,
                        "value": by_light[code],
                        "itemStyle": {"color": LIGHT_COLOURS[code]},
                        "url": f"{url}?light={code or 'none'}",
                    }
                    for code, word in _light_words().items()
                    if by_light[code]
                ],
            }
        ]
    }


def _place_row(place: Any, part: Overview) -> dict[str, Any]:
    return {
        "code": place.code,
        "name": maps.place_name(place),
        "part": part,
        "done_ratio": _ratio(part),
        "url": f"{reverse('projects')}?place={place.code}",
    }


def _due_row(row: dict[str, Any], *, today: date) -> dict[str, Any]:
    return {
        "url": reverse("project", args=(row["id"],)),
        "name": pick(row, "name", "name_en"),
        "place": pick(row, "place__short_name", "place__name", "place__name_en"),
        "on": row["next_due_on"],
        "is_late": row["next_due_on"] < today,
    }
