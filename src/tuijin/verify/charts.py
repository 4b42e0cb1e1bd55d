"""Charts of a verdict: the distribution with its target, and what the model wants explained."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from tuijin.ledger import metrics
from tuijin.see.colours import VERDICT_COLOURS
from tuijin.see.language import either
from tuijin.units import UNITS
from tuijin.verify.models import Claim, Verdict

_FORMATS = {"yuan": "@yi_yuan", "yuan_per_year": "@yi_yuan", "ratio": "@percent"}


def build_charts(verdict: Verdict, claim: Claim) -> list[dict[str, Any]]:
    """Return `{"id", "title", "option"}` of each chart kept with a verdict."""
    found = []
    distribution = verdict.charts.get("distribution")
    if distribution:
        found.append(
            {
                "id": f"distribution-{verdict.pk}",
                "title": _distribution_title(verdict)
                % {"metric": either(*metrics.name_of(claim.metric))},
                "option": _distribution(distribution, verdict),
            }
        )
    found += [
        {
            "id": f"{chart['id']}-{verdict.pk}",
            "title": _chart_title(chart, verdict),
            "option": _lines(chart),
        }
        for chart in verdict.charts.get("explained", ())
    ]
    return found


def _is_log(verdict: Verdict) -> bool:
    return verdict.binding.kind == "evidence"


def _distribution_title(verdict: Verdict) -> str:
    return _("%(metric)s：实测分布与目标") if _is_log(verdict) else _("%(metric)s：抽样分布与目标")


def _chart_title(chart: dict[str, Any], verdict: Verdict) -> str:
    """What is drawn, its unit, and what runs along the axis below."""
    parameters = {p["name"]: p for p in verdict.inputs.get("parameters", ())}
    below = parameters.get(chart["x_name"], {})
    along = either(below.get("description_zh", ""), below.get("description", ""))
    return _("%(title)s（%(unit)s），横轴：%(along)s（%(along_unit)s）") % {
        "title": either(chart["title_zh"], chart["title_en"]),
        "unit": _unit_word(chart["y_unit"]),
        "along": along or chart["x_name"],
        "along_unit": _unit_word(chart["x_unit"]),
    }


def _axis(unit: str) -> dict[str, Any]:
    return {"formatter": _FORMATS.get(unit, "@number")}


def _unit_word(unit: str) -> str:
    return either(UNITS[unit].zh, UNITS[unit].en) if unit in UNITS else unit


def _distribution(data: dict[str, Any], verdict: Verdict) -> dict[str, Any]:
    edges, counts = data["edges"], data["counts"]
    middles = [(a + b) / 2 for a, b in pairwise(edges)]
    unit = verdict.inputs["statement"]["unit"]
    target = verdict.inputs["statement"]["target"]
    series: dict[str, Any] = {
        "type": "bar",
        "name": _("实测次数") if _is_log(verdict) else _("抽样次数"),
        "data": [list(pair) for pair in zip(middles, counts, strict=True)],
        "barWidth": "96%",
    }
    if target is not None:
        series["markLine"] = {
            "symbol": "none",
            "lineStyle": {"color": VERDICT_COLOURS["FALLS SHORT"], "width": 2},
            "label": {"formatter": _("目标"), "position": "end"},
            "data": [{"xAxis": target}],
        }
    low, high = min(edges[0], target or edges[0]), max(edges[-1], target or edges[-1])
    return {
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "value", "min": low, "max": high, "axisLabel": _axis(unit),
        },
        "yAxis": {"type": "value"},
        "series": [series],
    }  # fmt: skip


def _lines(chart: dict[str, Any]) -> dict[str, Any]:
    names = [either(line["title_zh"], line["title_en"]) for line in chart["lines"]]
    return {
        "legend": {"data": names},
        "tooltip": {"trigger": "axis", "valueFormatter": _FORMATS.get(chart["y_unit"], "@number")},
        "xAxis": {
            "type": "value", "min": chart["x"][0], "max": chart["x"][-1],
            "axisLabel": _axis(chart["x_unit"]),
        },
        "yAxis": {"type": "value", "axisLabel": _axis(chart["y_unit"])},
        "series": [
            {
                "type": "line", "name": name, "symbol": "none",
                "data": [list(pair) for pair in zip(chart["x"], line["y"], strict=True)],
                "lineStyle": {"type": "solid" if number == 0 else "dashed"},
            }
            for number, (name, line) in enumerate(zip(names, chart["lines"], strict=True))
        ],
    }  # fmt: skip
