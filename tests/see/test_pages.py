"""Pages over the whole stack: what each role gets, forms, conflicts, export."""

from __future__ import annotations

import json
import re
from io import BytesIO

import openpyxl
import pytest

from tests.see.conftest import TODAY, YI
from tuijin.ledger import records
from tuijin.ledger.models import (
    Node,
    Place,
    PlaceBoundary,
    ProgressReport,
    Project,
    Rulebook,
    TrailEvent,
)
from tuijin.see import judging, rules
from tuijin.see.models import IndicatorRule, SavedView

PAGES = ("/", "/projects/", "/map/", "/indicators/", "/rules/")


@pytest.mark.parametrize("role", ["city_leader", "city_coordinator", "city_department", "analyst",
                                  "place_editor", "place_officer", "place_viewer",
                                  "company"])  # fmt: skip
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_answers_every_reader(browse, role: str, language: str) -> None:
    client = browse(role)
    client.cookies["django_language"] = language
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code == 200, path
        html = answer.content.decode()
        assert not re.search(r"\sstyle=|\son\w+=|<script(?![^>]*(?:src=|application/json))", html)


@pytest.mark.parametrize("role", ["audit_admin", "security_admin", "system_admin"])
def test_administrators_get_no_business_pages(browse, role: str) -> None:
    for path in PAGES[1:]:
        assert browse(role, place=f"1502{22 + PAGES.index(path) % 2}").get(path).status_code == 403
        break


def test_project_page_shows_the_light_and_why(browse, portfolio) -> None:
    judging.judge_portfolio(as_of=TODAY)
    html = browse("city_leader").get(f"/projects/{portfolio['slow'].pk}/").content.decode()
    assert "红灯" in html
    assert "低于计划进度30个百分点以上" in html


def test_confidential_panels_are_absent_for_a_department(browse, portfolio) -> None:
    html = browse("city_department").get(f"/projects/{portfolio['fair'].pk}/").content.decode()
    assert "投资与进度" not in html
    assert "<dt>年度计划" not in html
    assert "4,500" not in html


def test_not_visible_is_not_there(browse, portfolio) -> None:
    client = browse("company")
    assert client.get(f"/projects/{portfolio['fair'].pk}/").status_code == 404
    assert client.get("/projects/999999/").status_code == 404


def form_of(client, path: str) -> dict[str, str]:
    """What a browser would send back of the form at a path."""
    form = client.get(path).context["form"]
    initial = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: "" if value is None else str(value) for name, value in initial.items()}


def test_edit_saves_and_leaves_a_trail(browse, portfolio) -> None:
    client = browse("city_coordinator")
    path = f"/projects/{portfolio['slow'].pk}/edit/"
    sent = form_of(client, path) | {"stage": "completed", "price_year": "2024"}
    assert client.post(path, sent).status_code == 302
    saved = Project.objects.get(key="slow")
    assert (saved.stage, saved.version) == ("completed", portfolio["slow"].version + 1)
    assert saved.price_year == 2024
    event = TrailEvent.objects.latest("seq")
    assert event.changes["stage"] == ["building", "completed"]


def test_unchanged_form_changes_nothing(browse, portfolio) -> None:
    client = browse("city_coordinator")
    path = f"/projects/{portfolio['plant'].pk}/edit/"
    before = TrailEvent.objects.count()
    assert client.post(path, form_of(client, path)).status_code == 302
    events = TrailEvent.objects.filter(seq__gt=before).exclude(object_type="account")
    assert not events.exists()


def test_who_saves_second_sees_both_sides(browse, portfolio) -> None:
    client = browse("city_coordinator")
    path = f"/projects/{portfolio['slow'].pk}/edit/"
    mine = form_of(client, path) | {"name": "我的名字"}
    records.change(Project, {portfolio["slow"].pk: {"name": "别人的名字"}})
    answer = client.post(path, mine)
    assert answer.status_code == 412
    html = answer.content.decode()
    assert "我的名字" in html
    assert "别人的名字" in html
    assert Project.objects.get(key="slow").name == "别人的名字"
    again = {bound.name: bound.value() or "" for bound in answer.context["form"]}
    assert client.post(path, again | {"pick-name": "mine"}).status_code == 302
    assert Project.objects.get(key="slow").name == "我的名字"


