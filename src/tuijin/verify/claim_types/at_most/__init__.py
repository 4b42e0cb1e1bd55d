"""Claim: a statistic of a metric is at most the target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuijin.verify.claim_types import Finding, Measured, Statement
from tuijin.verify.claim_types.estimates import check_statement, judge, target_of


@dataclass(frozen=True, slots=True)
class AtMost:
    id: str = "at_most"
    symbol: str = "≤"

    def check(self, statement: Statement, measured: Measured) -> Finding:
        check_statement(statement)
        return judge(statement, measured, target=target_of(statement), meets=np.less_equal)


plugin = AtMost()
