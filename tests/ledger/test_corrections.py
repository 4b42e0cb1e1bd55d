"""A figure is corrected by two people; the trail names both, and the old figure stays."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest

from tuijin.importers.tables import build_table
from tuijin.ledger import intake, records, scope
from tuijin.ledger.models import Figure, FigureCorrection, Project, Tally, TrailEvent, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(api):
    """One person of each role."""
    return cache(api)


@pytest.fixture
def figure(ledger):
    """A figure of the editor's own project, entered by somebody else."""
    records.save_new([
        Figure(key="f-two", project=ledger["here"], metric="sales_yuan", title="销售", unit="yuan",
               value="100")
    ])  # fmt: skip
    return Figure.objects.get(key="f-two")


def asked(api, figure, *, who="place_editor", **body):
    path = f"figures/{figure.pk}"
    tag = f'"{figure.pk}-{figure.version}"'
    body = {"value": "120", "reason": "原表少记一季度"} | body
    return api(who).patch(path, body, If_Match=tag)


def current(figure):
    return Figure.objects.get(key=figure.key, is_current=True)


def test_two_people(api, figure):
    answer = asked(api, figure)
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    assert str(current(figure).value) == "100"  # nothing has changed yet
    path = answer["Location"].removeprefix("/api/v1/")
    assert api("place_editor").post(f"{path}/approve", {}).status_code == 403  # may not at all
    assert api("place_approver").get(path).json()["changes"]["value"] == ["100", "120"]
    done = api("place_approver").post(f"{path}/approve", {})
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    fresh = current(figure)
    assert (str(fresh.value), fresh.supersedes_id) == ("120", figure.pk)
    assert not Figure.objects.get(pk=figure.pk).is_current
    events = TrailEvent.objects.filter(action__endswith="correct") | TrailEvent.objects.filter(
        action__endswith="_correction"
    )
    told = list(events.order_by("seq").values_list("action", "actor"))
    assert [action for action, _ in told] == ["propose_correction", "approve_correction", "correct"]
    asker, approver = told[0][1], told[1][1]
    assert asker != approver
    assert fresh.entered_by == asker
    assert api("place_approver").post(f"{path}/approve", {}).json()["code"] == "decided"


def test_nobody_approves_their_own(api, figure):
    path = asked(api, figure, who="city_coordinator")["Location"].removeprefix("/api/v1/")
    for step in ("approve", "reject"):
        answer = api("city_coordinator").post(f"{path}/{step}", {})
        assert (answer.status_code, answer.json()["code"]) == (403, "self_approval")
    assert str(current(figure).value) == "100"


def test_turned_down(api, figure):
    path = asked(api, figure)["Location"].removeprefix("/api/v1/")
    assert api("city_coordinator").post(f"{path}/reject", {}).json()["state"] == "rejected"
    assert str(current(figure).value) == "100"
    assert asked(api, figure).status_code == 202  # one may ask again


def test_what_is_refused(api, figure):
    assert asked(api, figure, reason="").json()["code"] == "required"
    assert asked(api, figure, value="100").json()["code"] == "unchanged"
    assert asked(api, figure, value="1e9").status_code == 422
    assert asked(api, figure, nonsense=1).status_code == 422
    assert asked(api, figure, who="place_viewer").status_code == 403
    assert asked(api, figure).status_code == 202
    assert asked(api, figure, value="130").json()["code"] == "pending"
    stale = api("place_editor").patch(f"figures/{figure.pk}", {"value": "1"}, If_Match='"0-0"')
    assert stale.status_code == 412


def test_a_figure_corrected_meanwhile_is_not_overwritten(api, figure, as_system):
    path = asked(api, figure)["Location"].removeprefix("/api/v1/")
    records.correct_many(Figure, {figure.pk: {"value": "111"}})  # as an import does
    assert api("place_approver").post(f"{path}/approve", {}).json()["code"] == "superseded"
    assert str(current(figure).value) == "111"


def test_pages(api, figure):
    editor, approver = api("place_editor").client, api("place_approver").client
    path = f"/figures/{figure.pk}/correct/"
    form = editor.get(path).context
    sent = {spec.name: value for spec, value, _ in form["fields"]} | {"etag": form["etag"]}
    assert editor.post(path, sent | {"value": "120"}).status_code == 422  # no reason
    assert editor.post(path, sent | {"value": "x", "reason": "y"}).status_code == 422
    assert editor.post(path, sent | {"value": "120", "reason": "少记"}).status_code == 302
    found = FigureCorrection.objects.get()
    assert found.changes == {"value": ["100", "120"]}
    page = editor.get("/corrections/").content.decode()
    assert "少记" in page
    assert "/approve/" not in page
    assert "/approve/" in approver.get("/corrections/").content.decode()
    assert approver.post(f"/corrections/{found.pk}/approve/").status_code == 302
    assert str(current(figure).value) == "120"


