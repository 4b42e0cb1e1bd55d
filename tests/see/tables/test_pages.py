"""Pages and files of tables over the whole stack."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from html import escape, unescape

import openpyxl
import pytest
from django.urls import reverse
from docx import Document

from tuijin.ledger import records, scope
from tuijin.ledger.models import OperatingRecord, ProgressReport, Project, TrailEvent
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


def read_rows(html: str) -> list[list[str]]:
    """Cells of the table's body, with their markup."""
    body = html.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    return [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in body.split("</tr>")[:-1]]


def link_of(cell: str) -> str:
    return unescape(re.match(r'<a href="([^"]+)"', cell)[1])


def texts(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def second(portfolio) -> ProgressReport:
    """A second report of the fair project, so that its month is a difference of two."""
    project = portfolio["fair"]
    report = ProgressReport(
        project=project, period="2025-07", year_done_yuan=70_000_000, total_done_yuan=90_000_000
    )
    records.save_new([report])
    return report


@pytest.mark.parametrize("key", ["month-report", "xun-report", "yield-report"])
def test_every_figure_leads_somewhere(browse, month, portfolio, second, key: str) -> None:
    operating = OperatingRecord(project=portfolio["plant"], month=date(2025, 7, 1), sales_yuan=5,
                                jobs_count=7)  # fmt: skip
    records.save_new([operating])
    client = browse("city_coordinator")
    layout = TableLayout.objects.get(key=key)
    html = client.get(f"/tables/{layout.pk}/?on=2025-07-31").content.decode()
    codes = [code for code, _caption in layout.columns]
    rows, links = read_rows(html), set()
    for row in rows:
        for code, cell in zip(codes, row, strict=True):
            if re.search(r"\d", texts(cell)) and code not in ("number", "name"):
                links.add(link_of(cell))
    assert len(links) > 5
    for link in links:
        assert client.get(link).status_code == 200, link


def test_a_difference_leads_to_both_entries(browse, month, portfolio, second) -> None:
    client = browse("city_coordinator")
    first = ProgressReport.objects.get(project=portfolio["fair"], period="2025-06")
    asked = f"on=2025-07-31&column=period_done_yuan&project={portfolio['fair'].pk}"
    table = client.get(f"/tables/{month.pk}/?on=2025-07-31").content.decode()
    assert escape(f"/tables/{month.pk}/figure/?{asked}") in table
    html = client.get(f"/tables/{month.pk}/figure/?{asked}").content.decode()
    assert f"/entries/report/{first.pk}/" in html
    assert f"/entries/report/{second.pk}/" in html
    for said in ("2,500 万元", "进度报告 2025-07", "7,000 万元", "进度报告 2025-06", "4,500 万元"):
        assert said in texts(html)


def test_a_ratio_leads_to_the_column_of_the_project_it_is_over(
    browse, month, portfolio, second
) -> None:
    layout = TableLayout.objects.get(pk=month.pk)
    layout.columns = [["total_ratio", ""]]
    layout.save()
    asked = f"on=2025-07-31&column=total_ratio&project={portfolio['fair'].pk}"
    html = browse("city_coordinator").get(f"/tables/{month.pk}/figure/?{asked}").content.decode()
    assert f"/entries/report/{second.pk}/" in html
    assert "20,000 万元" in texts(html)
    assert "45%" in texts(html)


def test_a_column_of_the_project_leads_to_who_wrote_it(browse, month, portfolio) -> None:
    project = portfolio["fair"]
    records.change(Project, {project.pk: {"total_investment_yuan": 300_000_000}})
    asked = f"on=2025-07-31&column=total_investment_yuan&project={project.pk}"
    address = f"/tables/{month.pk}/figure/?{asked}"
    page = texts(browse("city_coordinator").get(address).content.decode())
    assert "20,000 → 30,000" in page
    assert "— → 20,000" in page
    other = browse("analyst").get(address)
    assert "30,000 万元" in texts(other.content.decode())
    assert "→" not in other.content.decode()  # of another's project, who wrote it is internal


def test_a_figure_as_recorded_by_a_day_shows_no_later_change(browse, month, portfolio) -> None:
    TrailEvent.objects.update(at=datetime(2025, 7, 1, tzinfo=UTC))
    project = portfolio["fair"]
    records.change(Project, {project.pk: {"total_investment_yuan": 300_000_000}})
    asked = "on=2025-07-31&recorded_by=2025-07-31&column=total_investment_yuan"
    html = browse("city_coordinator").get(
        f"/tables/{month.pk}/figure/?{asked}&project={project.pk}"
    )  # fmt: skip
    page = texts(html.content.decode())
    assert "20,000 万元" in page
    assert "30,000" not in page


def test_a_sum_leads_to_the_rows_it_adds_up(browse, month, portfolio) -> None:
    client = browse("city_coordinator")
    html = client.get(f"/tables/{month.pk}/?on=2025-06-30").content.decode()
    codes = [code for code, _caption in month.columns]
    at = codes.index("total_investment_yuan")
    total, *lines = read_rows(html)
    page = client.get(link_of(total[at])).content.decode()
    shown = {"慢项目": "10,000", "好项目": "20,000", "设想": "30,000", "电厂": "40,000"}
    for name, amount in shown.items():
        assert f"{name} {amount}" in texts(page)
    group = next(row for row in lines if "达茂旗" in "".join(row))
    page = texts(client.get(link_of(group[at])).content.decode())
    assert "50,000 万元" in page
    assert "好项目 20,000" in page
    assert "慢项目" not in page
    ratio = client.get(link_of(total[codes.index("year_ratio")])).content.decode()
    assert "22.5%" in texts(ratio)
    assert "好项目 45% 4,500 万元 10,000 万元" in texts(ratio)


def test_a_group_leads_to_the_same_rows_in_both_languages(browse, month) -> None:
    client = browse("city_coordinator")
    asked = "on=2025-06-30&column=total_investment_yuan&group=150223"
    client.cookies["django_language"] = "en"
    page = client.get(f"/tables/{month.pk}/figure/?{asked}").content.decode()
    assert "好项目" in page
    assert "慢项目" not in page


@pytest.mark.parametrize(("asked", "status"), [
    ("column=key", 422), ("", 422), ("column=name&project=99999", 404),
    ("column=name&project=x", 404), ("column=name&group=150222&group=1", 404),
    (f"column=name&project={10**30}", 404),
])  # fmt: skip
def test_a_figure_that_is_not_there(browse, month, asked: str, status: int) -> None:
    client = browse("city_coordinator")
    assert client.get(f"/tables/{month.pk}/figure/?{asked}").status_code == status


def test_a_figure_of_somebody_elses_project_is_not_there(browse, month, portfolio) -> None:
    asked = f"column=total_investment_yuan&project={portfolio['fair'].pk}"
    assert browse("company").get(f"/tables/{month.pk}/figure/?{asked}").status_code == 404
    asked = f"on=2025-06-30&column=year_done_yuan&project={portfolio['fair'].pk}"
    assert browse("city_department").get(f"/tables/{month.pk}/figure/?{asked}").status_code == 422


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
    ratio = next(c for c in cells if c.hyperlink and "column=year_ratio&project=" in
                 c.hyperlink.target and c.value == pytest.approx(0.45))  # fmt: skip
    assert "年度计划 2025" in ratio.comment.text
    total = next(c for c in cells if c.value == 100_000 and c.hyperlink)
    asked = "on=2025-06-30&column=total_investment_yuan"
    assert total.hyperlink.target == f"http://testserver/tables/{month.pk}/figure/?{asked}"
    note = f"每个数字的出处见 http://testserver/tables/{month.pk}/?on=2025-06-30"
    assert note in [c.value for c in cells]
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
