"""by_date: an event, a silence, a forecast."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tuijin.errors import ClaimMalformed
from tuijin.verify.claim_types import Measured, Ruling, Statement
from tuijin.verify.claim_types.by_date import plugin

DUE = date(2025, 9, 30)


def operation(statistic="value", due=DUE, ratio=None):
    return Statement("in_operation", "by_date", statistic, "date", None, due, ratio)


def test_mandula_started_five_months_late():
    """Visited on 2025-09-21; operation announced on 2026-03-03 by the transport bureau."""
    on = Measured(np.array([float(date(2026, 3, 3).toordinal())]), is_recorded=True)
    finding = plugin.check(operation(), on)
    assert (finding.ruling, finding.on) == (Ruling.FALLS_SHORT, date(2026, 3, 3))


@pytest.mark.parametrize(
    ("until", "ruling"),
    [
        (None, Ruling.UNDECIDED),
        (date(2025, 9, 29), Ruling.UNDECIDED),
        (DUE, Ruling.UNDECIDED),
        (date(2025, 10, 1), Ruling.FALLS_SHORT),
    ],
)
def test_silence(until, ruling):
    finding = plugin.check(operation(), Measured(np.empty(0), observed_until=until))
    assert finding.ruling is ruling
    assert any(finding.needs) is (ruling is Ruling.UNDECIDED)


def test_forecast_with_runs_that_never_finish():
    days = np.concatenate([np.full(700, DUE.toordinal() - 5.0), np.full(300, np.inf)])
    assert plugin.check(operation("p50"), Measured(days)).on == date(2025, 9, 25)
    late = plugin.check(operation("p90"), Measured(days))
    assert (late.ruling, late.on) == (Ruling.FALLS_SHORT, None)
    likely = plugin.check(operation("probability", ratio=0.6), Measured(days))
    assert (likely.ruling, likely.value, likely.on) == (Ruling.HOLDS, 0.7, None)


def test_needs_a_date():
    with pytest.raises(ClaimMalformed, match="needs the date"):
        plugin.check(operation(due=None), Measured(np.empty(0)))
