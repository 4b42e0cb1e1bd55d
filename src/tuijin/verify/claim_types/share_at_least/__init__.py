"""Claim: a part makes up at least the stated share of its whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuijin.errors import ClaimMalformed
from tuijin.verify.claim_types import Finding, Measured, Statement
from tuijin.verify.claim_types.estimates import check_statement, judge, target_of


@dataclass(frozen=True, slots=True)
class ShareAtLeast:
    id: str = "share_at_least"
    symbol: str = "≥"

    def check(self, statement: Statement, measured: Measured) -> Finding:
        check_statement(statement)
        target = target_of(statement)
        if statement.unit != "ratio" or not 0 < target <= 1:
            raise ClaimMalformed(
                f"a share is a ratio above 0 and up to 1, got {target} {statement.unit}"
            )
        if np.any((measured.sample < 0) | (measured.sample > 1)):
            raise ClaimMalformed(
                f"{statement.metric} is no share: measured {measured.sample.min():g} to "
                f"{measured.sample.max():g}, must lie between 0 and 1"
            )
        return judge(statement, measured, target=target, meets=np.greater_equal)


plugin = ShareAtLeast()
