"""Tags of this room: a deadline, a state, a level."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tuijin.push import wording
from tuijin.push.models import ClockRule, FlagRule, Issue, Slip
from tuijin.push.rungs import RUNGS
from tuijin.push.yields import Measure
from tuijin.see.language import either
from tuijin.see.wording import write_money, write_number, write_ratio

register = template.Library()


@register.simple_tag
def due(issue: Issue, today: date) -> SafeString:
    """The date of the step waited for, told by word too if it is late, near, or standing."""
    if issue.is_over:
        return format_html("<span>{} {}</span>", _("办结"), f"{issue.closed_on:%Y-%m-%d}")
    if issue.next_due_on is None:
        return format_html('<span class="mark">{}</span>', _("停计"))
    day = f"{issue.next_due_on:%Y-%m-%d}"
    if issue.next_due_on < today:
        return format_html('<span class="mark mark-red">{} {}</span>', _("逾期"), day)
    if issue.next_due_on == today:
        return format_html('<span class="mark mark-yellow">{} {}</span>', _("今日"), day)
    about = _("（暂计）") if issue.is_provisional else ""
    return format_html("<span>{}{}</span>", day, about)


@register.simple_tag
def state(code: str) -> str:
    return wording.state_word(code)


@register.simple_tag
def step_name(code: str) -> str:
    return wording.step_word(code)


@register.simple_tag
def origin(issue: Issue) -> str:
    return wording.origin_word(issue)


@register.simple_tag
def figures(issue: Issue) -> list[tuple[str, str]]:
    """The figures that raised it and that the reader may see."""
    return wording.shown_figures(issue)


@register.simple_tag
def slip_number(slip: Slip) -> str:
    return wording.slip_number(slip)


@register.simple_tag
def limit(rule: ClockRule) -> str:
    return wording.limit_words(rule)


@register.simple_tag
def rung(rule: ClockRule) -> str:
    """Whom a rule is told to."""
    found = RUNGS.get(rule.reaches)
    return either(found.zh, found.en) if found else ""


@register.filter
def named(username: str, names: dict[str, str]) -> str:
    """A person's name by account; what the product itself did says so."""
    return _("系统") if username.startswith("system:") else names.get(username, username)


@register.simple_tag
def brought(measure: Measure, amount: Decimal | None) -> str:
    """An amount of a measure: money by its size, else a number."""
    if amount is None:
        return "—"
    if measure.is_money:
        return write_money(amount, language=either("zh-hans", "en"))
    return write_number(amount)


@register.simple_tag
def week(days: Sequence[tuple[date, bool, list[Issue]]]) -> str:
    """`12月7日—13日`, `11月30日—12月6日`; for an English reader `7–13 Dec`."""
    first, last = days[0][0], days[-1][0]
    is_one = first.month == last.month
    zh = f"{first.month}月{first.day}日—{'' if is_one else f'{last.month}月'}{last.day}日"
    en = f"{first.day}{'' if is_one else f' {first:%b}'}–{last.day} {last:%b}"
    return either(zh, en)


@register.simple_tag
def threshold(rule: FlagRule) -> str:
    """A threshold with its unit."""
    words = {"factor": _("倍"), "periods": _("期"), "characters": _("字"), "copies": _("处"),
             "days": _("天")}  # fmt: skip
    if rule.unit == "ratio":
        return write_ratio(rule.threshold)
    return f"{write_number(rule.threshold)} {words[rule.unit]}"
