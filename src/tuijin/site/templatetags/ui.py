"""Parts of a page: icons, marks, money, pagers. `docs/frontend.md` shows each in use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, gettext_lazy

from tuijin.see.language import choice_text, either
from tuijin.see.wording import split_money, write_number, write_ratio
from tuijin.units import UNITS

register = template.Library()

# Shape first, colour second: circle, triangle, square; check, cross, dashed circle.
_SHAPES = {
    "green": "M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1z",
    "yellow": "M6 1l5.2 9.5H.8z",
    "red": "M1.5 1.5h9v9h-9z",
    "none": "M2 5.2h8v1.6H2z",
    "holds": "M4.6 10.2L.9 6.5l1.3-1.3 2.4 2.4L9.9 2.2l1.3 1.3z",
    "short": "M2.2.9L6 4.7 9.8.9l1.3 1.3L7.3 6l3.8 3.8-1.3 1.3L6 7.3l-3.8 3.8L.9 9.8 4.7 6 .9 2.2z",
    "undecided": "M3 4a3 3 0 1 1 4 2.8V8H5V5.4h1A1.3 1.3 0 1 0 4.7 4zM5 9.3h2v2H5z",
}
_LIGHTS = {
    "green": gettext_lazy("绿灯"),
    "yellow": gettext_lazy("黄灯"),
    "red": gettext_lazy("红灯"),
    "": gettext_lazy("未亮灯"),
}
_VERDICTS = {
    "HOLDS": ("holds", gettext_lazy("成立")),
    "FALLS SHORT": ("short", gettext_lazy("未达")),
    "UNDECIDED": ("undecided", gettext_lazy("待定")),
    "": ("none", gettext_lazy("未检验")),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite; the word beside it carries the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("tuijin/icons.svg"),
        name,
    )


def _mark(shape: str, kind: str, word: str) -> SafeString:
    return format_html(
        '<span class="mark mark-{}"><svg class="mark-shape" viewBox="0 0 12 12" aria-hidden="true">'
        '<path d="{}"/></svg>{}</span>',
        kind,
        _SHAPES[shape],
        word,
    )


@register.simple_tag
def light(code: str | None) -> SafeString:
    """A light: green circle, yellow triangle, red square, or a dash."""
    shape = code if code in _SHAPES else "none"
    return _mark(shape, shape, str(_LIGHTS.get(code or "", _LIGHTS[""])))


@register.simple_tag
def verdict(ruling: str | None, *, is_stale: bool = False) -> SafeString:
    """A verdict by its ruling; a stale one says so."""
    kind, word = _VERDICTS.get(ruling or "", _VERDICTS[""])
    text = f"{word}（{gettext('待重验')}）" if is_stale and ruling else str(word)
    return _mark(kind, kind, text)


@register.simple_tag
def money(amount_yuan: Decimal | float | None) -> SafeString:
    """Yuan written in 亿元 or 万元, with the exact figure as title."""
    if amount_yuan is None:
        return format_html('<span class="empty-value">{}</span>', "—")
    digits, unit = split_money(amount_yuan, language=get_language() or "zh-hans")
    return format_html(
        '<span class="money" title="{} {}">{}<span class="money-unit">{}</span></span>',
        write_number(amount_yuan),
        gettext("元"),
        digits,
        unit,
    )


@register.filter
def percent(ratio: Decimal | float | None, places: int = 1) -> str:
    return write_ratio(ratio, places=places)


@register.filter
def grouped(value: Decimal | float | None, places: int = 2) -> str:
    return "—" if value is None else write_number(value, places=places)


@register.filter
def unit_word(code: str) -> str:
    """A unit as a reader writes it; one that is not ours as it is on record."""
    known = UNITS.get(code)
    return either(known.zh, known.en) if known else code


@register.filter
def at_key(mapping: Mapping[Any, Any], key: Any) -> Any:
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The page's own query string with some values changed; None or empty drops one."""
    values: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            values.pop(name, None)
        elif isinstance(value, Iterable) and not isinstance(value, str):
            values.setlist(name, [str(part) for part in value])
        else:
            values[name] = str(value)
    text = values.urlencode()
    return f"?{text}" if text else "?"


