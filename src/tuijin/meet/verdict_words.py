"""Verdicts as a leader reads them: names for codes, 亿 and 万, what would decide."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from tuijin.ledger.metrics import name_of
from tuijin.meet.wording import bracketed
from tuijin.see.language import is_english
from tuijin.see.wording import write_ratio
from tuijin.units import UNITS
from tuijin.verify.listing import Line
from tuijin.verify.models import Claim, Verdict
from tuijin.verify.wording import write_unit

_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
_ZH = ((1e8, "亿"), (1e6, "万"))  # from a million on, in ten thousands
_EN = ((1e9, " bn"), (1e6, " M"))
_DIVISORS = {"亿": 1e8, "万": 1e4, " bn": 1e9, " M": 1e6}


def in_words(text: str) -> str:
    """Give metrics in a sentence their names."""
    return _CODE.sub(lambda found: name_of(found[0])[is_english()], text)


def write_number(value: float) -> str:
    """Three digits that count: 1.4; 62,500; 2.17 million as 217万 or 2.17 M."""
    value = float(f"{value:.3g}")
    for step, word in _EN if is_english() else _ZH:
        if abs(value) >= step:
            return f"{value / _DIVISORS[word]:,.4g}{word}"
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def write_quantity(low: float, high: float, unit: str) -> str:
    """One amount or a range with its unit; shares in percent."""
    if unit == "ratio":
        ends = [write_ratio(Decimal(repr(end)), places=4) for end in (low, high)]
    else:
        ends = [write_number(end) for end in (low, high)]
    joiner = " to " if is_english() else "至"
    text = ends[0] if ends[0] == ends[1] else joiner.join(ends)
    word = write_unit(unit, english=is_english())
    if not word:
        return text
    return f"{text} {word}" if is_english() else f"{text}{word}"


def write_found(verdict: Verdict, claim: Claim) -> str:
    """What was measured, with its interval; "" where nothing was."""
    if verdict.on is not None:
        return verdict.on.isoformat()
    is_share = claim.statistic == "probability"
    if verdict.value is None or (claim.claim_type == "by_date" and not is_share):
        return ""
    unit = "ratio" if is_share else _base_unit(claim)
    text = write_quantity(verdict.value, verdict.value, unit)
    low, high = verdict.interval_low, verdict.interval_high
    if low is None or high is None or low == high:
        return text
    return text + bracketed(write_quantity(low, high, unit))


def _base_unit(claim: Claim) -> str:
    return UNITS[claim.unit].base if claim.unit in UNITS else claim.unit


def deciding(line: Line) -> Verdict | None:
    """
    Return the open verdict that asks for most: one that another figure than the claim's own would
    decide, else any.
    """
    verdicts = [v for v in (line.speaking, *line.others) if v and v.ruling == "UNDECIDED"]
    return next((v for v in verdicts if _asks_another(v, line.claim)), next(iter(verdicts), None))


def _asks_another(verdict: Verdict, claim: Claim) -> bool:
    return bool(verdict.decides) and verdict.decides[0][0].partition(".")[0] != claim.metric


def write_open(verdict: Verdict, claim: Claim) -> str:
    """What is missing, and which amount of what would decide."""
    if not verdict.decides or not _asks_another(verdict, claim):
        if verdict.decides or not verdict.needs_zh:
            return _("没有“%(metric)s”的记录") % {"metric": in_words(claim.metric)}
        return in_words(verdict.needs_en if is_english() else verdict.needs_zh)
    name, unit, low, high = verdict.decides[0]
    words = {"name": name_of(name)[is_english()], "amount": write_quantity(low, high, unit)}
    if low == high:
        return _("取决于“%(name)s”，分界为%(amount)s") % words
    return _("须有“%(name)s”%(amount)s，按在案数据的范围推算") % words
