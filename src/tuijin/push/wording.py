"""Words of this room in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import scope
from tuijin.push.models import ClockRule, Issue, Notice, Slip
from tuijin.push.states import STEPS
from tuijin.see.language import either


def state_word(code: str) -> str:
    return either(*CHOICES["issue_state"].get(code, ("", "")))


def step_word(code: str) -> str:
    step = STEPS[code]
    return either(step.zh, step.en)


def origin_word(issue: Issue) -> str:
    """What an issue came from."""
    words = {
        "light": _("亮灯"),
        "claim": _("承诺检验"),
        "node": _("节点逾期"),
        "forecast": _("计划推迟"),
        "flag": _("请核对"),
        "decision": _("会议议定"),
    }
    return words.get(issue.origin.partition(":")[0], _("人工收集"))


def shown_figures(issue: Issue) -> list[tuple[str, str]]:
    """The figures that raised an issue, without those above the reader's class."""
    classes = scope.current().classes_for(place_id=issue.place_id, project_id=issue.project_id)
    return [(either(zh, en), value) for zh, en, value, kind in issue.figures if kind in classes]


def slip_number(slip: Slip) -> str:
    """Write the number as documents do: 督〔2026〕12号."""
    return f"督〔{slip.year}〕{slip.number}号"


def notice_text(notice: Notice) -> str:
    """A line of the inbox."""
    title = notice.issue.title if notice.issue else ""
    count = notice.count
    words = {
        "assigned": _("交办给您：%(title)s"),
        "step": _("有新进展：%(title)s"),
        "due": _("下一个工作日到期：%(title)s"),
        "late": _("已逾期：%(title)s"),
        "escalated": _("已提级督办：%(title)s"),
        "at_once": _("当日报告：%(title)s"),
        "reopened": _("复查未过，重新打开：%(title)s"),
    }
    if notice.kind in words:
        return words[notice.kind] % {"title": title}
    if notice.kind == "proposed":
        return ngettext("有 %(count)d 件待交办", "有 %(count)d 件待交办", count) % {"count": count}
    if notice.kind == "neglected":
        return ngettext(
            "有 %(count)d 个项目久未走访", "有 %(count)d 个项目久未走访", count
        ) % {"count": count}  # fmt: skip
    return ngettext(
        "另有 %(count)d 条，见“我的事项”", "另有 %(count)d 条，见“我的事项”", count
    ) % {"count": count}  # fmt: skip


def limit_words(rule: ClockRule) -> str:
    """The time a rule gives."""
    if rule.amount is None:
        return _("未公布")
    if rule.amount == 0:
        return _("当日")
    words = {
        "workday": ngettext("%(n)d 个工作日", "%(n)d 个工作日", rule.amount),
        "day": ngettext("%(n)d 天", "%(n)d 天", rule.amount),
        "month": ngettext("%(n)d 个月", "%(n)d 个月", rule.amount),
    }
    return words[rule.unit] % {"n": rule.amount}
