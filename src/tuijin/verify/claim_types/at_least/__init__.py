"""Claim: a statistic of a metric is at least the target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuijin.verify.claim_types import Finding, Measured, Statement
from tuijin.verify.claim_types.estimates import check_statement, judge, target_of


@dataclass(frozen=True, slots=True)
class AtLeast:
    id: str = "at_least"
    symbol: str = "≥"

    def check(self, statement: Statement, measured: Measured) -> Finding:
        check_statement(statement)
        return judge(statement, measured, target=target_of(statement), meets=np.greater_equal)


plugin = AtLeast()
