"""Where twin and log disagree: the model's verdict of a claim beside the one by evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from tuijin.engines.telemetry import share_within
from tuijin.see.language import choice_text, is_english
from tuijin.units import UNITS
from tuijin.verify import wording
from tuijin.verify.models import Claim, Verdict


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, in words."""

    check: str
    value: str
    within: str  # share of what was measured that meets the target


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides, and what lies between them."""

    sides: tuple[Side, Side]
    unit: str
    difference: str
    is_apart: bool


def compare(claim: Claim, verdicts: Sequence[Verdict]) -> Comparison | None:
    """
    Compare the current verdicts by evidence and by model, whose figures the reader may see.

    None where one of them is missing or has no number.
    """
    by_kind = {v.binding.kind: v for v in verdicts if v.value is not None and v.on is None}
    log, twin = by_kind.get("evidence"), by_kind.get("model")
    if log is None or twin is None or claim.claim_type == "by_date":
        return None
    return Comparison(
        sides=(_side(log, claim), _side(twin, claim)),
        unit=wording.write_unit(claim.unit, english=is_english()),
        difference=_difference(log, twin, claim),
        is_apart=_is_apart(log, twin),
    )


def _side(verdict: Verdict, claim: Claim) -> Side:
    shares = _within(verdict, claim)
    return Side(
        check=choice_text("check", verdict.binding.kind),
        value=wording.write_value(verdict, claim),
        within="" if shares is None else f"{shares:.1%}",
    )


def _within(verdict: Verdict, claim: Claim) -> float | None:
    """
    Share of what was measured up to the target, or from it on.

    Only a log has it: a model's draws are of the figure itself, as uncertain as its parameters are,
    and not of single vehicles.
    """
    target, quantiles = verdict.inputs["statement"]["target"], verdict.charts.get("quantiles")
    if target is None or not quantiles:
        return None
    share = share_within(np.array(quantiles), target)
    return share if claim.claim_type == "at_most" else 1.0 - share


def _difference(log: Verdict, twin: Verdict, claim: Claim) -> str:
    factor = float(UNITS[claim.unit].factor) if claim.unit in UNITS else 1.0
    gap = (float(log.value or 0.0) - float(twin.value or 0.0)) / factor
    unit = wording.write_unit(claim.unit, english=is_english())
    told = {"amount": f"{wording.write_figure(abs(gap))} {unit}".strip()}
    told["share"] = f"{abs(gap) * factor / abs(twin.value):.0%}" if twin.value else "—"
    if gap == 0:
        return _("实测与模型相同")
    if gap > 0:
        return _("实测比模型高 %(amount)s（%(share)s）") % told
    return _("实测比模型低 %(amount)s（%(share)s）") % told


def _is_apart(log: Verdict, twin: Verdict) -> bool:
    """Whether the intervals have nothing in common; a missing end bounds nothing."""
    ends = [
        (
            v.value if v.interval_low is None and v.interval_high is None else v.interval_low,
            v.value if v.interval_low is None and v.interval_high is None else v.interval_high,
        )
        for v in (log, twin)
    ]
    (low_a, high_a), (low_b, high_b) = ends
    below = high_a is not None and low_b is not None and high_a < low_b
    above = high_b is not None and low_a is not None and high_b < low_a
    return below or above
