"""Bulk insert writes the same rows, the same events and the same sums as `records.save_new`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tuijin.ledger import bulk, records, tallies, trail
from tuijin.ledger.models import (
    Figure,
    Organisation,
    ProgressReport,
    Project,
    Tally,
    TrailEvent,
)

PROJECTS = [
    {"key": "a", "name": "甲“一”\n项目\\", "place_id": "150223", "stage": "building"},
    {
        "key": "b",
        "name": "=1+1 <script>",
        "place_id": "150222",
        "total_investment_yuan": Decimal("1234.56"),
        "land_mu": Decimal("12.50"),
        "planned_start_on": date(2025, 9, 20),
        "longitude": 110.4,
        "is_synthetic": True,
    },
    {"key": "c", "name": "丙\u2028\x7f", "place_id": "150223", "price_year": 2025, "summary": "x"},
]


def as_columns(entries):
    names = dict.fromkeys(name for entry in entries for name in entry)
    return {name: [entry.get(name) for entry in entries] for name in names}


def events():
    return list(
        TrailEvent.objects.order_by("seq").values_list(
            "action", "object_type", "project_id", "place_id", "changes", "changes_sha256"
        )
    )


def rows(model):
    silent = {"updated_at", "entered_at"}
    names = [f.attname for f in model._meta.concrete_fields if f.attname not in silent]
    return list(model.objects.order_by("pk").values_list(*names))


def wipe():
    ProgressReport.objects.all().delete()
    Figure.objects.all().delete()
    Project.objects.all().delete()
    TrailEvent.objects.all().delete()
    Tally.objects.all().delete()


@pytest.mark.django_db
def test_same_rows_events_and_sums(as_system):
    bulk.insert(Project, as_columns(PROJECTS), batch="x")
    fast = rows(Project), events(), sorted(Tally.objects.values_list("place", "projects_count"))
    first = Project.objects.get(key="a").pk
    wipe()
    records.save_new([Project(pk=first + n, **p) for n, p in enumerate(PROJECTS)], batch="x")
    slow = rows(Project), events(), sorted(Tally.objects.values_list("place", "projects_count"))
    assert fast == slow


@pytest.mark.django_db
def test_the_chain_holds_through_both_roads(as_system):
    bulk.insert(Project, as_columns(PROJECTS), batch="x")
    records.save_new([Organisation(key="o", name="单位")])
    pk = Project.objects.get(key="b").pk
    report = {"project_id": pk, "period": "2025-09", "year_done_yuan": Decimal("0.07")}
    bulk.insert(ProgressReport, as_columns([report]), batch="x")
    records.change(Project, {pk: {"name": "乙"}})
    assert trail.first_broken(list(TrailEvent.objects.order_by("seq"))) is None
    assert ProgressReport.objects.get().year_done_yuan == Decimal("0.07")
    assert ProgressReport.objects.get().entered_by == "system:test"
    assert abs((ProgressReport.objects.get().entered_at - datetime.now(UTC)).total_seconds()) < 60


@pytest.mark.django_db
def test_sums_equal_a_recount(as_system):
    bulk.insert(Project, as_columns(PROJECTS), batch="")
    names = ("place_id", "status", "stage", "light", *tallies.SUMS)
    kept = sorted(Tally.objects.values_list(*names))
    tallies.rebuild()
    assert kept == sorted(Tally.objects.values_list(*names))


@pytest.mark.django_db
def test_ids_go_on_after_the_last(as_system):
    first = bulk.insert(Project, as_columns(PROJECTS[:2]), batch="")
    records.save_new([Project(key="d", name="丁", place_id="150223")])
    (last,) = bulk.insert(Project, as_columns(PROJECTS[2:]), batch="")
    assert sorted({*first, last}) == [*first, last]
    assert Project.objects.count() == 4
