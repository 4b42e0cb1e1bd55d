"""Who sees and writes what, in the data layer itself."""

from __future__ import annotations

import pytest

from tuijin.errors import NotAllowed, NotFound, SignInRequired
from tuijin.ledger import records, scope, visible
from tuijin.ledger.models import (
    Figure,
    Organisation,
    ProgressReport,
    Project,
    Source,
    User,
)

pytestmark = pytest.mark.django_db


def test_nothing_is_read_outside_a_scope(db):
    for model in (Project, Figure, Source, Organisation):
        with pytest.raises(scope.ScopeMissing):
            list(model.objects.all())


@pytest.mark.parametrize(
    ("role", "projects", "reports"),
    [
        ("city_leader", 2, 2), ("city_coordinator", 2, 2), ("city_department", 2, 0),
        ("analyst", 2, 1), ("place_leader", 2, 1), ("place_approver", 2, 1),
        ("place_editor", 2, 1), ("place_officer", 1, 0), ("place_verifier", 1, 0),
        ("place_viewer", 2, 0), ("company", 1, 0), ("audit_admin", 0, 0),
        ("security_admin", 0, 0), ("system_admin", 0, 0), ("telemetry", 0, 0),
    ],
)  # fmt: skip
def test_rows_by_role(as_role, role, projects, reports):
    with scope.active(as_role(role)):
        assert (Project.objects.count(), ProgressReport.objects.count()) == (projects, reports)
        assert Organisation.objects.count() == projects
        assert Figure.objects.count() == projects


def test_company_reads_what_its_own_people_reported_and_no_more(as_role, ledger):
    ours, theirs = as_role("company"), as_role("company", project="there")
    with scope.active(ours):
        records.save_new([ProgressReport(project_id=ledger["here"].pk, period="2025-10")])
        assert [r.period for r in ProgressReport.objects.all()] == ["2025-10"]
    with scope.active(theirs):
        assert not ProgressReport.objects.exists()


def test_foreign_rows_are_read_but_never_written(as_role, ledger):
    with scope.active(as_role("place_editor")):
        foreign, own = ledger["there"], ledger["here"]
        assert Project.objects.filter(pk=foreign.pk).exists()
        for act in (
            lambda: records.change(Project, {foreign.pk: {"name": "x"}}),
            lambda: records.change(Project, {own.pk: {"place_id": "150223"}}),
            lambda: records.save_new([Project(key="n", name="n", place_id="150223")]),
            lambda: records.save_new([ProgressReport(project=foreign, period="2025-11")]),
            lambda: records.correct_many(
                Figure, {Figure.objects.get(key="f-there").pk: {"unit": "kg"}}
            ),
            lambda: records.change(
                Organisation, {Organisation.objects.get(key="o-here").pk: {"name": "x"}}
            ),
        ):
            with pytest.raises(NotAllowed):
                act()
        assert records.change(Project, {own.pk: {"name": "新名"}}) == 1


def test_missing_and_invisible_are_the_same(as_role, ledger):
    with scope.active(as_role("company")):
        for pk in (ledger["there"].pk, 10**6, "x", 10**30):
            with pytest.raises(NotFound) as raised:
                visible.find_or_404(Project.objects, pk=pk)
            assert raised.value.detail == ""


def test_filter_by_a_hidden_column_stays_inside_the_own_scope(as_role, ledger):
    with scope.active(as_role("place_editor")):
        everywhere = Project.objects.filter(light="")
        assert everywhere.count() == 2
        assert visible.narrowed(everywhere, ["light"]).count() == 1
        assert visible.narrowed(everywhere, ["stage"]).count() == 2


def test_trail_leaves_out_values_above_the_reader(as_role, ledger):
    viewer = as_role("place_viewer")
    events = {}
    for reader in (viewer, as_role("place_editor")):
        with scope.active(reader):
            found = visible.trail_of(ledger["here"])
            events[reader.role.code] = next(
                e.changes for e in found if e.object_type == "progressreport"
            )
    assert "year_done_yuan" not in events["place_viewer"]
    assert "year_done_yuan" in events["place_editor"]


def test_disabled_account_has_no_scope(as_role):
    as_role("place_viewer")
    user = User.objects.get(role="place_viewer")
    user.is_active = False
    with pytest.raises(SignInRequired):
        scope.build_scope(user)
