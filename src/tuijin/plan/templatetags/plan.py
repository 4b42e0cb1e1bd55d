"""Tonnes of the material account, and prices, in words."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.translation import gettext as _

from tuijin.plan import price_words
from tuijin.plan.materials import Ends, Line, Material
from tuijin.see.wording import write_number
from tuijin.verify.charts import unit_word

register = template.Library()


@register.simple_tag
def tonnes(lines: Sequence[Line], total: Ends | None) -> str:
    """Return a sum, or why there is none."""
    if not lines:
        return _("无在册项目")
    if total is not None:
        return _write(total)
    known = [line.ends for line in lines if line.ends is not None]
    least = sum(low for low, _ in known)
    return _("不低于 %(least)s") % {"least": write_number(least, places=0)} if least else _("待定")


@register.simple_tag
def line_tonnes(line: Line) -> str:
    return _("吨位未入账") if line.ends is None else _write(line.ends)


@register.simple_tag
def balance(material: Material) -> str:
    return _("待定") if material.balance is None else _write(material.balance)


def _write(ends: Ends) -> str:
    low, high = (write_number(end, places=0) for end in ends)
    return low if low == high else _("%(low)s 至 %(high)s") % {"low": low, "high": high}


register.filter("price_text", price_words.price_text)
register.filter("change_text", price_words.change_text)
register.filter("standing_text", price_words.standing_text)
register.filter("is_decided", price_words.is_decided)
register.filter("silence_text", price_words.silence_text)
register.filter("process_text", price_words.process_text)
register.filter("moved_text", price_words.moved_text)
register.filter("waiting_text", price_words.waiting_text)
register.filter("problem_text", price_words.problem_text)
register.filter("unit_word", unit_word)
