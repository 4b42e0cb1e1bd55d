"""Pages and files of tables over the whole stack."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from docx import Document

from tuijin.ledger import records, scope
from tuijin.ledger.models import ProgressReport, Project, TrailEvent
from tuijin.see.models import TableLayout
from tuijin.see.tables import layouts


@pytest.fixture
def month(portfolio) -> TableLayout:
    layouts.load_presets()
    return TableLayout.objects.get(key="month-report")


def test_presets_are_loaded_once(month) -> None:
    TableLayout.objects.filter(pk=month.pk).update(name="改过的月报")
    layouts.load_presets()
    assert TableLayout.objects.get(key="month-report").name == "改过的月报"
    assert TableLayout.objects.count() == 3


def test_a_figure_leads_to_its_entry(browse, month, portfolio) -> None:
    client = browse("city_coordinator")
    html = client.get(f"/tables/{month.pk}/?on=2025-06-30").content.decode()
    report = ProgressReport.objects.get(project=portfolio["fair"])
    assert "2025年6月重大项目投资完成情况月报" in html
    assert f'<a href="/entries/report/{report.pk}/">4,500</a>' in html
    page = client.get(f"/entries/report/{report.pk}/").content.decode()
    assert "本年累计完成投资" in page
    assert 'title="45,000,000 元"' in page


def test_an_entry_shows_what_corrected_it(browse, portfolio) -> None:
    old = ProgressReport.objects.get(project=portfolio["fair"])
    new = records.correct_many(ProgressReport, {old.pk: {"progress": "更正"}})[0]
    html = browse("city_leader").get(f"/entries/report/{old.pk}/").content.decode()
    assert "已被更正，原记录保留" in html
    assert f"/entries/report/{new.pk}/" in html


@pytest.mark.parametrize("role", ["city_department", "place_officer", "company"])
def test_a_confidential_entry_is_not_there(browse, portfolio, role: str) -> None:
    report = ProgressReport.objects.get(project=portfolio["fair"])
    assert browse(role).get(f"/entries/report/{report.pk}/").status_code == 404


def test_the_workbook_holds_numbers_links_and_comments(browse, month, portfolio) -> None:
    client = browse("city_coordinator")
    prove(client)
    answer = client.get(f"/tables/{month.pk}/table.xlsx?on=2025-06-30")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    report = ProgressReport.objects.get(project=portfolio["fair"])
    done = next(c for c in cells if c.hyperlink and f"/entries/report/{report.pk}/" in
                c.hyperlink.target and c.value == 4500)  # fmt: skip
    assert done.hyperlink.target == f"http://testserver/entries/report/{report.pk}/"
    ratio = next(c for c in cells if c.value == pytest.approx(0.45) and c.hyperlink)
    assert "年度计划 #" in ratio.comment.text
    event = TrailEvent.objects.filter(action="export").latest("seq")
    assert event.object_type == "tablelayout"
    assert event.changes["rows"] == [None, 4]  # the cancelled one is filtered out


def prove(client) -> None:
    session = client.session
    import time

    session["proved_at"] = time.time()
    session.save()


def test_the_document_has_title_and_table(browse, month) -> None:
    client = browse("city_coordinator")
    prove(client)
    answer = client.get(f"/tables/{month.pk}/table.docx?on=2025-06-30")
    word = Document(io.BytesIO(answer.content))
    texts = [p.text for p in word.paragraphs]
    assert "2025年6月重大项目投资完成情况月报" in texts
    assert "单位：万元" in texts
    rows = [[cell.text for cell in row.cells] for row in word.tables[0].rows]
    assert rows[1][1] == "合计"
    assert any("好项目" in row and "4,500" in row for row in rows)
    section = word.sections[0]
    assert section.page_width > section.page_height


def test_a_clerk_lays_a_table_out(browse, portfolio) -> None:
    client = browse("place_editor")
    assert client.get("/tables/new/?stage=building&columns=name&columns=owner").status_code == 200
    body = {
        "name": "我的表", "title": "{year}年重点项目", "heading": "第一行\n第二行",
        "period": "month", "unit": "yi_yuan", "group_1": "stage",
        "stage": ["building", "started"], "version": 0,
        "at_name": "2", "caption_name": "项目", "at_number": "1", "at_year_done_yuan": "3",
    }  # fmt: skip
    answer = client.post("/tables/new/", body)
    layout = TableLayout.objects.get(name="我的表")
    assert answer.url == reverse("table", args=[layout.pk])
    assert layout.columns == [["number", ""], ["name", "项目"], ["year_done_yuan", ""]]
    html = client.get(answer.url + "?on=2025-06-30").content.decode()
    assert "2025年重点项目" in html
    assert "<div>第二行</div>" in html
    assert "慢项目" in html
    assert "设想" not in html
    assert TrailEvent.objects.filter(object_type="tablelayout", action="create").exists()
    # somebody else does not see it until it is shared, and never changes it
    other = browse("place_editor", place="150223")
    assert other.get(answer.url).status_code == 404
    TableLayout.objects.update(is_shared=True)
    assert other.get(answer.url).status_code == 200
    assert other.get(f"{answer.url}edit/").status_code == 403
    # two people at once
    assert client.post(f"{answer.url}edit/", {**body, "version": 1}).status_code == 302
    assert client.post(f"{answer.url}edit/", {**body, "name": "x", "version": 1}).status_code == 412
    assert client.post(f"{answer.url}delete/").status_code == 302
    assert not TableLayout.objects.filter(name="我的表").exists()


def test_a_wrong_layout_is_told(browse, portfolio) -> None:
    answer = browse("city_coordinator").post(
        "/tables/new/", {"name": "表", "title": "t", "period": "month", "unit": "yuan",
                         "group_1": "place", "group_2": "place", "at_name": "一"}
    )  # fmt: skip
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "两级分组不能相同" in html
    assert "次序应为整数" in html


@pytest.mark.parametrize("query", ["on=2025-13-01", "on=1066-10-14", "recorded_by=x"])
def test_a_wrong_date_is_told(browse, month, query: str) -> None:
    assert browse("city_leader").get(f"/tables/{month.pk}/?{query}").status_code == 422


def test_the_api_gives_exact_values_and_entries(browse, month, portfolio) -> None:
    client = browse("city_coordinator")
    listed = client.get("/api/v1/tables").json()
    assert [row["key"] for row in listed["items"]] == ["xun-report", "month-report", "yield-report"]
    table = client.get(f"/api/v1/tables/{month.pk}?on=2025-06-01").json()
    codes = [column["code"] for column in table["columns"]]
    line = next(one for one in table["lines"] if one["project"] == portfolio["fair"].pk)
    report = ProgressReport.objects.get(project=portfolio["fair"])
    assert line["cells"][codes.index("year_done_yuan")] == {
        "value": "45000000", "entries": [{"kind": "report", "id": report.pk}],
    }  # fmt: skip
    assert (table["first"], table["last"]) == ("2025-06-01", "2025-06-30")


def test_english_pages_speak_english(browse, month) -> None:
    client = browse("city_coordinator")
    client.cookies["django_language"] = "en"
    html = client.get(f"/tables/{month.pk}/?on=2025-06-30").content.decode()
    assert "Investment in major projects, 2025-6" in html
    assert "Total" in html


def test_a_company_fills_a_table_with_its_own_reports_only(browse, portfolio, month) -> None:
    client = browse("company")
    with scope.active(scope.system_scope("test")):
        Project.objects.filter(key="slow").update(name="自己的项目")
    html = client.get(f"/tables/{month.pk}/?on={date(2025, 6, 30)}").content.decode()
    assert "自己的项目" in html
    assert "好项目" not in html
