"""What a light rule measures, in words."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from tuijin.see.wording import write_number

# Title, what makes a shown number of it, and the unit of that.
_MEASURES: dict[str, tuple[Any, float, Any]] = {
    "progress_gap_points": (_("低于计划进度"), 1.0, _("个百分点")),
    "progress_short_ratio": (_("进度欠缺"), 100.0, "%"),
    "funds_short_ratio": (_("资金欠缺"), 100.0, "%"),
    "start_late_months": (_("开工推迟"), 1.0, _("个月")),
    "register_late_months": (_("入库推迟"), 1.0, _("个月")),
    "yellow_months": (_("连续黄灯"), 1.0, _("个月")),
}


def title_of(measure: str) -> str:
    return str(_MEASURES[measure][0]) if measure in _MEASURES else measure


def show(measure: str, value: float) -> str:
    """A value with its unit."""
    _title, factor, unit = _MEASURES.get(measure, ("", 1.0, ""))
    number = write_number(value * factor, places=1)
    return f"{number}{unit}" if unit == "%" else f"{number} {unit}".rstrip()


def state(measure: str, value: float) -> tuple[str, str, str]:
    """Title in Chinese and in English, each with the unit, and the number: for what is kept."""
    _title, factor, unit = _MEASURES.get(measure, ("", 1.0, ""))
    titles = []
    for language, (before, after) in {"zh-hans": ("（", "）"), "en": (" (", ")")}.items():
        with translation.override(language):
            said = f"{before}{unit}{after}" if unit else ""
            titles.append(f"{title_of(measure)}{said}")
    return titles[0], titles[1], write_number(value * factor, places=1)
