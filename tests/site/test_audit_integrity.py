"""Writes hang together: one order of locks, one transaction with the trail, true kept columns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from tuijin.ledger import accounts, kept, records, scope
from tuijin.ledger.models import (
    AccountChange,
    AnnualPlan,
    Node,
    Place,
    ProgressReport,
    Project,
    TrailEvent,
    User,
)
from tuijin.site import tokens
from tuijin.site.middleware import as_ours

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    with scope.active(scope.system_scope("audit")):
        Place.objects.create(code="150200", name="包头市", level="prefecture")
        Place.objects.create(code="150222", name="固阳县", level="county", parent_id="150200")
        found = Project(key="p", name="项目", place_id="150222")
        records.save_new([found])
    return found


def browse(role: str, *, places: Any = (), projects: Any = ()) -> Client:
    user = User.objects.create(username=role, display_name=role, role=role)
    user.places.set(places)
    links = User.projects.through.objects
    links.bulk_create(User.projects.through(user_id=user.pk, project_id=p.pk) for p in projects)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_a_change_over_the_api_takes_the_trail_before_the_row(project) -> None:
    client = browse("city_coordinator", places=["150200"])
    url = f"/api/v1/projects/{project.pk}"
    etag = client.get(url)["ETag"]
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.patch(
            url, {"name": "改名"}, content_type="application/json", headers={"If-Match": etag}
        )
    assert answer.status_code == 200, answer.content
    begun = next(n for n, q in enumerate(captured) if q["sql"].startswith(("BEGIN", "SAVEPOINT")))
    asked = [q["sql"] for q in captured.captured_queries[begun:] if q["sql"].startswith("SELECT")]
    assert "ledger_trailhead" in asked[0]


def test_what_a_database_cannot_hold_is_bad_input_and_a_deadlock_is_busy() -> None:
    request = RequestFactory().get("/")
    refused = as_ours(request, DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"))
    assert refused.status == 400
    busy = as_ours(request, OperationalError("deadlock detected\nDETAIL: Process 1 waits"))
    assert (busy.status, busy.code) == (503, "busy")


def test_the_trail_says_the_whole_of_a_change_of_rights(project) -> None:
    User.objects.create(username="viewer", display_name="v", role="place_viewer")
    first = User.objects.create(username="s1", display_name="s", role="security_admin")
    second = User.objects.create(username="s2", display_name="s", role="security_admin")
    with scope.active(scope.build_scope(first)):
        wish = accounts.Wish("analyst", ("150222",), ("p",))
        accounts.ask_change(User.objects.get(username="viewer"), wish)
    with scope.active(scope.build_scope(second)):
        accounts.approve(AccountChange.objects.get().pk)
    changes = TrailEvent.objects.get(action="approve_account_change").changes
    assert changes["role"] == ["place_viewer", "analyst"]
    assert changes["places"] == [[], ["150222"]]
    assert changes["projects"] == [[], [project.pk]]


def test_a_reset_of_access_ends_the_tokens_too(project) -> None:
    viewer = User.objects.create(username="viewer", display_name="v", role="place_viewer")
    users = [
        User.objects.create(username=name, display_name="s", role="security_admin")
        for name in ("s1", "s2")
    ]
    with scope.active(scope.build_scope(viewer)):
        token = tokens.create(viewer, name="script")
    assert tokens.find_user(f"Bearer {token}") == viewer
    with scope.active(scope.build_scope(users[0])):
        accounts.ask_change(viewer, accounts.Wish("place_viewer", resets_access=True))
    with scope.active(scope.build_scope(users[1])):
        assert accounts.approve(AccountChange.objects.get().pk)
    assert tokens.find_user(f"Bearer {token}") is None


def test_last_years_money_is_not_held_against_this_years_plan(project) -> None:
    with scope.active(scope.system_scope("audit")):
        records.save_new([AnnualPlan(project=project, year=2025, planned_yuan=Decimal(100))])
        records.save_new([
            ProgressReport(project=project, period="2025-12", year_done_yuan=Decimal(90))
        ])  # fmt: skip
        kept.refresh(["p"])
        assert Project.objects.get().year_done_yuan == 90
        records.save_new([AnnualPlan(project=project, year=2026, planned_yuan=Decimal(200))])
        kept.refresh(["p"])
        found = Project.objects.get()
    assert (found.plan_year, found.year_planned_yuan, found.year_done_yuan) == (2026, 200, None)


def test_a_figure_corrected_to_unknown_is_unknown_in_the_kept_columns(project) -> None:
    with scope.active(scope.system_scope("audit")):
        report = ProgressReport(
            project=project, period="2025-12", year_done_yuan=Decimal(90),
            total_done_yuan=Decimal(95),
        )  # fmt: skip
        records.save_new([report])
        records.save_new([Node(project=project, node="start", due_on=date(2025, 1, 1))])
        kept.refresh(["p"])
        records.correct_many(
            ProgressReport, {report.pk: {"year_done_yuan": None, "total_done_yuan": None}}
        )
        kept.refresh(["p"])
        found = Project.objects.get()
    assert (found.year_done_yuan, found.total_done_yuan) == (None, None)
    assert found.next_due_on == date(2025, 1, 1)


def test_the_time_of_the_last_change_is_told(project) -> None:
    with scope.active(scope.system_scope("audit")):
        before = Project.objects.get().updated_at
        records.change(Project, {project.pk: {"name": "改名"}})
        assert Project.objects.get().updated_at > before
