"""A report on a phone: what is known stands there, what is doubtful is asked about."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone
from PIL import Image

from tuijin.ledger.models import (
    EvidenceFile,
    OperatingRecord,
    ProgressReport,
    Project,
    StageEvent,
)
from tuijin.see import reporting

D = Decimal
FIRST = {"period": "2025-07", "year_done_wan": "1000", "total_done_wan": "2000",
         "progress": "封顶", "problems": "用电"}  # fmt: skip


@pytest.mark.parametrize(
    ("day", "periods"),
    [
        (date(2025, 7, 5), ["2025-07-1", "2025-07", "2025-06", "2025-06-3", "2025-06-2"]),
        (date(2025, 1, 25), ["2025-01-3", "2025-01-2", "2025-01-1", "2025-01", "2024-12",
                             "2024-12-3", "2024-12-2"]),
    ],
)  # fmt: skip
def test_periods_offered(day: date, periods: list[str]) -> None:
    assert reporting.recent_periods(day) == periods


def test_the_last_report_is_copied_forward(browse, portfolio) -> None:
    client = browse("place_editor")
    path = f"/projects/{portfolio['slow'].pk}/reports/"
    assert client.post(path, FIRST).status_code == 302
    html = client.get(f"{path}?period=2025-08").content.decode()
    for name, value in (("year_done_wan", "1000"), ("total_done_wan", "2000")):
        assert re.search(rf'name="{name}" value="{value}"', html)
    assert "封顶" in html
    assert "已带入 2025-07 的内容" in html
    assert "data-draft" in html
    # a new year begins its own sum, and keeps that since the start
    html = client.get(f"{path}?period=2026-01").content.decode()
    assert not re.search(r'name="year_done_wan" value', html)
    assert re.search(r'name="total_done_wan" value="2000"', html)


def test_what_is_doubtful_is_asked_about_once(browse, portfolio) -> None:
    client = browse("place_editor")
    path = f"/projects/{portfolio['slow'].pk}/reports/"
    client.post(path, FIRST)
    again = {**FIRST, "period": "2025-08"}
    answer = client.post(path, again)
    assert answer.status_code == 422
    assert "与上一期（2025-07）完全相同" in answer.content.decode()
    assert not ProgressReport.objects.filter(period="2025-08").exists()
    answer = client.post(path, {**again, "confirmed": "on"})
    assert answer.status_code == 302
    assert answer.url.endswith(f"?sent=report-{portfolio['slow'].pk}-2025-08")
    assert ProgressReport.objects.get(period="2025-08").year_done_yuan == D(10_000_000)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"year_done_wan": "900"}, "本年累计比上一期少"),
        ({"total_done_wan": "1500"}, "自开工累计比上一期少"),
        ({"year_done_wan": "3000"}, "本年累计大于自开工累计"),
        ({"total_done_wan": "10001"}, "自开工累计大于总投资"),
    ],
)
def test_doubts(browse, portfolio, change: dict[str, str], words: str) -> None:
    client = browse("place_editor")
    path = f"/projects/{portfolio['slow'].pk}/reports/"
    client.post(path, FIRST)
    answer = client.post(path, {**FIRST, "period": "2025-08", **change})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_a_correction_is_a_new_entry(browse, portfolio) -> None:
    client = browse("place_editor")
    path = f"/projects/{portfolio['slow'].pk}/reports/"
    client.post(path, FIRST)
    assert "提交即为更正" in client.get(f"{path}?period=2025-07").content.decode()
    client.post(path, FIRST)  # nothing changed, nothing is written
    assert ProgressReport.objects.filter(period="2025-07").count() == 1
    client.post(path, {**FIRST, "year_done_wan": "1100"})
    rows = ProgressReport.objects.filter(period="2025-07").order_by("pk")
    assert [(row.year_done_yuan, row.is_current) for row in rows] == [
        (D(10_000_000), False), (D(11_000_000), True),
    ]  # fmt: skip
    assert Project.objects.get(key="slow").year_done_yuan == D(11_000_000)


def test_a_photo_and_a_stage_come_along(browse, portfolio) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "JPEG")
    picture.name = "x.jpg"
    picture.seek(0)
    body = {**FIRST, "file": picture, "stage": "completed"}
    answer = browse("place_editor").post(f"/projects/{portfolio['slow'].pk}/reports/", body)
    assert answer.status_code == 302
    assert EvidenceFile.objects.count() == 1
    assert StageEvent.objects.get(stage="completed").on == timezone.localdate()
    assert Project.objects.get(key="slow").stage == "completed"


def test_a_company_reports_its_own_and_sees_no_plan(browse, portfolio) -> None:
    client = browse("company")
    path = f"/projects/{portfolio['slow'].pk}/reports/"
    html = client.get(path).content.decode()
    assert "这个项目还没有报过" in html  # the county's report is not the company's to see
    assert "年度计划投资" not in html
    assert 'name="stage"' not in html
    assert client.post(path, {**FIRST, "stage": "yielding"}).status_code == 302
    assert Project.objects.get(key="slow").stage == "building"
    assert client.get(f"/projects/{portfolio['fair'].pk}/reports/").status_code == 404


def test_what_is_left_to_report(browse, portfolio) -> None:
    client = browse("place_editor")
    html = client.get("/reports/?period=2025-07").content.decode()
    assert "还有 2 个项目未报" in html
    client.post(f"/projects/{portfolio['slow'].pk}/reports/", FIRST)
    html = client.get("/reports/?period=2025-07").content.decode()
    assert "还有 1 个项目未报" in html
    assert "好项目" not in html  # another county's
    assert client.get("/reports/?period=x").status_code == 422


def test_a_months_operation(browse, portfolio) -> None:
    client = browse("place_editor")
    path = f"/projects/{portfolio['plant'].pk}/operation/"
    body = {"month": "2025-06", "sales_wan": "12.5", "tax_wan": "", "jobs_count": "30",
            "energy_mwh": "7.5"}  # fmt: skip
    assert client.post(path, body).status_code == 302
    client.post(path, {**body, "sales_wan": "13"})
    found = OperatingRecord.objects.get(is_current=True)
    assert (found.sales_yuan, found.tax_yuan, found.jobs_count) == (D(130_000), None, 30)
    assert OperatingRecord.objects.count() == 2
    assert 'name="jobs_count" value="30"' in client.get(path).content.decode()
    assert client.post(path, {**body, "month": "2025-13"}).status_code == 422