def sent_in(figure, *values):
    """Tables of a file that says these values of the figure."""
    rows = [{"key": figure.key, "value": Decimal(value)} for value in values]
    return [build_table("figure", rows, list(range(2, 2 + len(rows))))]


def test_an_import_waits_for_a_second_person(api, figure):
    api("place_editor")
    editor = scope.build_scope(User.objects.get(role="place_editor"))
    with scope.active(editor):
        found = intake.accept(sent_in(figure, "130"), batch="b", reason="导入文件 表.xlsx")
    assert (found.counts["changed"], found.awaiting) == (1, 1)
    assert str(current(figure).value) == "100"
    waits = FigureCorrection.objects.get()
    assert (waits.reason, waits.changes["value"]) == ("导入文件 表.xlsx", ["100", "130"])
    assert TrailEvent.objects.get(action="propose_correction").batch == "b"
    with scope.active(editor):
        again = intake.preview(sent_in(figure, "130"))
        other = intake.preview(sent_in(figure, "140"))
    assert (again.counts["changed"], again.counts["unchanged"], again.refused) == (0, 1, [])
    assert [(p.code, p.row) for p in other.refused] == [("pending", 2)]
    path = f"corrections/{waits.pk}/approve"
    assert api("place_editor").post(path, {}).status_code == 403
    assert api("place_approver").post(path, {}).json()["state"] == "approved"
    assert str(current(figure).value) == "130"


def test_the_product_itself_does_not_wait(figure):
    found = intake.accept(sent_in(figure, "130"), batch="b")
    assert (found.awaiting, str(current(figure).value)) == (0, "130")


def test_what_waits_of_one_file_is_decided_at_once(api, ledger, figure):
    other = Figure.objects.get(key="f-there")  # in another county
    api("city_coordinator")
    office = scope.build_scope(User.objects.get(role="city_coordinator"))
    rows = [{"key": figure.key, "value": Decimal(7)}, {"key": other.key, "value": Decimal(8)}]
    tables = [build_table("figure", rows, [2, 3])]
    with scope.active(office):
        intake.accept(tables, batch="b-1", reason="导入文件 表.xlsx")
    for step in ("approve", "reject"):
        assert api("city_coordinator").post(f"corrections/of/b-1/{step}", {}).status_code == 403
    done = api("place_approver").post("corrections/of/b-1/approve", {})
    assert done.json() == {"decided": 1}  # of the own county
    assert str(current(figure).value) == "7"
    assert current(figure).entered_by == office.actor
    assert current(other).value is None
    assert api("place_approver").post("corrections/of/b-1/approve", {}).status_code == 404
    page = api("place_approver").client.post("/corrections/of/b-1/approve/")
    assert page.status_code == 404


def test_the_page_offers_the_whole_file(api, figure):
    api("place_editor")
    with scope.active(scope.build_scope(User.objects.get(role="place_editor"))):
        intake.accept(sent_in(figure, "7"), batch="b-2", reason="导入文件 表.xlsx")
    client = api("place_approver").client
    assert "/corrections/of/b-2/reject/" in client.get("/corrections/").content.decode()
    assert client.post("/corrections/of/b-2/reject/").status_code == 302
    assert str(current(figure).value) == "100"
    assert FigureCorrection.objects.get().state == "rejected"
    assert "/corrections/of/b-2/" not in client.get("/corrections/").content.decode()


@pytest.mark.parametrize("who", ["place_editor", "city_coordinator"])
@pytest.mark.parametrize(
    "where", [{"project": "there"}, {"place": "150223"}, {"project": None, "place": "150223"}]
)
def test_a_figure_is_moved_to_no_other_place_but_by_the_city(api, figure, who, where):
    answer = asked(api, figure, who=who, **where)
    assert answer.status_code == (202 if who == "city_coordinator" else 403)
    assert FigureCorrection.objects.exists() == (who == "city_coordinator")


def test_a_figure_of_nothing_is_refused(api, figure):
    answer = asked(api, figure, project=None)
    assert (answer.status_code, answer.json()["code"]) == (422, "required")
    assert not FigureCorrection.objects.exists()


def test_what_would_move_a_figure_is_not_put_in_force_by_another_place(api, figure):
    """Even if it were on record: what is approved is checked as it is entered."""
    asked(api, figure)
    FigureCorrection.objects.update(changes={"place_id": [None, "150223"]})
    path = f"corrections/{FigureCorrection.objects.get().pk}/approve"
    assert api("place_approver").post(path, {}).status_code == 403
    assert FigureCorrection.objects.get().is_approved is None
    assert current(figure).pk == figure.pk


def test_a_new_figure_of_an_own_project_is_of_no_other_place(api, figure):
    body = {"project": "here", "metric": "m", "title": "t", "unit": "t", "key": "f-new"}
    assert api("place_editor").post("figures", {**body, "place": "150223"}).status_code == 403
    assert api("place_editor").post("figures", {**body, "place": "150222"}).status_code == 201


