"""What a meeting's documents are made of, and the tour pack; `paper` decides the looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tuijin.ledger import chain
from tuijin.meet import ballots
from tuijin.meet.days import DayPlan, load_days
from tuijin.meet.models import Decision, Meeting, ScoreRule
from tuijin.meet.scoring import Standing
from tuijin.meet.sheets import Sheet, build_sheets, count_rulings
from tuijin.meet.verdict_words import load_influences
from tuijin.meet.wording import (
    light_word,
    numbered,
    ruling_word,
    said_lines,
    stated_sentence,
    tour_sentences,
    visit_time,
    write_date,
    write_days,
)
from tuijin.paper import (
    Block,
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
from tuijin.paper.document import Language, Ruling
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
    cover: list[Block] = [Paragraph(sum_up(found))]
    for plan in found.days:
        cover += [Heading(write_date(plan.day)), *_day_blocks(meeting, plan)]
    subtitle = f"{either(str(meeting.place), meeting.place.name_en)}　{write_days(meeting)}"
    return Pack(
        title=either(meeting.title, meeting.title_en),
        subtitle=_("观摩手册　%(where)s　截至 %(date)s")
        % {"where": subtitle, "date": write_date(found.as_of)},
        cover=tuple(cover),
        pages=(*(_page(found, sheet) for sheet in found.sheets), *_annex(found)),
        footer=footer,
        notes_title=_("记录"),
        language=language(),
    )


def checkpoint_line() -> str:
    """The trail as it is now, to be printed where nobody can rewrite it; nothing while empty."""
    noted = chain.write_noted()
    return _("留痕检查点 %(noted)s") % {"noted": noted} if noted else ""


def language() -> Language:
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
    lines = tour_sentences(meeting, plan)
    is_late = bool(meeting.tour_note.get(plan.day.isoformat(), {}).get("late_minutes"))
    blocks += [
        Paragraph(line, "body" if is_late and not number else "note")
        for number, line in enumerate(lines)
    ]
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


def _annex(found: Material) -> list[Page]:
    """How the models were run, for whoever wants to run them again; nothing where none was."""
    tested = [
        (sheet, promise)
        for sheet in found.sheets
        for promise in sheet.promises
        if promise.line.shows_figures and (verdict := promise.line.speaking) is not None
        and verdict.binding.kind == "model"
    ]  # fmt: skip
    if not tested:
        return []
    influences = load_influences(promise.line.speaking for _sheet, promise in tested)
    rows = []
    for sheet, promise in tested:
        verdict = promise.line.speaking
        assert verdict is not None
        drawn = _("%(draws)s 次，种子 %(seed)s") % {
            "draws": f"{verdict.n_draws or 0:,}", "seed": verdict.seed,
        }  # fmt: skip
        rows.append((sheet.name, promise.title, drawn, influences.get(verdict.pk, "")))
    titles = (_("项目"), _("承诺"), _("抽样"), _("最大未知"))
    return [Page("", _("附：模型怎样检验"), (Table(titles, tuple(rows), (3, 4, 3, 4)),))]


def _sheet_blocks(sheet: Sheet) -> list[Block]:
    blocks: list[Block] = []
    if sheet.summary:
        blocks.append(Paragraph(sheet.summary))
    if sheet.facts:
        blocks.append(Facts(sheet.facts))
    if not sheet.is_internal_shown:
        return blocks
    blocks += [Heading(_("承诺与检验")), *promise_blocks(sheet)]
    blocks += [Heading(_("进度")), *late_blocks(sheet)]
    blocks += [Heading(_("上次说了什么"))]
    blocks += [Paragraph(line) for line in said_lines(sheet.earlier, as_of=sheet.as_of)]
    return [*blocks, Heading(_("三问")), questions(sheet)]


def promise_blocks(sheet: Sheet) -> list[Block]:
    if not sheet.promises:
        return [Paragraph(_("台账中没有可检验的承诺。"))]
    rows = tuple(
        VerdictRow(
            p.title, _RULINGS[p.ruling], ruling_word(p.ruling, p.line.claim), p.figures, p.basis
        )
        for p in sheet.promises
    )
    return [Verdicts((_("承诺"), _("结论"), _("数值与依据")), rows)]


def late_blocks(sheet: Sheet) -> list[Block]:
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


def questions(sheet: Sheet) -> Questions:
    return Questions(tuple(Question(q.title, q.text, q.basis) for q in sheet.questions))


def sum_up(found: Material) -> str:
    meeting, counts = found.meeting, count_rulings(found.sheets)
    places = list(dict.fromkeys(sheet.place for sheet in found.sheets))
    joined = (", " if is_english() else "、").join(places)
    words = {
        "days": write_days(meeting),
        "place": either(str(meeting.place), meeting.place.name_en),
        "title": either(meeting.title, meeting.title_en),
        "count": len(found.sheets),
        "places": joined,
    }
    if joined:
        text = (
            _("%(days)s，%(place)s召开%(title)s。台账记录观摩点 %(count)d 个，分布在%(places)s。")
            % words
        )
    else:
        text = _("%(days)s，%(place)s召开%(title)s。台账没有记录观摩点。") % words
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
