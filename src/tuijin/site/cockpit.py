"""The cockpit: what a leader must see in ten seconds."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from tuijin.ledger import scope
from tuijin.see import maps, overview
from tuijin.see.colours import STAGE_COLOURS
from tuijin.see.language import choice_text, pick
from tuijin.see.overview import Overview
from tuijin.verify import summaries

_SHOWN_COUNT = 5


def build(*, today: date) -> dict[str, Any]:
    """Build the cockpit's context for the current reader, from kept sums."""
    homes = overview.home_places()
    total = overview.sum_up(overview.load_cells(homes))
    parts = overview.by_place(homes) if scope.current().role.reach != "projects" else []
    return {
        "total": total,
        "recorded": overview.recorded_totals(homes),
        "list_url": _list_url(),
        "ended_url": _list_url(status="ended"),
        "total_investment_yuan": total.total_investment_yuan or None,  # none has one on record
        "short_url": _list_url(short="1"),
        "done_ratio": _ratio(total),
        "year_elapsed_ratio": (today.month - 1) / 12,
        "stage_chart": _stage_chart(total),
        "lights": _light_rows(total),
        "places": [_place_row(place, part) for place, part in parts],
        "short": None
        if total.claims_short_count is None
        else summaries.list_short(limit=_SHOWN_COUNT),
        "overdue": _due_rows(overview.overdue(as_of=today, limit=_SHOWN_COUNT)),
        "overdue_count": overview.overdue_count(as_of=today),
        "due": _due_rows(overview.due_soon(as_of=today, limit=_SHOWN_COUNT)),
        "home_names": "、".join(maps.place_names(homes)),
    }


def _ratio(total: Overview) -> Any:
    if not total.year_planned_yuan or total.year_done_yuan is None:
        return None
    return total.year_done_yuan / total.year_planned_yuan


def _list_url(**params: str) -> str:
    return f"{reverse('projects')}?{urlencode({'status': 'live', **params})}"


def _stage_chart(total: Overview) -> dict[str, Any]:
    codes = [code for code in total.by_stage if code or total.by_stage[""]]
    words = [choice_text("stage", code) or _("未记录") for code in codes]
    bars = [
        {
            "value": total.by_stage[code],
            "itemStyle": {"color": STAGE_COLOURS[code]},
            "url": _list_url(stage=code) if code else reverse("projects"),
        }
        for code in codes
    ]
    return {
        "grid": {"left": 8, "right": 40, "top": 4, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "value", "show": False},
        "yAxis": {"type": "category", "inverse": True, "data": words, "axisLine": {"show": False}},
        "series": [
            {
                "type": "bar",
                "name": _("项目数"),
                "barWidth": "62%",
                "label": {"show": True, "position": "right", "formatter": "@integer"},
                "data": bars,
            }
        ],
    }


def _light_rows(total: Overview) -> list[dict[str, Any]]:
    if total.by_light is None:
        return []
    return [
        {
            "code": code,
            "count": total.by_light[code],
            "url": _list_url(light=code or "none"),
        }
        for code in total.by_light
    ]  # fmt: skip


def _place_row(place: Any, part: Overview) -> dict[str, Any]:
    return {
        "code": place.code,
        "name": maps.place_name(place),
        "part": part,
        "done_ratio": _ratio(part),
        "url": _list_url(place=place.code),
    }


def _due_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "url": reverse("project", args=(row["id"],)),
            "name": pick(row, "name", "name_en"),
            "place": pick(row, "place__short_name", "place__name", "place__name_en"),
            "on": row["due_on"],
            "node": row.get("node", ""),
        }
        for row in rows
    ]
