"""Pictures of a project model as charts and tables of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from tuijin.see.language import either, is_english
from tuijin.units import UNITS
from tuijin.verify.charts import axis_of, draw_lines, format_of, title_of, unit_word
from tuijin.verify.wording import write_range

_BAR = "#1f5f99"


def build_picture(
    plain: Mapping[str, Any], *, parameters: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return `title` with `id` and `option` of a chart, and `head` and `rows` of its figures."""
    draw = {"Chart": _line_chart, "Bars": _bars, "Flows": _flows, "Table": _table}[plain["kind"]]
    title = either(plain["title_zh"], plain["title_en"])
    return {"title": title, "id": f"picture-{plain['id']}", **draw(plain, parameters)}


def _line_chart(plain: Mapping[str, Any], parameters: Sequence[dict[str, Any]]) -> dict[str, Any]:
    chart = dict(plain)
    return {"title": title_of(chart, parameters), "option": draw_lines(chart)}


def _bars(plain: Mapping[str, Any], parameters: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Horizontal bars, the first on top, with a whisker where one is a range."""
    bars = plain["bars"]
    unit = bars[0]["unit"] if bars else ""
    names = [either(bar["title_zh"], bar["title_en"]) for bar in bars]
    series: list[dict[str, Any]] = [
        {"type": "bar", "data": [bar["value"] for bar in bars], "itemStyle": {"color": _BAR}}
    ]
    ranges = [[n, bar["low"], bar["high"]] for n, bar in enumerate(bars)
              if bar["low"] is not None and bar["high"] is not None]  # fmt: skip
    if ranges:
        series.append({"type": "interval", "direction": "horizontal", "data": ranges})
    option = {
        "tooltip": {"trigger": "axis", "valueFormatter": format_of(unit)},
        "xAxis": {"type": "value", "axisLabel": axis_of(unit)},
        "yAxis": {"type": "category", "data": names, "inverse": True},
        "series": series,
    }
    return {
        "title": _titled(plain, unit),
        "option": option,
        "size": "chart-lg" if len(bars) > 8 else "",
        "head": [_("项目"), _("数值")],
        "rows": [[name, _write(bar)] for name, bar in zip(names, bars, strict=True)],
    }


def _write(bar: Mapping[str, Any]) -> str:
    text = _amount(bar["value"], bar["unit"])
    if bar["low"] is None or bar["high"] is None:
        return text
    return f"{text} [{write_range(bar['low'], bar['high'], bar['unit'], english=is_english())}]"


def _amount(value: float, unit: str) -> str:
    return write_range(value, value, unit, english=is_english())


def _titled(plain: Mapping[str, Any], unit: str) -> str:
    title = either(plain["title_zh"], plain["title_en"])
    word = unit_word(unit)
    return _("%(title)s（%(unit)s）") % {"title": title, "unit": word} if word else title


def _flows(plain: Mapping[str, Any], parameters: Sequence[dict[str, Any]]) -> dict[str, Any]:
    names = {key: either(zh, en) for key, zh, en in plain["nodes"]}
    flows = plain["flows"]
    unit = flows[0]["unit"] if flows else ""
    links = [
        {"source": names[f["source"]], "target": names[f["target"]], "value": f["value"]}
        for f in flows
    ]
    series = {"type": "sankey", "data": [{"name": name} for name in names.values()],
              "links": links, "left": 8, "right": 96, "top": 8, "bottom": 8,
              "label": {"width": 72, "overflow": "break", "lineHeight": 14, "fontSize": 11},
              "nodeAlign": "left", "lineStyle": {"color": "source", "opacity": 0.35}}  # fmt: skip
    return {
        "title": _titled(plain, unit),
        "option": {"tooltip": {"valueFormatter": format_of(unit)}, "series": [series]},
        "size": "chart-lg",
        "head": [_("从"), _("到"), _("数值")],
        "rows": [
            [names[f["source"]], names[f["target"]], _amount(f["value"], f["unit"])] for f in flows
        ],
    }


def _table(plain: Mapping[str, Any], parameters: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "head": [either(zh, en) for zh, en in plain["head"]],
        "rows": [[_cell(cell) for cell in row] for row in plain["rows"]],
        "is_table": True,
    }


def _cell(cell: Any) -> str:
    """Text in both languages, or a figure with its unit."""
    if not isinstance(cell, Mapping):
        return either(*cell)
    return _amount(cell["value"], cell["unit"]) if cell["unit"] in UNITS else f"{cell['value']:g}"
