"""Check `evidence`: what is on record under a metric (its figures, records, stages)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from tuijin.errors import ClaimMalformed
from tuijin.ledger import metrics
from tuijin.verify.cases import Case
from tuijin.verify.checks import Inputs, Measurement
from tuijin.verify.claim_types import Measured, Observed
from tuijin.verify.facts import MEASURED, MONTHS, REACH, YEARLY, Fact, Facts


class Evidence:
    """
    `using` is the metric to look under.

    A statistic that is itself on record stands under `metric.statistic` (`clearance_minutes.p95`).
    A bare figure is one observation: it decides a `value`, and is one draw of any other statistic.
    A `value` that was measured many times is their mean. A `probability` is the share of what the
    newest log measured, or of the figures where no log did.
    """

    def names(self, case: Case) -> tuple[str, ...]:
        if case.claim_type == "by_date":
            return (case.using, REACH)
        if case.statistic == "probability":
            return (case.using, MEASURED)
        return (case.using, _stated_name(case))

    def settings(self, case: Case, facts: Mapping[str, list[Fact]], *, seed: int) -> dict[str, Any]:
        return {}

    def measure(self, inputs: Inputs, facts: Facts) -> Measurement:
        case = inputs.case
        if case.claim_type == "by_date":
            return Measurement(_measure_date(inputs, facts.reach.get(case.project_id)))
        if case.statistic == "probability":
            return _measure_share(inputs, facts)
        stated, bare = inputs.facts[_stated_name(case)], inputs.facts[case.using]
        found = [*bare, *stated] if case.statistic == "value" else stated or bare
        _check_units(found, case)
        ends = [fact.ends for fact in found if fact.ends is not None]
        if not ends:
            return Measurement(_nothing(inputs, facts))
        if stated or case.statistic == "value":
            both = np.array([float(end) for pair in ends for end in pair])
            charts = _charts(facts.measured.get((case.project_id, case.using)))
            return Measurement(Measured(np.unique(both), is_recorded=True), charts)
        return Measurement(Measured(_values(found)))


def _check_units(facts: Sequence[Fact], case: Case) -> None:
    for fact in facts:
        if fact.unit != case.base_unit:
            raise ClaimMalformed(f"{fact.ref} is in {fact.unit}, the claim in {case.base_unit}")


def _values(facts: Sequence[Fact]) -> np.ndarray:
    return np.array([float(fact.value) for fact in facts if fact.value is not None])


def _measure_share(inputs: Inputs, facts: Facts) -> Measurement:
    """
    A sample of which some share meets the target.

    A share that is itself on record says nothing of the limit it was taken for, and is not read.
    """
    case = inputs.case
    log = facts.measured.get((case.project_id, case.using))
    if log is not None and log["counts"]:
        if case.base_unit != "minutes":
            raise ClaimMalformed(f"a log is in minutes, the claim in {case.base_unit}")
        quantiles = np.array(log["quantiles"])
        independent = tuple((share, n) for share, n in log.get("independent", ()))
        observed = Observed(log["n"], independent)
        return Measurement(Measured(quantiles, observed=observed), _charts(log))
    bare = inputs.facts[case.using]
    _check_units(bare, case)
    values = _values(bare)
    if not values.size:
        return Measurement(_nothing(inputs, facts))
    return Measurement(Measured(values, observed=Observed(values.size)))


def _stated_name(case: Case) -> str:
    return f"{case.using}.{'mean' if case.statistic == 'value' else case.statistic}"


def _charts(sample: dict[str, Any] | None) -> dict[str, Any]:
    """What a log showed, drawn as a model's distribution is."""
    if sample is None or not sample["counts"]:
        return {}
    distribution = {"edges": sample["edges"], "counts": sample["counts"]}
    return {"distribution": distribution, "quantiles": sample["quantiles"]}


def _measure_date(inputs: Inputs, reach: date | None) -> Measured:
    found = sorted({fact.on for fact in inputs.facts[inputs.case.using] if fact.on is not None})
    days = np.array([float(on.toordinal()) for on in found])
    return Measured(days, is_recorded=True, observed_until=reach)


def _nothing(inputs: Inputs, facts: Facts) -> Measured:
    case = inputs.case
    name = case.using
    word, word_en = metrics.words_of(name)
    zh, en = f"台账中没有“{word}”的记录", f"{word_en} not on record"
    n_months = facts.months.get((case.project_id, name), 0)
    if name in YEARLY and n_months:
        zh = f"“{word}”只有连续{n_months}个月的记录，需要{MONTHS}个月"
        en = f"{word_en}: {n_months} months in a row on record, {MONTHS} are needed"
    target = case.statement().target
    decides = () if target is None else ((name, target, target),)
    return Measured(np.empty(0), needs=(zh, en), decides=decides, rises=True)


plugin = Evidence()
