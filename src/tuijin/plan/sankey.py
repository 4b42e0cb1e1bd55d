"""The material account drawn: makers, materials, users, and what comes in or goes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from tuijin.plan.materials import Ends, Line, Material
from tuijin.see.language import either

Arrow = tuple[str, str, float]


def build_sankey(account: Iterable[Material]) -> dict[str, Any] | None:
    """Return the ECharts option, or None where no tonnage is known."""
    arrows = [arrow for material in account for arrow in _arrows(material)]
    if not arrows:
        return None
    nodes = dict.fromkeys(end for source, target, _ in arrows for end in (source, target))
    series = {
        "type": "sankey",
        "data": [{"name": node} for node in nodes],
        "links": [{"source": s, "target": t, "value": round(v, 1)} for s, t, v in arrows],
        "nodeGap": 14,
        "draggable": False,
        "nodeAlign": "left",
        "label": {"width": 110, "overflow": "truncate"},
        "levels": [{"depth": 2, "label": {"width": 80, "overflow": "break"}}],
    }
    return {"series": [series], "tooltip": {"valueFormatter": "@integer"}}


def _arrows(material: Material) -> Iterator[Arrow]:
    """Middles of the ranges; a project that makes and uses stands on both sides."""
    name = either(material.name, material.name_en)
    for line in material.makers:
        if line.ends is not None and _middle(line.ends) > 0:
            yield _project(line), name, _middle(line.ends)
    for line in material.users:
        if line.ends is not None and _middle(line.ends) > 0:
            yield name, _("%(project)s（用）") % {"project": _project(line)}, _middle(line.ends)
    if material.balance is None:
        return
    left = _middle(material.balance)
    if left > 0:
        yield name, _("外销或富余"), left
    elif left < 0:
        yield _("市外购入"), name, -left


def _project(line: Line) -> str:
    return either(line.project.name, line.project.name_en)


def _middle(ends: Ends) -> float:
    return (ends[0] + ends[1]) / 2
