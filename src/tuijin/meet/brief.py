"""The brief of a meeting, in the parts of an official document."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tuijin.meet import ballots
from tuijin.meet.documents import (
    Material,
    language,
    late_blocks,
    promise_blocks,
    questions,
    sum_up,
)
from tuijin.meet.sheets import Sheet
from tuijin.meet.wording import stated_sentence, write_date, write_formula
from tuijin.paper import Block, Brief, Heading, Paragraph, Table
from tuijin.push.deadlines import is_overdue
from tuijin.see.language import either, is_english


def build_brief(found: Material, *, footer: str = "") -> Brief:
    """The brief after the tour; what is not on record is left out."""
    meeting = found.meeting
    blocks: list[Block] = [Heading(_("总体情况")), Paragraph(sum_up(found))]
    blocks += [Paragraph(line) for plan in found.days if (line := stated_sentence(plan))]
    blocks.append(Heading(_("观摩项目")))
    for sheet in found.sheets:
        blocks += _sheet(sheet)
    blocks += _scores(found)
    if found.decisions or ballots.sees_all():  # who sees a part is not told that there are none
        blocks += [Heading(_("议定事项")), *_decisions(found)]
    if footer:
        blocks.append(Paragraph(footer, "note"))
    return Brief(
        title=_("关于%(meeting)s\n观摩情况的报告")
        % {"meeting": either(meeting.title, meeting.title_en)},
        blocks=tuple(blocks),
        masthead=_("推进会简报"),
        signed_by=meeting.issuer,
        signed_on=write_date(found.as_of),
        printed_by=meeting.issuer,
        printed_on=_("%(date)s印发") % {"date": write_date(found.as_of)} if meeting.issuer else "",
        language=language(),
    )


def _sheet(sheet: Sheet) -> list[Block]:
    blocks: list[Block] = [Heading(f"{sheet.place}　{sheet.name}", 2)]
    if sheet.summary:
        blocks.append(Paragraph(sheet.summary))
    if not sheet.is_internal_shown:
        return blocks
    blocks += promise_blocks(sheet)
    blocks += late_blocks(sheet) if sheet.late else []
    said = [comment.text.rstrip("。；;. ") for comment in sheet.comments]
    if said:
        joined = ("; " if is_english() else "；").join(said)
        blocks.append(Paragraph(_("现场点评：%(said)s。") % {"said": joined}))
    return [*blocks, questions(sheet)]


def _scores(found: Material) -> list[Block]:
    scored = [s for s in found.standings if s.score is not None]
    if not scored:
        return []
    names = found.names
    rows = tuple(
        (
            s.group or "—",
            _("%(rank)d（并列）") % {"rank": s.rank} if s.is_tied else str(s.rank),
            names.get(s.stop_id, ""),
            f"{s.shown_score}",
            _("表态发言") if s.is_last and not found.meeting.is_voting_open else "",
        )
        for s in scored
    )
    titles = (_("组别"), _("名次"), _("项目"), _("得分"), _("备注"))
    return [
        Heading(_("评分")),
        Paragraph(write_formula(found.rules)),
        Table(titles, rows, (2, 3, 8, 2, 3)),
    ]


def _decisions(found: Material) -> list[Block]:
    if not found.decisions:
        return [Paragraph(_("台账中没有本次会议的议定事项。"))]
    rows = []
    for decision in found.decisions:
        issue = decision.issue
        state = ""
        if issue is not None:
            overdue = is_overdue(issue, as_of=found.as_of)
            state = _("已办结") if issue.closed_on else _("逾期") if overdue else _("办理中")
        rows.append(
            (
                decision.text,
                issue.owner_unit if issue else "",
                write_date(issue.due_on) if issue and issue.due_on else "",
                state,
            )
        )
    titles = (_("事项"), _("责任单位"), _("时限"), _("办理"))
    return [Table(titles, tuple(rows), (7, 4, 4, 2))]
