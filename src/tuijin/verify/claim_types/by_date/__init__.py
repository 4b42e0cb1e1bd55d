"""Claim: an event happens on or before a date."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from tuijin.errors import ClaimMalformed
from tuijin.verify.claim_types import Finding, Measured, Ruling, Statement
from tuijin.verify.claim_types.estimates import check_statement, judge, undecided


@dataclass(frozen=True, slots=True)
class ByDate:
    id: str = "by_date"
    symbol: str = "by"

    def check(self, statement: Statement, measured: Measured) -> Finding:
        check_statement(statement)
        if statement.by_date is None:
            raise ClaimMalformed("by_date needs the date by which it was promised")
        if measured.sample.size == 0:
            return _judge_silence(statement.by_date, measured)
        due = statement.by_date.toordinal()
        finding = judge(statement, measured, target=due, meets=np.less_equal)
        if statement.statistic == "probability" and not measured.is_recorded:
            return finding
        return replace(finding, on=_as_date(finding.value))


def _judge_silence(due: date, measured: Measured) -> Finding:
    """No event on record: short once the record reaches past the date, open before."""
    if measured.observed_until is not None and measured.observed_until > due:
        return Finding(Ruling.FALLS_SHORT, None, None, needs=measured.needs)
    until = measured.observed_until.isoformat() if measured.observed_until else ""
    zh = f"记录截至{until}，期限{due.isoformat()}未过" if until else "没有相关记录"
    en = f"the record ends {until}, the date is {due.isoformat()}" if until else "nothing on record"
    return undecided(measured, (zh, en))


def _as_date(ordinal: float | None) -> date | None:
    if ordinal is None or not 1 <= ordinal <= date.max.toordinal():
        return None
    return date.fromordinal(math.ceil(ordinal))


plugin = ByDate()