@pytest.mark.parametrize("row", [
    {"key": "f-two", "project": "here", "place": "150223"},
    {"key": "f-two", "project": None, "place": "150223"},
])  # fmt: skip
def test_a_file_moves_no_figure_to_another_place(api, figure, row):
    api("place_editor")
    table = build_table("figure", [row], [2])
    with scope.active(scope.build_scope(User.objects.get(role="place_editor"))):
        found = intake.preview([table])
    assert [(p.code, p.row) for p in found.refused] == [("not_allowed", 2)]


@pytest.fixture
def project(ledger):
    records.change(Project, {ledger["here"].pk: {"total_investment_yuan": Decimal(1_000_000)}})
    return Project.objects.get(key="here")


def patched(api, project, *, who="place_editor", **body):
    seen = Project.objects.get(pk=project.pk)
    tag = f'"{project.pk}-{seen.version}"'
    return api(who).patch(f"projects/{project.pk}", body, If_Match=tag)


def invested(project):
    return Project.objects.get(pk=project.pk).total_investment_yuan


def test_total_investment_on_record_is_corrected_by_two(api, project):
    wanted = {"total_investment_yuan": "2000000", "summary": "二期"}
    assert patched(api, project, **wanted).json()["errors"][0]["field"] == "reason"
    answer = patched(api, project, **wanted, reason="批复调整")
    assert (answer.status_code, answer.json()["summary"]) == (202, "二期")  # the rest is saved
    assert invested(project) == 1_000_000
    path = answer["Location"].removeprefix("/api/v1/")
    shown = api("place_approver").get(path).json()
    assert (shown["project"], shown["figure"]) == (project.pk, None)
    assert patched(api, project, **wanted, reason="再提").json()["code"] == "pending"
    assert api("place_editor").post(f"{path}/approve", {}).status_code == 403
    page = api("place_approver").client.get("/corrections/").content.decode()
    assert "200" in page
    assert api("place_approver").post(f"{path}/approve", {}).json()["state"] == "approved"
    assert invested(project) == 2_000_000
    told = list(TrailEvent.objects.order_by("seq").values_list("action", "object_type"))[-2:]
    assert told == [("approve_correction", "correction"), ("correct", "project")]
    tally = Tally.objects.get(place="150222", projects_count__gt=0)
    assert tally.total_investment_yuan == 2_000_000


def test_what_was_empty_is_filled_in_by_one(api, ledger):
    project = ledger["here"]
    assert patched(api, project, total_investment_yuan="5", land_mu="3").status_code == 200
    assert invested(project) == 5


def test_a_project_changed_meanwhile_is_not_overwritten(api, project, as_system):
    answer = patched(api, project, total_investment_yuan="2", reason="误")
    records.change(Project, {project.pk: {"total_investment_yuan": Decimal(7)}})
    path = answer["Location"].removeprefix("/api/v1/")
    assert api("place_approver").post(f"{path}/approve", {}).json()["code"] == "superseded"
    assert invested(project) == 7


def test_the_form_asks_for_a_reason_and_says_that_it_waits(api, project):
    client = api("place_editor").client
    url = f"/projects/{project.pk}/edit/"
    form = client.get(url).context["form"]
    sent = {name: "" if value is None else value for name, value in form.initial.items()}
    sent |= {"total_investment_yuan": "999", "stage": "building"}  # 万元
    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert refused.context["form"].errors == {"reason": ["请写明更正原因"]}
    saved = client.post(url, {**sent, "reason": "批复调整"}, follow=True)
    assert "等待另一人批准" in saved.content.decode()
    assert invested(project) == 1_000_000
    seen = Project.objects.get(pk=project.pk).version
    again = client.post(url, {**sent, "version": seen, "reason": "再提"})
    assert (again.status_code, "待批" in again.content.decode()) == (422, True)


def test_a_file_that_changes_total_investment_waits(api, project):
    api("place_editor")
    editor = scope.build_scope(User.objects.get(role="place_editor"))

    def sent(yuan):
        row = {"key": "here", "total_investment_yuan": Decimal(yuan), "summary": "二期"}
        return [build_table("project", [row], [2])]

    with scope.active(editor):
        found = intake.accept(sent(3_000_000), batch="b", reason="导入文件 表.xlsx")
        again = intake.preview(sent(3_000_000))
        other = intake.preview(sent(4_000_000))
    assert (found.counts["changed"], found.awaiting) == (1, 1)
    assert (again.counts["changed"], again.counts["unchanged"]) == (0, 1)
    assert [(p.code, p.field) for p in other.refused] == [("pending", "total_investment_yuan")]
    kept = Project.objects.get(pk=project.pk)
    assert (kept.total_investment_yuan, kept.summary) == (1_000_000, "二期")
    assert api("place_approver").client.post("/corrections/of/b/approve/").status_code == 302
    assert invested(project) == 3_000_000
