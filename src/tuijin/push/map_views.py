"""The page of the map of lights and issues."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tuijin.ledger.access import requires
from tuijin.ledger.models import Place
from tuijin.push import issue_map, local_day
from tuijin.push.issue_map import Wanted
from tuijin.see import maps, overview

_MOST_LISTED = 60


@requires("read")
@require_GET
def show_map(request: HttpRequest) -> HttpResponse:
    """Where lights are red or yellow, and where issues are open or late."""
    wanted = Wanted(
        place=request.GET.get("place", "")[:12],
        light=request.GET.get("light", ""),
        issues=request.GET.get("issues", ""),
        colour=request.GET.get("colour") or "issues",
    )
    homes = overview.home_places()
    places = Place.objects.filter(parent__in=homes) | Place.objects.filter(code__in=homes)
    data = issue_map.read_map(wanted, as_of=local_day.today())
    context = {
        "wanted": wanted,
        "places": [(p.code, maps.place_name(p)) for p in places.exclude(name="市辖区")],
        "data": data,
        "listed": _first_by_group(data)[:_MOST_LISTED],
        "points_count": len(data["points"]["rows"]),
        "most_points": maps.MOST_POINTS,
    }
    return render(request, "push/map.html", context)


def _first_by_group(data: dict[str, Any]) -> list[Any]:
    """The points in the order of the legend: what is late or red stands first."""
    order = {group["code"]: at for at, group in enumerate(data["groups"])}
    return sorted(data["points"]["rows"], key=lambda point: order.get(point[3], len(order)))
