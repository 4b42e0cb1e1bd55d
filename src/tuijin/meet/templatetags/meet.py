"""Words of a meeting on a page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template

from tuijin.meet import wording
from tuijin.meet.days import DayPlan
from tuijin.meet.models import Meeting, Stop
from tuijin.meet.remarks import Earlier
from tuijin.meet.sheets import Sheet
from tuijin.paper import Brief
from tuijin.paper.numbering import number_blocks

register = template.Library()


@register.simple_tag
def meeting_days(meeting: Meeting) -> str:
    return wording.write_days(meeting)


@register.simple_tag
def write_day(day: date) -> str:
    return wording.write_date(day)


@register.simple_tag
def stop_time(stop: Stop) -> str:
    return wording.visit_time(stop) or "—"


@register.simple_tag
def stop_number(number: int) -> str:
    return wording.numbered(number)


@register.filter
def said(sheet: Sheet) -> list[str]:
    return wording.said_lines(sheet.earlier, as_of=sheet.as_of)


@register.filter
def said_before(earlier: Earlier, as_of: date) -> list[str]:
    return wording.said_lines(earlier, as_of=as_of)


@register.filter
def stated(plan: DayPlan) -> str:
    return wording.stated_sentence(plan)


@register.inclusion_tag("meet/document.html")
def document(brief: Brief) -> dict[str, Any]:
    """The blocks of a document with the numbers they have on paper."""
    return {"blocks": number_blocks(brief.blocks, brief.language)}
