"""Words and values of the ledger on a page."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tuijin.importers.nouns import NOUNS
from tuijin.ledger.models import Figure
from tuijin.see.language import either, write_period
from tuijin.see.panels import BuiltPanel
from tuijin.see.wording import write_money, write_number
from tuijin.units import UNITS

register = template.Library()

_ACTS = {
    "create": gettext_lazy("新增"),
    "change": gettext_lazy("修改"),
    "bulk_change": gettext_lazy("批量修改"),
    "correct": gettext_lazy("更正"),
    "export": gettext_lazy("导出"),
    "verdict": gettext_lazy("检验"),
    "order": gettext_lazy("排序"),
    "pin": gettext_lazy("固定次序"),
    "unpin": gettext_lazy("取消固定"),
    "remove": gettext_lazy("移除"),
    "comment": gettext_lazy("点评"),
    "vote": gettext_lazy("投票"),
    "voting": gettext_lazy("开关投票"),
    "decide": gettext_lazy("议定"),
    "close": gettext_lazy("办结"),
    "choose_rulebook": gettext_lazy("更换规则"),
}
# Trail's kind of entry -> noun, where the names differ.
_NOUNS = {"progressreport": "report", "annualplan": "plan", "operatingrecord": "operating",
          "stageevent": "stage_event", "tablelayout": "table", "priceseries": "price_series",
          "pricelink": "price_link"}  # fmt: skip


_GROUPS = {
    "schedule": gettext_lazy("进度"),
    "chain": gettext_lazy("招商链"),
    "money": gettext_lazy("资金"),
    "procedures": gettext_lazy("手续"),
    "land": gettext_lazy("土地效益"),
    "new": gettext_lazy("含新量"),
    "green": gettext_lazy("含绿量"),
}


@register.simple_tag
def indicator_group(group: str) -> str:
    return str(_GROUPS.get(group, group))


_MEASURES = {
    "progress_gap_points": (1.0, gettext_lazy("个百分点")),
    "progress_short_ratio": (100.0, "%"),
    "funds_short_ratio": (100.0, "%"),
    "start_late_months": (1.0, gettext_lazy("个月")),
    "register_late_months": (1.0, gettext_lazy("个月")),
}


@register.simple_tag
def measured(measure: str, value: float) -> str:
    """The value a light rule was decided by, with its unit."""
    factor, unit = _MEASURES[measure]
    return f"{write_number(value * factor, places=1)} {unit}"


@register.filter
def period(text: str) -> str:
    """A report's month or 旬."""
    return write_period(text)


@register.simple_tag
def act(action: str) -> str:
    return str(_ACTS.get(action, action))


@register.simple_tag
def object_kind(object_type: str) -> str:
    noun = NOUNS.get(_NOUNS.get(object_type, object_type))
    return either(noun.zh, noun.en) if noun else ""


@register.simple_tag
def column_title(attribute: str) -> str:
    """The title of a column by its attribute; every noun is asked, the project first."""
    name = attribute.removesuffix("_id")
    for noun in (NOUNS["project"], *NOUNS.values()):
        for column in noun.columns:
            if column.name == name:
                return either(column.zh, column.en)
    return attribute


@register.simple_tag
def amount(name: str, value: Decimal | int | None) -> str:
    """A quantity of an indicator, written by its suffix."""
    if value is None:
        return "—"
    if name.endswith("_yuan"):
        return write_money(value, language=either("zh-hans", "en"))
    return write_number(value)


@register.simple_tag
def figure_value(figure: Figure) -> str:
    """A recorded figure with its unit and range."""
    if figure.date_value is not None:
        return figure.date_value.isoformat()
    if figure.text_value:
        return figure.text_value
    if figure.value is None and figure.low is None and figure.high is None:
        return _("未记录")
    text = "" if figure.value is None else _with_unit(figure.value, figure.unit)
    if figure.low is None and figure.high is None:
        return text
    ends = [_with_unit(end, figure.unit) if end is not None else "…"
            for end in (figure.low, figure.high)]  # fmt: skip
    return f"{text} [{' – '.join(ends)}]".strip()


def _with_unit(value: Decimal, unit: str) -> str:
    if unit == "yuan":
        return write_money(value, language=either("zh-hans", "en"))
    if unit == "ratio":
        return f"{write_number(value * 100, places=2)}%"
    known = UNITS.get(unit)
    word = either(known.zh, known.en) if known else unit
    return f"{write_number(value, places=6)} {word}"


@register.simple_tag(takes_context=True)
def built_panel(context: template.Context, built: BuiltPanel) -> SafeString:
    """Render a panel of another room with the page's request."""
    return render_to_string(
        built.panel.template, dict(built.context), request=context.get("request")
    )
