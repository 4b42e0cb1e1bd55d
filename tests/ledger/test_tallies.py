"""Kept sums equal a count from nothing, whatever was written before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuijin.ledger import records, tallies
from tuijin.ledger.models import Project, Tally

_NAMES = ("place_id", "status", "stage", "light", *tallies.SUMS)
_changes = st.fixed_dictionaries(
    {},
    optional={
        "place_id": st.sampled_from(["150222", "150223", "150200"]),
        "stage": st.sampled_from(["planned", "building", "producing"]),
        "status": st.sampled_from(["active", "paused"]),
        "total_investment_yuan": st.none()
        | st.decimals(min_value=0, max_value=Decimal("1e12"), places=2),
    },
)
_marks = st.fixed_dictionaries(
    {},
    optional={
        "light": st.sampled_from(["", "green", "red"]),
        "year_done_yuan": st.none() | st.decimals(min_value=0, max_value=Decimal("1e9"), places=2),
        "claims_short": st.integers(0, 5),
    },
)


def _kept() -> list[tuple[Any, ...]]:
    rows = Tally.objects.exclude(projects_count=0).values_list(*_NAMES)
    return sorted(rows)


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 3), _changes, _marks), max_size=8),
)
def test_kept_sums_equal_a_recount(as_system: None, steps: list[Any]) -> None:
    projects = [Project(key=f"p{i}", name=f"项目{i}", place_id="150223") for i in range(4)]
    Project.objects.all().delete()
    Tally.objects.all().delete()
    records.save_new(projects)
    pks = list(Project.objects.order_by("key").values_list("pk", flat=True))
    for is_mark, which, changes, marks in steps:
        if is_mark and marks:
            records.mark({pks[which]: marks})
        elif changes:
            records.change(Project, {pks[which]: changes})
    kept = _kept()
    tallies.rebuild()
    assert kept == _kept()


@pytest.mark.django_db
def test_money_is_summed_to_the_fen_and_upwards(as_system: None) -> None:
    amounts = [Decimal("0.01"), Decimal("999999999999.99")]
    records.save_new(
        [
            Project(key=f"p{i}", name="甲", place_id="150223", total_investment_yuan=amount)
            for i, amount in enumerate(amounts)
        ]
    )
    for code in ("150223", "150200", "150000"):
        assert Tally.objects.get(place_id=code).total_investment_yuan == sum(amounts)
