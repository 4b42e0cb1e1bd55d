"""落地见效: the funnel with its conversion, and what was promised against what came."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tuijin.errors import ImportFailed, NotFound
from tuijin.ledger import places_below, scope
from tuijin.ledger.access import requires
from tuijin.push import funnel, local_day, yields
from tuijin.push.yields import Kept
from tuijin.see.quantities import Portfolio
from tuijin.see.tables.views import own_places


def read_portfolio(asked: Any, *, today: date) -> Portfolio:
    """
    The places and the year of an address.

    Raises
    ------
    ImportFailed, NotFound
        If the year is none, or the place is not one of the reader's.
    """
    year = asked.get("year") or str(today.year)
    if not (re.fullmatch("[0-9]{4}", str(year)) and 1990 <= int(year) <= 2100):
        raise ImportFailed(f"year must be 1990 to 2100, got {str(year)[:10]!r}", code="year")
    place = asked.get("place", "")
    if place and place not in dict(own_places()):
        raise NotFound(f"{place} is not one of your places")
    return Portfolio(tuple(places_below.codes([place])) if place else (), int(year))


def read_grouping(asked: Any) -> str:
    by = asked.get("by") or "cohort"
    shown = funnel.shown_groups()
    if by not in shown:
        raise ImportFailed(f"by must be one of {', '.join(shown)}, got {by[:20]!r}", code="by")
    return str(by)


def shows_money() -> bool:
    """Operating records are confidential."""
    role = scope.current().role
    return "C" in role.own or "C" in role.reported


@requires("read")
@require_GET
def show_funnel(request: HttpRequest) -> HttpResponse:
    """Steps, conversion at each, and the year's promises against operating records."""
    today = local_day.today()
    portfolio, by = read_portfolio(request.GET, today=today), read_grouping(request.GET)
    total = funnel.build_total(portfolio)
    kept = yields.read_year(portfolio) if shows_money() else []
    context = {
        "total": total,
        "groups": funnel.build_groups(portfolio, by=by, as_of=today),
        "by": by,
        "groupings": [(code, funnel.GROUPS[code]) for code in funnel.shown_groups()],
        "place": request.GET.get("place", ""),
        "places": own_places(),
        "year": portfolio.year,
        "years": range(today.year, today.year - 6, -1),
        "steps": [(code, funnel.STEPS[code]) for code in funnel.shown_steps()],
        "kept": kept,
        "months": month_rows(kept),
        "chart": draw(kept),
    }
    return render(request, "push/funnel.html", context)


def month_rows(kept: list[Kept]) -> list[tuple[date, list[tuple[Kept, Any, int]]]]:
    """Each month with a record: sum and number of projects of every measure."""
    months = sorted({month for one in kept for month in one.by_month}, reverse=True)
    return [
        (month, [(one, *one.by_month.get(month, (None, 0))) for one in kept]) for month in months
    ]


def draw(kept: list[Kept]) -> dict[str, Any] | None:
    """Sales and tax by month."""
    money = [one for one in kept if one.measure.is_money and one.by_month]
    months = sorted({month for one in money for month in one.by_month})
    if not months:
        return None
    series: list[dict[str, Any]] = [
        {
            "type": "bar" if one.measure.code == "sales" else "line",
            "name": str(one.measure.title),
            "data": [float(one.by_month[m][0]) if m in one.by_month else None for m in months],
        }
        for one in money
    ]
    largest = max(value for line in series for value in line["data"] if value is not None)
    unit = "@yi_yuan" if largest >= 1e8 else "@wan_yuan"
    return {
        "legend": {"data": [line["name"] for line in series]},
        "tooltip": {"trigger": "axis", "valueFormatter": unit},
        "xAxis": {"type": "category", "data": [f"{month:%Y-%m}" for month in months]},
        "yAxis": {"type": "value", "axisLabel": {"formatter": unit}},
        "series": series,
    }