def test_two_editors_merge_field_by_field(browse, portfolio) -> None:
    """Each changed something alone, and both changed the name and the year of the prices."""
    first, second = browse("city_coordinator"), browse("place_editor")
    slow = portfolio["slow"]
    path = f"/projects/{slow.pk}/edit/"
    mine = form_of(first, path)
    theirs = form_of(second, path)
    theirs |= {"name": "乙", "price_year": "2023", "industry": "C38", "summary": "乙写"}
    assert second.post(path, theirs).status_code == 302
    mine |= {"name": "甲", "price_year": "2024", "longitude": "110.5", "summary": "乙写"}
    answer = first.post(path, mine)
    assert answer.status_code == 412
    met = answer.context["met"]
    assert {found.name: found.by for found in met.differences} == {
        "name": "both", "price_year": "both", "longitude": "mine", "industry": "theirs",
    }  # fmt: skip
    name = met.differences[0]
    assert (name.base, name.theirs, name.mine) == (slow.name, "乙", "甲")
    assert met.saved_by
    again = {bound.name: bound.value() or "" for bound in answer.context["form"]}
    assert again["version"] == str(slow.version + 1)
    picks = {"name": "theirs", "price_year": "mine", "longitude": "mine", "industry": "theirs"}
    picked = again | {f"pick-{name}": side for name, side in picks.items()}
    records.change(Project, {slow.pk: {"name": "丙"}})  # a third comes in between
    third = first.post(path, picked)
    assert third.status_code == 412
    again = {bound.name: bound.value() or "" for bound in third.context["form"]}
    assert first.post(path, picked | {"version": again["version"]}).status_code == 302
    saved = Project.objects.get(pk=slow.pk)
    assert (saved.name, saved.industry, saved.price_year) == ("丙", "C38", 2024)
    assert (saved.longitude, saved.summary) == (110.5, "乙写")


def test_bad_values_come_back_beside_their_field(browse, portfolio) -> None:
    client = browse("city_coordinator")
    path = f"/projects/{portfolio['slow'].pk}/edit/"
    answer = client.post(
        path, form_of(client, path) | {"total_investment_yuan": "many", "name": ""}
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"total_investment_yuan", "name"}


def test_new_project_once(browse, portfolio) -> None:
    client = browse("place_editor")
    assert [
        code for code, _ in client.get("/projects/new/").context["form"]["place"].field.choices
    ] == ["", "150222"]
    sent = form_of(client, "/projects/new/") | {"name": "新项目", "place": "150222"}
    assert client.post("/projects/new/", sent).status_code == 302
    assert Project.objects.get(name="新项目").stage == "planned"
    assert client.post("/projects/new/", sent).status_code == 409
    assert client.post("/projects/new/", sent | {"place": "150223"}).status_code == 422


def test_a_new_project_lies_nowhere_until_somebody_says_where(browse, portfolio) -> None:
    Place.objects.create(code="150201", name="市辖区", level="county", parent_id="150200")
    field = browse("city_coordinator").get("/projects/new/").context["form"]["place"]
    assert field.value() is None
    assert "150201" not in dict(field.field.choices)


def test_what_is_cancelled_is_told_apart(browse, portfolio) -> None:
    client = browse("city_leader")
    assert "另有 1 个已取消或退役" in client.get("/").content.decode()
    page = client.get("/projects/").content.decode()
    assert "5 个项目" in page
    assert "其中 1 个已取消或退役" in page
    ended = client.get("/projects/?status=ended").content.decode()
    assert "撤销" in ended
    assert "慢项目" not in ended


def test_an_investment_nobody_recorded_is_not_nothing(browse, portfolio) -> None:
    Project.objects.update(total_investment_yuan=None)
    page = browse("company").get("/").content.decode()
    assert "0 元" not in page.replace('"stat-unit">', '"stat-unit"> ')
    assert page.count('<span class="empty-value">—</span>') >= 1


