"""A small year through the public API; `python -m bench push_year` runs the whole one."""

from __future__ import annotations

import pytest

from bench.push_year import COUNTIES, simulate
from tuijin.ledger import scope
from tuijin.ledger.models import Place
from tuijin.push import presets
from tuijin.see import presets as see_presets


@pytest.mark.slow
def test_five_weeks_of_twelve_projects(db):
    Place.objects.create(code="150200", name="包头市", level="prefecture")
    for code in COUNTIES:
        Place.objects.create(code=code, name=code, level="county", parent_id="150200")
    with scope.active(scope.system_scope("test")):
        see_presets.load_presets()
        presets.load_presets()
    outcome = simulate(12, 3, days=35, seed=1, issues_a_year=15)
    assert outcome.wrong == []
    assert outcome.issues >= 10
    assert outcome.clocks > 40
    assert outcome.most_notices <= 20
