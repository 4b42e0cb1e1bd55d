"""Writing: versions, corrections and the trail go together or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tuijin.errors import NotFound, VersionConflict
from tuijin.ledger import records, trail
from tuijin.ledger.models import AnnualPlan, Project, Tally, TrailEvent

pytestmark = pytest.mark.django_db


def _project(key: str = "p") -> Project:
    project = Project(key=key, name="甲项目", place_id="150223", stage="planned")
    records.save_new([project])
    return project


def test_a_change_is_in_the_trail_with_old_and_new(as_system: None) -> None:
    project = _project()
    assert records.change(Project, {project.pk: {"stage": "building", "name": "甲项目"}}) == 1
    event = TrailEvent.objects.last()
    assert event is not None
    assert event.changes == {"stage": ["planned", "building"]}
    assert (event.actor, event.project_id) == ("system:test", project.pk)


def test_a_change_that_changes_nothing_leaves_no_trace(as_system: None) -> None:
    project = _project()
    assert records.change(Project, {project.pk: {"stage": "planned"}}) == 0
    assert TrailEvent.objects.count() == 1


def test_the_second_of_two_savers_is_refused_and_nothing_is_written(as_system: None) -> None:
    first, second = _project("a"), _project("b")
    records.change(Project, {first.pk: {"stage": "building"}}, versions={first.pk: 1})
    with pytest.raises(VersionConflict):
        records.change(
            Project,
            {second.pk: {"stage": "building"}, first.pk: {"stage": "planned"}},
            versions={second.pk: 1, first.pk: 1},
        )
    assert Project.objects.get(pk=second.pk).stage == "planned"
    assert Tally.objects.get(place_id="150200", stage="building").projects_count == 1


def test_a_missing_entry_is_not_found(as_system: None) -> None:
    with pytest.raises(NotFound):
        records.change(Project, {404: {"stage": "building"}})


def test_a_correction_keeps_the_old_entry(as_system: None) -> None:
    project = _project()
    plan = AnnualPlan(project=project, year=2025, planned_yuan=Decimal("1e8"))
    records.save_new([plan])
    records.correct_many(AnnualPlan, {plan.pk: {"planned_yuan": Decimal("1.2e8")}})
    old, new = AnnualPlan.objects.order_by("pk")
    assert (old.planned_yuan, old.is_current) == (Decimal("1e8"), False)
    assert (new.planned_yuan, new.supersedes_id, new.year) == (Decimal("1.2e8"), old.pk, 2025)
    with pytest.raises(NotFound):
        records.correct_many(AnnualPlan, {old.pk: {"planned_yuan": Decimal(1)}})


def test_the_chain_finds_an_edit_a_cut_and_a_swap(as_system: None) -> None:
    for number in range(6):
        _project(f"p{number}")
    rows = list(TrailEvent.objects.all())
    assert trail.first_broken(rows) is None
    assert trail.first_broken([*rows[:2], *rows[3:]]) == rows[3].seq
    rows[4].changes["name"] = [None, "乙项目"]
    assert trail.first_broken(rows) == rows[4].seq


def test_numbers_have_no_gap(as_system: None) -> None:
    for number in range(5):
        _project(f"p{number}")
    assert list(TrailEvent.objects.values_list("seq", flat=True)) == [1, 2, 3, 4, 5]
