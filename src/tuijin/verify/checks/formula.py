"""Check `formula`: an expression over what is on record, worked out exactly, ranges and all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import InvalidOperation
from typing import Any

import numpy as np

from tuijin.errors import ClaimMalformed
from tuijin.ledger import metrics
from tuijin.verify.cases import Case
from tuijin.verify.checks import Inputs, Measurement
from tuijin.verify.claim_types import Measured
from tuijin.verify.expressions import (
    DivisorMayBeZero,
    Quantity,
    evaluate,
    parse,
    parse_unit,
    write_unit,
)
from tuijin.verify.expressions import Formula as Parsed
from tuijin.verify.facts import Fact, Facts
from tuijin.verify.solving import rises, solve


class Formula:
    """
    `using` is the expression; its answer is the statistic the claim is about, so no draws are made.

    Ranges on record have no distribution, so they go through as ranges: interval arithmetic.
    """

    def names(self, case: Case) -> tuple[str, ...]:
        return parse(case.using).names

    def settings(self, case: Case, facts: Mapping[str, list[Fact]], *, seed: int) -> dict[str, Any]:
        return {}

    def measure(self, inputs: Inputs, facts: Facts) -> Measurement:
        case, formula = inputs.case, parse(inputs.case.using)
        if case.claim_type == "by_date":
            raise ClaimMalformed("formula: cannot give a date", code="expression")
        values = {name: _quantity(inputs.facts[name]) for name in formula.names}
        known = {name: value for name, value in values.items() if value is not None}
        missing = [name for name, value in values.items() if value is None]
        if missing:
            words = [metrics.words_of(name) for name in missing]
            listed = "、".join(f"“{zh}”" for zh, _ in words), ", ".join(en for _, en in words)
            needs = (f"台账中没有{listed[0]}的记录", f"{listed[1]} not on record")
            return Measurement(_undecided(case, formula, known, missing, needs))
        try:
            found = evaluate(formula, known)
        except DivisorMayBeZero:
            needs = ("除数的范围包含零", "the range of a divisor holds zero")
            return Measurement(Measured(np.empty(0), needs=needs))
        except InvalidOperation:  # infinity less infinity and the like
            needs = ("数据范围没有上限或下限", "a range on record has no end")
            return Measurement(Measured(np.empty(0), needs=needs))
        wanted = parse_unit(case.base_unit)
        if found.unit is not None and found.unit != wanted:
            raise ClaimMalformed(
                f"formula: gives {write_unit(found.unit)}, the claim is in {write_unit(wanted)}",
                code="expression",
            )
        ends = np.unique(np.array([float(found.low), float(found.high)]))
        return Measurement(Measured(ends, is_recorded=True))


def _undecided(
    case: Case,
    formula: Parsed,
    known: Mapping[str, Quantity],
    missing: list[str],
    needs: tuple[str, str],
) -> Measured:
    """What is missing and, where that is one name, the value of it that would decide."""
    target = case.statement().target
    nothing = Measured(np.empty(0), needs=needs)
    if len(missing) > 1 or target is None:
        return nothing
    plain = {name: Quantity(value.low, value.high) for name, value in known.items()}
    found = solve(formula, plain, unknown=missing[0], target=target)
    if found is None:
        return nothing
    is_rising = rises(formula, plain, unknown=missing[0], at=found[1])
    return replace(nothing, decides=((missing[0], *found),), rises=is_rising)


def _quantity(facts: list[Fact]) -> Quantity | None:
    """Everything on record under a name; entries that disagree make a range."""
    ends = [fact.ends for fact in facts if fact.ends is not None]
    if not ends:
        return None
    units = {fact.unit for fact in facts}
    if len(units) > 1:
        raise ClaimMalformed(f"formula: one name in {' and '.join(sorted(units))}")
    return Quantity(
        min(low for low, _ in ends), max(high for _, high in ends), parse_unit(units.pop())
    )


plugin = Formula()
