"""Charts of a verdict: the distribution with its target, and what the model wants explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
            "title": title_of(chart, verdict.inputs.get("parameters", ())),
            "option": draw_lines(chart),
        }
        for chart in verdict.charts.get("explained", ())
    ]
    return found


def _is_log(verdict: Verdict) -> bool:
    return verdict.binding.kind == "evidence"


def _distribution_title(verdict: Verdict) -> str:
    return _("%(metric)s：实测分布与目标") if _is_log(verdict) else _("%(metric)s：抽样分布与目标")


def title_of(chart: dict[str, Any], listed: Iterable[dict[str, Any]]) -> str:
    """What is drawn, its unit, and which of the parameters listed runs along the axis below."""
    parameters = {p["name"]: p for p in listed}
    below = parameters.get(chart["x_name"], {})
    along = either(below.get("description_zh", ""), below.get("description", ""))
    return _("%(title)s（%(unit)s），横轴：%(along)s（%(along_unit)s）") % {
        "title": either(chart["title_zh"], chart["title_en"]),
        "unit": axis_unit(chart["y_unit"]),
        "along": along or either(*metrics.name_of(chart["x_name"])),
        "along_unit": axis_unit(chart["x_unit"]),
    }


def format_of(unit: str) -> str:
    return _FORMATS.get(unit, "@number")


def axis_of(unit: str) -> dict[str, Any]:
    return {"formatter": format_of(unit)}


def axis_unit(unit: str) -> str:
    """The unit of figures as `format_of` writes them: shares stand in percent."""
    return "%" if unit == "ratio" else unit_word(unit)


def unit_word(unit: str) -> str:
    return either(UNITS[unit].zh, UNITS[unit].en) if unit in UNITS else unit


def _distribution(data: dict[str, Any], verdict: Verdict) -> dict[str, Any]:
    statement = verdict.inputs["statement"]
    target = statement["target"]
    return draw_histogram(
        data["edges"],
        {_("实测次数") if _is_log(verdict) else _("抽样次数"): data["counts"]},
        unit=statement["unit"],
        limits=[] if target is None else [(_("目标"), target)],
    )


def draw_histogram(
    edges: Sequence[float],
    counts_by_name: Mapping[str, Sequence[int]],
    *,
    unit: str,
    limits: Sequence[tuple[str, float]],
) -> dict[str, Any]:
    """Bars of each named sample over the same edges, with lines at the limits."""
    middles = [(a + b) / 2 for a, b in pairwise(edges)]
    series: list[dict[str, Any]] = [
        {
            "type": "bar", "name": name, "barWidth": "96%", "barGap": "-100%",
            "data": [list(pair) for pair in zip(middles, counts, strict=True)],
            **({"itemStyle": {"opacity": 0.6}} if len(counts_by_name) > 1 else {}),
        }
        for name, counts in counts_by_name.items()
    ]  # fmt: skip
    series[0]["markLine"] = {
        "symbol": "none",
        "lineStyle": {"color": VERDICT_COLOURS["FALLS SHORT"], "width": 2},
        "data": [
            {"xAxis": limit, "label": {"formatter": word, "position": "end"}}
            for word, limit in limits
        ],
    }
    low = min(edges[0], *(limit for _word, limit in limits), edges[0])
    high = max(edges[-1], *(limit for _word, limit in limits), edges[-1])
    return {
        **({"legend": {"data": list(counts_by_name)}} if len(counts_by_name) > 1 else {}),
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "value", "min": low, "max": high, "axisLabel": axis_of(unit),
        },
        "yAxis": {"type": "value"},
        "series": series,
    }  # fmt: skip


def draw_lines(chart: dict[str, Any]) -> dict[str, Any]:
    names = [either(line["title_zh"], line["title_en"]) for line in chart["lines"]]
    return {
        "legend": {"data": names},
        "tooltip": {"trigger": "axis", "valueFormatter": format_of(chart["y_unit"])},
        "xAxis": {
            "type": "value", "min": chart["x"][0], "max": chart["x"][-1],
            "axisLabel": axis_of(chart["x_unit"]),
        },
        "yAxis": {"type": "value", "axisLabel": axis_of(chart["y_unit"])},
        "series": [
            {
                "type": "line", "name": name, "symbol": "none",
                "data": [list(pair) for pair in zip(chart["x"], line["y"], strict=True)],
                "lineStyle": {"type": "solid" if number == 0 else "dashed"},
            }
            for number, (name, line) in enumerate(zip(names, chart["lines"], strict=True))
        ],
    }  # fmt: skip
