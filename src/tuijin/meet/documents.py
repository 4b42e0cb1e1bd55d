"""The pack and the brief of a meeting as documents; how they look is decided in `meet.paper`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tuijin.meet import ballots
from tuijin.meet.days import DayPlan, load_days
from tuijin.meet.models import Decision, Meeting, ScoreRule
from tuijin.meet.paper import (
    Block,
    Brief,
    Facts,
    Heading,
    Pack,
    Page,
    Paragraph,
    Question,
    Questions,
    Table,
    VerdictRow,
    Verdicts,
)
from tuijin.meet.paper.document import Language, Ruling
from tuijin.meet.scoring import Standing
from tuijin.meet.sheets import Sheet, build_sheets, count_rulings
from tuijin.meet.wording import (
    RULING_WORDS,
    light_word,
    numbered,
    said_lines,
    stated_sentence,
    tour_sentences,
    visit_time,
    write_date,
    write_days,
    write_formula,
)
from tuijin.push.issues import is_overdue
from tuijin.see.language import either, is_english

_RULINGS: dict[str, Ruling] = {
    "HOLDS": "holds", "FALLS SHORT": "falls_short", "UNDECIDED": "undecided", "": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Material:
    """All that a document of a meeting is made of, read once."""

    meeting: Meeting
    days: Sequence[DayPlan]
    sheets: Sequence[Sheet]
    decisions: Sequence[Decision]
    standings: Sequence[Standing]
    rules: Sequence[ScoreRule]
    as_of: date

    @property
    def names(self) -> dict[int, str]:
        return {sheet.stop.pk: sheet.name for sheet in self.sheets}


def gather(meeting: Meeting, *, as_of: date, day: date | None = None) -> Material:
    """Read what the current reader may see of a meeting, or of one of its days."""
    decisions = Decision.objects.filter(meeting=meeting).select_related("issue", "project")
    return Material(
        meeting=meeting,
        days=[plan for plan in load_days(meeting) if day in (None, plan.day)],
        sheets=build_sheets(meeting, as_of=as_of, day=day),
        decisions=list(decisions),
        standings=ballots.standings(meeting) if ballots.sees_all() else [],
        rules=ballots.rules_of(meeting),
        as_of=as_of,
    )


def build_pack(found: Material, *, footer: str = "") -> Pack:
    """The tour pack: the days with their times, then one sheet a stop."""
    meeting = found.meeting
    cover: list[Block] = [Paragraph(_sum_up(found))]
    for plan in found.days:
        cover += [Heading(write_date(plan.day)), *_day_blocks(meeting, plan)]
    subtitle = f"{either(str(meeting.place), meeting.place.name_en)}　{write_days(meeting)}"
    return Pack(
        title=either(meeting.title, meeting.title_en),
        subtitle=_("观摩手册　%(where)s　截至 %(date)s")
        % {"where": subtitle, "date": write_date(found.as_of)},
        cover=tuple(cover),
        pages=tuple(_page(found, sheet) for sheet in found.sheets),
        footer=footer,
        notes_title=_("记录"),
        language=_language(),
    )


def _language() -> Language:
    return "en" if is_english() else "zh"


def _day_blocks(meeting: Meeting, plan: DayPlan) -> list[Block]:
    blocks: list[Block] = []
    if sentence := stated_sentence(plan):
        blocks.append(Paragraph(sentence))
    if plan.stops:
        rows = tuple(
            (
                str(number),
                visit_time(stop),
                either(str(stop.project.place), stop.project.place.name_en),
                either(stop.project.name, stop.project.name_en),
                stop.group,
            )
            for number, stop in enumerate(plan.stops, start=1)
        )
        titles = (_("序"), _("到离时间"), _("地区"), _("项目"), _("组别"))
        blocks.append(Table(titles, rows, (1, 3, 3, 8, 2)))
    blocks += [Paragraph(line, "note") for line in tour_sentences(meeting, plan)]
    return blocks


def _page(found: Material, sheet: Sheet) -> Page:
    kicker = [
        numbered(sheet.number), write_date(sheet.stop.day), sheet.place, visit_time(sheet.stop),
    ]  # fmt: skip
    called = {s.stop_id for s in found.standings if s.is_last and not found.meeting.is_voting_open}
    return Page(
        kicker=" · ".join(part for part in kicker if part),
        title=sheet.name,
        subtitle=sheet.stop.note,
        mark=_("作表态发言") if sheet.stop.pk in called else "",
        blocks=tuple(_sheet_blocks(sheet)),
    )


def _sheet_blocks(sheet: Sheet) -> list[Block]:
    blocks: list[Block] = []
    if sheet.summary:
        blocks.append(Paragraph(sheet.summary))
    if sheet.facts:
        blocks.append(Facts(sheet.facts))
    blocks += [Heading(_("承诺与检验")), *_promise_blocks(sheet)]
    blocks += [Heading(_("进度")), *_late_blocks(sheet)]
    blocks += [Heading(_("上次说了什么"))]
    blocks += [Paragraph(line) for line in said_lines(sheet.earlier, as_of=sheet.as_of)]
    if sheet.questions:
        blocks += [Heading(_("三问")), _questions(sheet)]
    return blocks


def _promise_blocks(sheet: Sheet) -> list[Block]:
    if not sheet.promises:
        return [Paragraph(_("台账中没有可检验的承诺。"))]
    rows = tuple(
        VerdictRow(p.title, _RULINGS[p.ruling], str(RULING_WORDS[p.ruling]), p.figures, p.basis)
        for p in sheet.promises
    )
    return [Verdicts((_("承诺"), _("结论"), _("数值与依据")), rows)]


def _late_blocks(sheet: Sheet) -> list[Block]:
    blocks: list[Block] = [
        Table(
            (_("逾期节点"), _("时限"), _("逾期")),
            tuple(
                (late.name, write_date(late.due_on), _("%(days)d 天") % {"days": late.late_days})
                for late in sheet.late
            ),
            (5, 3, 2),
        )
    ]
    if not sheet.late:
        blocks = [Paragraph(_("在案节点没有逾期。"))]
    if sheet.light:
        blocks.append(Paragraph(light_word(sheet.light, sheet.light_rule)))
    return blocks


def _questions(sheet: Sheet) -> Questions:
    return Questions(tuple(Question(q.title, q.text, q.basis) for q in sheet.questions))


def build_brief(found: Material, *, footer: str = "") -> Brief:
    """The brief after the tour; what is not on record is left out."""
    meeting = found.meeting
    blocks: list[Block] = [Heading(_("总体情况")), Paragraph(_sum_up(found))]
    blocks += [Paragraph(line) for plan in found.days if (line := stated_sentence(plan))]
    blocks.append(Heading(_("观摩项目")))
    for sheet in found.sheets:
        blocks += _brief_sheet(sheet)
    blocks += _brief_scores(found)
    blocks += [Heading(_("议定事项")), *_brief_decisions(found)]
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
        language=_language(),
    )


def _sum_up(found: Material) -> str:
    meeting, counts = found.meeting, count_rulings(found.sheets)
    places = list(dict.fromkeys(sheet.place for sheet in found.sheets))
    joined = (", " if is_english() else "、").join(places)
    text = _("%(days)s，%(place)s召开%(title)s。台账记录观摩点 %(count)d 个") % {
        "days": write_days(meeting),
        "place": either(str(meeting.place), meeting.place.name_en),
        "title": either(meeting.title, meeting.title_en),
        "count": len(found.sheets),
    }
    text += _("，分布在%(places)s。") % {"places": joined} if joined else _("。")
    if total := sum(counts.values()):
        text += _(
            "检验承诺 %(total)d 条：成立 %(holds)d 条，未达 %(short)d 条，待定 %(open)d 条，"
            "未检验 %(untested)d 条。"
        ) % {
            "total": total,
            "holds": counts["HOLDS"],
            "short": counts["FALLS SHORT"],
            "open": counts["UNDECIDED"],
            "untested": counts[""],
        }
    return text


def _brief_sheet(sheet: Sheet) -> list[Block]:
    blocks: list[Block] = [Heading(f"{sheet.place}　{sheet.name}", 2)]
    if sheet.summary:
        blocks.append(Paragraph(sheet.summary))
    blocks += _promise_blocks(sheet)
    blocks += _late_blocks(sheet) if sheet.late else []
    said = [comment.text for comment in sheet.comments]
    if said:
        joined = ("; " if is_english() else "；").join(said)
        blocks.append(Paragraph(_("现场点评：%(said)s") % {"said": joined}))
    if sheet.questions:
        blocks.append(_questions(sheet))
    return blocks


def _brief_scores(found: Material) -> list[Block]:
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


def _brief_decisions(found: Material) -> list[Block]:
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
                write_date(issue.due_on) if issue else "",
                state,
            )
        )
    titles = (_("事项"), _("责任单位"), _("时限"), _("办理"))
    return [Table(titles, tuple(rows), (7, 4, 4, 2))]
