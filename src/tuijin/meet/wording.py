"""Words that pages, phone and paper share, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tuijin.engines.route import ASSUMED_ROADS
from tuijin.meet.days import DayPlan
from tuijin.meet.models import Meeting, ScoreRule, Stop
from tuijin.meet.remarks import Earlier
from tuijin.push.deadlines import is_overdue
from tuijin.see.language import either, is_english
from tuijin.see.models import LightRule
from tuijin.verify.models import Claim

_RULINGS = {
    "HOLDS": gettext_lazy("成立"),
    "FALLS SHORT": gettext_lazy("未达"),
    "UNDECIDED": gettext_lazy("待定"),
    "": gettext_lazy("未检验"),
}
_LIGHTS = {
    "green": gettext_lazy("绿灯"),
    "yellow": gettext_lazy("黄灯"),
    "red": gettext_lazy("红灯"),
}
_DAY_MINUTES = 24 * 60


def ruling_word(ruling: str, claim: Claim) -> str:
    """The verdict in a word; one whose inputs have changed since says so."""
    word = str(_RULINGS[ruling])
    return word + bracketed(_("待重验")) if ruling and claim.is_stale else word


def bracketed(text: str) -> str:
    return f" ({text})" if is_english() else f"（{text}）"


def write_date(day: date) -> str:
    """2025年9月21日, without leading zeros, as official documents write it."""
    return f"{day:%Y-%m-%d}" if is_english() else f"{day.year}年{day.month}月{day.day}日"


def write_days(meeting: Meeting) -> str:
    if meeting.starts_on == meeting.ends_on:
        return write_date(meeting.starts_on)
    if is_english():
        return f"{write_date(meeting.starts_on)} to {write_date(meeting.ends_on)}"
    first, last = meeting.starts_on, meeting.ends_on
    if (first.year, first.month) == (last.year, last.month):
        return f"{write_date(first)}至{last.day}日"
    return f"{write_date(first)}至{write_date(last)}"


def write_clock(minutes: float | None) -> str:
    """09:10; a time past midnight names the day after."""
    if minutes is None:
        return ""
    days, rest = divmod(round(minutes), _DAY_MINUTES)
    clock = f"{rest // 60:02d}:{rest % 60:02d}"
    return clock if not days else _("第%(day)d日 %(clock)s") % {"day": days + 1, "clock": clock}


def visit_time(stop: Stop) -> str:
    """09:10–09:40, or nothing before the stops were ordered."""
    if stop.arrives_minutes is None:
        return ""
    return f"{write_clock(stop.arrives_minutes)}–{write_clock(stop.leaves_minutes)}"


def numbered(number: int) -> str:
    return _("第 %(number)d 站") % {"number": number}


def stated_sentence(plan: DayPlan) -> str:
    """What the record says was seen on a day, beside what can be named."""
    if plan.stated is None or plan.stated.value is None:
        return "" if plan.stops else _("%(day)s：观摩点没有在案。") % {"day": write_date(plan.day)}
    source = plan.stated.source.title if plan.stated.source else _("台账")
    words = {
        "day": write_date(plan.day),
        "said": int(plan.stated.value),
        "known": len(plan.stops),
        "unnamed": plan.unnamed_count,
        "source": source,
    }
    if not plan.unnamed_count:
        return _("%(day)s：据《%(source)s》，察看 %(said)d 个项目。") % words
    return (
        _(
            "%(day)s：据《%(source)s》，察看 %(said)d 个项目；台账能辨认 %(known)d 个，"
            "其余 %(unnamed)d 个未见公开点名，不列入。"
        )
        % words
    )


def tour_sentences(meeting: Meeting, plan: DayPlan) -> list[str]:
    """How the times were reckoned, and whether the day is long enough."""
    note = meeting.tour_note.get(plan.day.isoformat())
    if not plan.stops or note is None:
        return []
    lines = [
        _("行车约 %(hours).1f 小时，%(back)s 返回%(place)s。")
        % {
            "hours": note["drive_minutes"] / 60,
            "back": write_clock(note["returns_minutes"]),
            "place": either(str(meeting.place), meeting.place.name_en),
        },
        _("行车时间为估算：直线距离×%(detour)s，时速%(speed)d公里（假定），自%(place)s往返。")
        % {
            "detour": ASSUMED_ROADS.detour_ratio,
            "speed": ASSUMED_ROADS.speed_km_per_hour,
            "place": either(str(meeting.place), meeting.place.name_en),
        },
    ]
    if note["is_rough"]:
        lines.append(_("部分观摩点只有大致位置，到离时间仅供参考。"))
    if note["lost_count"]:
        lines.append(_("%(count)d 个观摩点没有位置，未计时间。") % {"count": note["lost_count"]})
    if note["late_minutes"]:
        lines.insert(
            0,
            _("一天排不下：比 %(end)s 收队晚 %(hours).1f 小时，须分两天、减少观摩点或在外过夜。")
            % {"end": f"{meeting.day_ends_at:%H:%M}", "hours": note["late_minutes"] / 60},
        )
    return lines


def light_word(light: str, rule: LightRule | None) -> str:
    """The light, and the rule that lit it."""
    word = _LIGHTS[light]
    if rule is None:
        return _("亮灯：%(light)s。") % {"light": word}
    named = either(rule.name, rule.name_en)
    return _("亮灯：%(light)s（%(rule)s）。") % {"light": word, "rule": named}


def said_lines(earlier: Earlier | None, *, as_of: date) -> list[str]:
    """What the meeting before said, and whether it was done."""
    if earlier is None:
        return [_("台账中没有更早会议对本项目的点评或议定事项。")]
    meeting = earlier.meeting
    title = either(meeting.title, meeting.title_en)
    lines = [title + bracketed(write_date(meeting.starts_on))]
    lines += [_("点评：%(text)s") % {"text": comment.text} for comment in earlier.comments]
    for decision in earlier.decisions:
        issue = decision.issue
        if issue is None:
            lines.append(decision.text)
            continue
        if issue.closed_on is not None:
            state = _("已于 %(date)s 办结：%(outcome)s") % {
                "date": write_date(issue.closed_on),
                "outcome": issue.outcome or "—",
            }
        elif is_overdue(issue, as_of=as_of):
            state = _("逾期未办结，时限 %(date)s") % {
                "date": write_date(issue.due_on) if issue.due_on else "—"
            }
        else:
            state = _("办理中，时限 %(date)s") % {
                "date": write_date(issue.due_on) if issue.due_on else "—"
            }
        colon = ": " if is_english() else "："
        lines.append(f"{decision.text}{bracketed(issue.owner_unit)}{colon}{state}")
    return lines


def write_formula(rules: Sequence[ScoreRule]) -> str:
    """The formula that scores follow from, with its source."""
    book = rules[0].rulebook
    source = book.source.title if book.source else ""
    if rules[0].kind == "rank":
        first, last = rules[0], rules[-1]
        step = rules[0].points - rules[1].points
        comma = ", " if is_english() else "，"
        formula = f"Σ n(k)×({first.points:f}-{step:f}(k-1)) ÷ Σ n(k){comma}k=1…{last.order}"
        text = _("得分＝%(formula)s；n(k) 为名次 k 的票数。") % {"formula": formula}
    else:
        parts = (f"{either(rule.name, rule.name_en)} {rule.points:f}" for rule in rules)
        joined = (", " if is_english() else "，").join(parts)
        text = _("得分＝各项平均分之和：%(parts)s。") % {"parts": joined}
    text += _("同分并列，后一名次空出；各组末位（含并列）作表态发言。")
    if source:
        text += _("依据：%(source)s。") % {"source": source}
    return text
