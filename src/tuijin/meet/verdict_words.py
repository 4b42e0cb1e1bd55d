"""Verdicts as a leader reads them: units with values, names for codes."""

from __future__ import annotations

import re

from tuijin.ledger.metrics import name_of
from tuijin.see.language import is_english
from tuijin.verify.listing import Line
from tuijin.verify.models import Claim, Verdict
from tuijin.verify.wording import write_check, write_money, write_needs, write_unit, write_value

_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")


def in_words(text: str) -> str:
    """Give metrics in a sentence their names."""
    return _CODE.sub(lambda found: name_of(found[0])[is_english()], text)


def write_found(verdict: Verdict, claim: Claim) -> str:
    """What was measured, with its interval and unit; "" where nothing was."""
    english = is_english()
    if money := write_money(verdict, claim, english=english):
        return money
    value, unit = write_value(verdict, claim), write_unit(claim.unit, english=english)
    if not value or not unit or verdict.on is not None or claim.statistic == "probability":
        return value
    return f"{value} {unit}" if english else f"{value}{unit}"


def write_open(verdict: Verdict) -> str:
    """What is missing, and which amount of what would decide."""
    return in_words(write_needs(verdict, english=is_english()))


def write_basis(line: Line, verdict: Verdict) -> str:
    """What a verdict rests on; "" where the record it looked for is not there."""
    sources = line.sources.get(verdict.pk, "")
    if verdict.binding.kind == "evidence" and not sources:
        return ""
    return in_words(write_check(verdict, sources=sources, english=is_english()))