def test_a_share_of_investment_says_on_how_many_it_rests(browse, portfolio) -> None:
    client = browse("city_leader")
    assert "个有投资记录的项目" not in client.get("/indicators/").content.decode()
    Project.objects.filter(key__in=("slow", "fair")).update(total_investment_yuan=None)
    assert "依据 2/4 个有投资记录的项目" in client.get("/indicators/").content.decode()


def test_a_third_of_a_month_is_written_as_the_form_writes_it(browse, portfolio) -> None:
    report = ProgressReport(project=portfolio["slow"], period="2025-07-3", year_done_yuan=YI)
    records.save_new([report])
    client, path = browse("city_leader"), f"/projects/{portfolio['slow'].pk}/"
    pages = [client.get(path), client.get(f"/entries/report/{report.pk}/")]
    for page in pages:
        assert "2025-07下旬" in page.content.decode()
        assert ">2025-07-3<" not in page.content.decode()
    assert pages[0].context["money_chart"]["xAxis"]["data"][-1] == "2025-07下旬"
    client.cookies["django_language"] = "en"
    assert "late 2025-07" in client.get(path).content.decode()


def test_a_form_names_its_project(browse, portfolio) -> None:
    page = browse("place_editor").get(f"/projects/{portfolio['slow'].pk}/operation/")
    assert "慢项目" in page.content.decode().split("<form method")[0].split("card-body")[-1]


def test_report_and_its_correction(browse, portfolio) -> None:
    client = browse("place_editor")
    path = f"/projects/{portfolio['slow'].pk}/reports/"
    assert client.post(path, {"period": "2025年7月", "year_done_wan": "4000"}).status_code == 302
    assert client.post(path, {"period": "2025-07", "year_done_wan": "4500"}).status_code == 302
    rows = ProgressReport.objects.filter(project=portfolio["slow"], period="2025-07")
    assert {(str(r.year_done_yuan), r.is_current) for r in rows} == {
        ("40000000", False), ("45000000", True)
    }  # fmt: skip
    assert Project.objects.get(key="slow").year_done_yuan == 45_000_000


def test_reason_through_the_page(browse, portfolio) -> None:
    client = browse("place_editor")
    path = f"/projects/{portfolio['slow'].pk}/reasons/"
    assert client.post(path, {"node": "progress", "reason": "停工令"}).status_code == 302
    assert Node.objects.get(project=portfolio["slow"]).reason == "停工令"


def test_a_foreign_project_is_read_but_not_written(browse, portfolio) -> None:
    client = browse("place_editor")  # of Guyang
    foreign = portfolio["fair"].pk
    assert client.get(f"/projects/{foreign}/").status_code == 200
    assert client.get(f"/projects/{foreign}/edit/").status_code == 403
    assert client.post(f"/projects/{foreign}/reports/", {"period": "2025-07"}).status_code == 403


def test_many_at_once_or_none(browse, portfolio) -> None:
    client = browse("place_editor")
    own, foreign = portfolio["slow"].pk, portfolio["fair"].pk
    sent = {"ids": [own, foreign], "change": "stage=completed"}
    assert client.post("/projects/change/", sent).status_code == 403
    assert Project.objects.get(pk=own).stage == "building"
    assert client.post("/projects/change/", sent | {"ids": [own]}).status_code == 302
    assert Project.objects.get(pk=own).stage == "completed"
    assert client.post("/projects/change/", sent | {"change": "name=x"}).status_code == 422


def test_export_is_what_is_shown(browse, portfolio) -> None:
    client = browse("city_coordinator")
    answer = client.get(
        "/projects/export.xlsx?place=150223&columns=name&columns=done_ratio&sort=-name"
    )
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    rows = list(sheet.values)
    assert rows[0] == ("项目名称", "投资完成率（%）")
    assert {row[0] for row in rows[1:3]} == {"好项目", "设想"}
    assert {row[0]: row[1] for row in rows[1:3]}["好项目"] == pytest.approx(45)
    event = TrailEvent.objects.filter(action="export").latest("seq")
    assert event.changes["rows"] == [None, 2]
    assert event.object_id in rows[-1][0]


def test_export_carries_no_column_above_the_reader(browse, portfolio) -> None:
    answer = browse("place_leader").get("/projects/export.xlsx?columns=name&columns=year_done_yuan")
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.values)
    done = {row[0]: row[1] for row in rows[1:]}
    assert done["慢项目"] == 0
    assert done["好项目"] is None  # another county's confidential figure


