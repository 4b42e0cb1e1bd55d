"""A price drawn: its quotations with their ranges, and where the process may take it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tuijin.engines.markets import Choice, quantiles_ahead
from tuijin.plan.prices import Followed, as_observed

AHEAD_DAYS = (7, 30, 60, 90)
SHARES = (0.05, 0.5, 0.95)
_DAY_MS = 86_400_000  # no quotation has an hour


def look_ahead(followed: Followed) -> list[tuple[date, float, float, float]]:
    """Date, 5th, 50th and 95th percentile after the last quotation; none while undecided."""
    observed = as_observed(followed.prices)
    if observed is None or not isinstance(followed.fitted, Choice) or followed.last is None:
        return []
    found = []
    for days in AHEAD_DAYS:
        low, middle, high = quantiles_ahead(
            followed.fitted.process, from_log=float(observed.logs[-1]), gap_days=days, shares=SHARES
        ).tolist()
        found.append((followed.last.on + timedelta(days=days), low, middle, high))
    return found


def draw_series(followed: Followed) -> dict[str, Any] | None:
    """The ECharts option over time, or None where nothing is quoted."""
    if not followed.prices:
        return None
    quoted = [[price.on.isoformat(), float(price.value)] for price in followed.prices]
    series: list[dict[str, Any]] = [
        {"type": "line", "name": _("报价"), "data": quoted, "symbol": "circle", "symbolSize": 6,
         "showSymbol": len(quoted) <= 60},
    ]  # fmt: skip
    ranges = [
        [price.on.isoformat(), float(price.low), float(price.high)]
        for price in followed.prices
        if price.low is not None and price.high is not None
    ]
    if ranges:
        series.append({"type": "interval", "name": _("报价区间"), "data": ranges})
    series += _draw_ahead(look_ahead(followed), quoted[-1])
    return {
        "legend": {"data": [one["name"] for one in series if one["type"] == "line"]},
        "tooltip": {"trigger": "axis", "valueFormatter": "@number"},
        "xAxis": {
            "type": "time",
            "minInterval": _DAY_MS,
            "axisLabel": {"formatter": "{yyyy}-{MM}-{dd}", "hideOverlap": True},
        },
        "yAxis": {"type": "value", "scale": True, "axisLabel": {"formatter": "@number"}},
        "series": series,
    }


def _draw_ahead(
    ahead: list[tuple[date, float, float, float]], last: list[Any]
) -> list[dict[str, Any]]:
    """A dashed line from the last quotation on for each share."""
    if not ahead:
        return []
    days, *lines = zip(*ahead, strict=True)
    names = (_("预期 5%"), _("预期中位"), _("预期 95%"))
    found = []
    for name, line in zip(names, lines, strict=True):
        data = [[day.isoformat(), round(v, 6)] for day, v in zip(days, line, strict=True)]
        found.append({"type": "line", "name": name, "symbol": "none", "data": [last, *data],
                      "lineStyle": {"type": "dashed"}})  # fmt: skip
    return found