@register.simple_tag
def choice(choices: str, code: str | None) -> str:
    """A word of the vocabulary (`stage`, `status` …) in the reader's language."""
    return choice_text(choices, code or "") or "—"


@register.simple_tag(name="either")
def either_word(zh: str, en: str) -> str:
    """Of two languages on record the reader's; Chinese where there is no English."""
    return either(zh, en)


@register.inclusion_tag("components/stat.html")
def stat(
    label: str, value: Any, unit: str = "", note: str = "", url: str = "", tone: str = ""
) -> dict[str, Any]:
    """A figure tile; `tone` is red, amber, green or empty."""
    return {
        "label": label, "value": value, "unit": unit, "note": note, "url": url, "tone": tone,
    }  # fmt: skip


@register.inclusion_tag("components/stat.html")
def money_stat(
    label: str, amount_yuan: Decimal | float | None, note: str = "", url: str = "", tone: str = ""
) -> dict[str, Any]:
    digits: str | None = None
    unit = ""
    if amount_yuan is not None:
        digits, unit = split_money(amount_yuan, language=get_language() or "zh-hans")
    return {
        "label": label, "value": digits, "unit": unit, "note": note, "url": url, "tone": tone,
    }  # fmt: skip


@register.inclusion_tag("components/chart.html")
def chart(id: str, option: Mapping[str, Any], label: str, size: str = "") -> dict[str, Any]:
    """A chart from an ECharts option; `label` is read aloud, `size` is chart-sm, -md or -lg."""
    return {"id": id, "option": option, "label": label, "size": size}


@register.inclusion_tag("components/map.html", name="map")
def draw_map(id: str, data: Mapping[str, Any], label: str, size: str = "") -> dict[str, Any]:
    """A map; `data` is described in docs/frontend.md, `size` is map-sm or empty."""
    return {"id": id, "data": data, "label": label, "size": size}


@register.inclusion_tag("components/stage_line.html")
def stage_line(steps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Steps with title, on (date or None), is_done, is_now."""
    return {"steps": steps}


@register.inclusion_tag("components/empty.html")
def nothing(text: str, icon: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    return {"text": text, "icon": icon, "url": url, "action": action}


@register.inclusion_tag("components/source.html")
def source(source: Any) -> dict[str, Any]:
    return {"source": source}


@register.inclusion_tag("components/progress.html", takes_context=True)
def progress(
    context: template.Context,
    text: str,
    *,
    value: int = 0,
    total: int = 0,
    url: str = "",
    done: bool = False,
    cancel_url: str = "",
    id: str = "progress",
) -> dict[str, Any]:
    """Work under way; while not done, `url` is asked each second for this fragment again."""
    return {
        "text": text, "value": value, "total": total, "url": url, "done": done,
        "cancel_url": cancel_url, "id": id, "csrf_token": context.get("csrf_token"),
    }  # fmt: skip


_CELL_CLASSES = {
    **dict.fromkeys(("money", "ratio", "decimal", "count"), "number"),
    **dict.fromkeys(("date", "instant", "choice"), "nowrap"),
    "name": "phone-first cell-name",
    "ref": "cell-ref",
}


@register.simple_tag
def cells(row: Mapping[str, Any]) -> SafeString:
    """
    The `<td>`s of a list row; in Python, since a page has five hundred of them.

    `row` has `id` and `cells`, pairs of column and plain value.
    """
    return format_html_join(
        "",
        '<td data-label="{}" class="{}{}">{}</td>',
        (
            (
                column.title,
                _CELL_CLASSES.get(column.kind, ""),
                " phone-hide" if value in (None, "", 0) else "",
                _cell(column.kind, value, row["id"]),
            )
            for column, value in row["cells"]
        ),
    )


def _cell(kind: str, value: Any, project_id: int) -> Any:
    if kind == "light":
        return light(value)
    if kind == "money":
        return money(value)
    if value in (None, ""):
        return "—"
    if kind == "name":
        return format_html('<a href="/projects/{}/">{}</a>', project_id, value)
    if kind == "ratio":
        return percent(value)
    if kind == "decimal":
        return grouped(value)
    if kind == "instant":
        return localtime(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if kind == "date" else value