def test_confidential_export_asks_for_the_password_again(browse, portfolio) -> None:
    client = browse("city_coordinator")
    client.get("/projects/")
    session = client.session
    session["proved_at"] -= 11 * 60
    session.save()
    answer = client.get("/projects/export.xlsx?place=150223")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/proof/?next=%2Fprojects%2Fexport.xlsx")
    assert client.get("/projects/export.xlsx?columns=name").status_code == 200


def test_saved_view_belongs_to_its_owner(browse, portfolio) -> None:
    client = browse("city_leader")
    client.post("/projects/views/", {"name": "在建", "query": "stage=building"})
    view = SavedView.objects.get()
    assert "在建" in client.get("/projects/").content.decode()
    other = browse("city_coordinator")
    assert '?stage=building"' not in other.get("/projects/").content.decode()
    other.post(f"/projects/views/{view.pk}/delete/")
    assert SavedView.objects.exists()
    client.post(f"/projects/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_map_holds_the_points_of_the_filter(browse, portfolio) -> None:
    html = browse("city_leader").get("/map/?place=150222").content.decode()
    data = json.loads(re.search(r'id="portfolio-map" type="application/json">(.*?)</script>', html,
                                re.DOTALL)[1])  # fmt: skip
    names = {point[2] for point in data["points"]["rows"]}
    assert names == {"慢项目", "电厂", "撤销"}
    assert [f["properties"]["name"] for f in data["boundaries"]["features"]] == ["固阳县"]


def test_map_without_boundaries_frames_its_points(browse, portfolio) -> None:
    PlaceBoundary.objects.all().delete()
    html = browse("city_leader").get("/map/").content.decode()
    assert '"coordinates": [[[110.0, 41.4]' in html


def test_choosing_a_rulebook_needs_the_right(browse, portfolio) -> None:
    sent = {"place": "150222", "rulebook": "light-sanya"}
    assert browse("city_leader").post("/rules/choose/", sent).status_code == 403
    assert browse("city_coordinator").post("/rules/choose/", sent).status_code == 302
    assert judging.rulebooks_of(["150222"])["150222"] == "light-sanya"


@pytest.mark.parametrize("kind", ["node", "indicator", "score"])
def test_every_kind_that_has_two_books_is_chosen_by_place(browse, portfolio, kind: str) -> None:
    client, code = browse("city_coordinator"), f"{kind}-own"
    assert f'id="book-{kind}-150222"' not in client.get("/rules/").content.decode()
    Rulebook.objects.create(code=f"{kind}-other", kind=kind, name="另一套")
    Rulebook.objects.create(code=code, kind=kind, name="本县的")
    assert f'id="book-{kind}-150222"' in client.get("/rules/").content.decode()
    answer = client.post("/rules/choose/", {"place": "150222", "rulebook": code}, follow=True)
    assert "已改用“本县的”" in answer.content.decode()
    assert rules.used_by(["150222"])[kind] == {"150222": code}


def test_limits_of_issues_are_not_chosen_here(browse, portfolio) -> None:
    Rulebook.objects.create(code="clock-own", kind="clock", name="时限")
    sent = {"place": "150222", "rulebook": "clock-own"}
    assert browse("city_coordinator").post("/rules/choose/", sent).status_code == 422


def test_a_place_reads_the_indicators_it_chose(browse, portfolio) -> None:
    book = Rulebook.objects.create(code="indicator-own", kind="indicator", name="本县的")
    rule = IndicatorRule.objects.all()[0]
    rule.pk, rule.rulebook, rule.code = None, book, "own"
    rule.save()
    client = browse("city_coordinator")
    count = len(client.get("/api/v1/indicators?year=2025").json()["items"])
    assert count > 1
    rules.choose(Place.objects.get(code="150222"), book, as_of=TODAY)
    found = client.get("/api/v1/indicators?year=2025&place=150222").json()["items"]
    assert [one["code"] for one in found] == ["own"]
    assert len(client.get("/api/v1/indicators?year=2025").json()["items"]) == count
