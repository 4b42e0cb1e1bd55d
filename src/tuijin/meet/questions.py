"""
Three questions for a stop: technology, market, return.

Each comes from the claim of its dimension that most needs an answer: one that falls short, one on
which model and record disagree, one that a named value would decide, one whose evidence is
missing, one never tested. Where all hold the question is what would break them, and where nothing
was promised it is what the ledger lacks. Nothing in a question is not on record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tuijin.meet.verdict_words import write_found
from tuijin.see.language import either, is_english
from tuijin.verify.listing import Line
from tuijin.verify.showing import needs_in_words


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what on record raises it."""

    dimension: str
    title: str
    text: str
    basis: str


@dataclass(frozen=True, slots=True)
class _Topic:
    title: str | Promise
    dimensions: tuple[str, ...]
    opening: str | Promise  # asked where nothing was promised


TOPICS: dict[str, _Topic] = {
    "technology": _Topic(
        gettext_lazy("技术"),
        ("technology", "new", "green"),
        gettext_lazy("关键工艺指标是多少，由谁在何时测得？"),
    ),
    "market": _Topic(
        gettext_lazy("销路"),
        ("market", "jobs"),
        gettext_lazy("产品卖给谁，已签多少合同，价格如何定？"),
    ),
    "return": _Topic(
        gettext_lazy("收益"),
        ("return", "revenue"),
        gettext_lazy("投资多少，年收入和税收预计多少，几年收回？"),
    ),
}


def ask(lines: Sequence[Line], missing: Mapping[str, Sequence[str]]) -> tuple[Asked, ...]:
    """
    Build the three questions.

    Parameters
    ----------
    missing
        By topic, the names of ledger entries that are empty.
    """
    return tuple(_ask_one(code, lines, missing.get(code, ())) for code in TOPICS)


def _ask_one(code: str, lines: Sequence[Line], missing: Sequence[str]) -> Asked:
    topic = TOPICS[code]
    own = [line for line in lines if line.claim.dimension in topic.dimensions]
    if not own:
        return Asked(code, str(topic.title), _opening(topic, missing), _("没有这方面的承诺"))
    line = min(own, key=lambda one: (_urgency(one), topic.dimensions.index(one.claim.dimension)))
    others = sum(1 for one in own if one is not line and _urgency(one) < _HOLDING)
    basis = _("原话：%(quote)s") % {"quote": line.claim.quote}
    if others:
        basis += _("（另有 %(count)d 条未定或未达）") % {"count": others}
    return Asked(code, str(topic.title), _question(line), basis)


def _opening(topic: _Topic, missing: Sequence[str]) -> str:
    if not missing:
        return str(topic.opening)
    listed = (", " if is_english() else "、").join(missing)
    return _("台账中没有%(missing)s。%(question)s") % {
        "missing": listed, "question": topic.opening,
    }  # fmt: skip


_HOLDING = 5


def _urgency(line: Line) -> int:
    verdict = line.speaking
    if verdict is None:
        return 4
    if verdict.ruling == "FALLS SHORT":
        return 0
    if line.claim.disagrees:
        return 1
    if verdict.ruling == "UNDECIDED":
        return 2 if verdict.decides else 3
    return _HOLDING


def _question(line: Line) -> str:
    verdict, claim = line.speaking, line.claim
    title = either(claim.title, claim.title_en)
    words = {"claim": title}
    if verdict is None:
        return _("“%(claim)s”还没有检验。凭什么证明？") % words
    if not line.shows_figures:
        return _("“%(claim)s”的依据是什么，差在哪里？") % words
    words["found"] = write_found(verdict, claim) or _("没有数值")
    if verdict.ruling == "FALLS SHORT":
        return _("承诺“%(claim)s”，检验为%(found)s。差在哪里，何时补上？") % words
    if claim.disagrees:
        return _("“%(claim)s”：测算与记录不一致（%(found)s）。以哪个为准，为什么？") % words
    if verdict.ruling == "HOLDS":
        return _("“%(claim)s”成立：%(found)s。什么情形会跌破，余量有多大？") % words
    words["needs"] = needs_in_words(verdict)
    if verdict.decides:
        return _("“%(claim)s”待定。%(needs)s。实际是多少，有何凭证？") % words
    return _("“%(claim)s”待定。%(needs)s。谁能提供，何时提供？") % words
