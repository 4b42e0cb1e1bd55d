"""A slip as a document, to PDF and DOCX; what it says is what it said on its day."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from tuijin.paper import Block, Brief, Heading, Paragraph, Table
from tuijin.push.models import Slip
from tuijin.push.wording import slip_number
from tuijin.see.language import either, is_english


def write_date(day: date) -> str:
    return f"{day:%Y-%m-%d}" if is_english() else f"{day.year}年{day.month}月{day.day}日"


def build_slip(slip: Slip, *, footer: str = "") -> Brief:
    """The slip with its facts and the part to be signed and sent back."""
    rule = slip.rule
    level = either(rule.name, rule.name_en) if rule else ""
    rows = tuple((either(zh, en), value) for zh, en, value in slip.facts)
    received = write_date(slip.received_on) if slip.received_on else ""
    blocks: list[Block] = [
        Paragraph(_("请按下列事项抓紧办理，并在系统中反馈办理情况和依据。")),
        Heading(_("督办事项")),
        Table((_("项"), _("内容")), rows, (3, 9)),
        Heading(_("督办层级")),
        Paragraph(level or _("第%(level)d级") % {"level": slip.level}),
        Heading(_("签收回执")),
        Table((_("签收人"), _("签收日期")), ((slip.received_by, received),), (6, 6)),
    ]
    if footer:
        blocks.append(Paragraph(footer, "note"))
    return Brief(
        title=_("督办单"),
        blocks=tuple(blocks),
        masthead=_("重大项目督办单"),
        number=slip_number(slip),
        recipient=slip.addressed_to,
        signed_on=write_date(slip.issued_on),
        language="en" if is_english() else "zh",
    )
