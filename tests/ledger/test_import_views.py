"""The pages and the API of imports, as a browser and a program meet them."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from tests.ledger.test_batches import GOOD, TITLES, build
from tuijin.errors import Problem
from tuijin.importers import fields
from tuijin.importers.faults import Fault
from tuijin.importers.nouns import NOUNS
from tuijin.ledger import import_report, parsing, scope
from tuijin.ledger.models import ImportBatch, Project, RememberedMapping, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(places):
    client = Client()
    user = User.objects.create(username="c", display_name="项目办", role="city_coordinator")
    client.force_login(user)
    return client


def send(client, data, *, name="汇总.xlsx", address="/imports/"):
    return client.post(address, {"file": SimpleUploadedFile(name, data)})


def count_projects():
    with scope.active(scope.system_scope("test")):
        return Project.objects.count()


def test_titles_nobody_knows_can_be_explained_from_the_preview(client):
    send(client, build([["甲项目", "达茂旗", "顺利"]], ["项目名称", "所在地区", "近况"]))
    batch = ImportBatch.objects.get()
    assert "没有读取的列：近况" in client.get(f"/imports/{batch.pk}/").content.decode()
    assert "记住并预览" in client.get(f"/imports/{batch.pk}/?map").content.decode()
    answers = {
        "column-0-0": "project.name",
        "column-0-1": "project.place",
        "column-0-2": "report.progress",
        "when-0-2": "2025-09",
    }
    client.post(f"/imports/{batch.pk}/mapping", answers)
    batch.refresh_from_db()
    assert batch.counts["new"] == 2


def test_upload_preview_accept(client):
    response = send(client, build())
    batch = ImportBatch.objects.get()
    assert response["Location"] == f"/imports/{batch.pk}/"
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "确认入账" in page
    assert "甲项目" in page
    assert count_projects() == 0
    client.post(f"/imports/{batch.pk}/accept", {"digest": batch.details["digest"]})
    assert count_projects() == 3
    assert "已入账" in client.get("/imports/").content.decode()
    again = send(client, build_same(batch))
    assert again["Location"] == f"/imports/{batch.pk}/"


def build_same(batch):
    from tuijin.ledger import file_store

    return file_store.read(batch.sha256, kind="import")


def test_errors_are_listed_and_downloaded(client):
    bad = [*GOOD, [None, "<script>丁</script>", "无此旗", None, "约三百", None, None, None]]
    send(client, build(bad))
    batch = ImportBatch.objects.get()
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "约三百" in page
    assert "不是规范的数字" in page
    assert "<script>丁" not in page
    assert "确认入账" not in page
    english = client.get(f"/imports/{batch.pk}/", headers={"Accept-Language": "en"})
    assert english.status_code == 200
    book = client.get(f"/imports/{batch.pk}/refusals")
    assert "attachment" in book["Content-Disposition"]
    rows = list(openpyxl.load_workbook(io.BytesIO(book.content)).active.values)
    assert [row[1] for row in rows[1:2]] == [5]
    assert count_projects() == 0


def test_mapping_page_asks_and_remembers(client):
    send(client, build([["甲项目", "达茂旗", 5]], ["工程", "在哪", "钱"]))
    batch = ImportBatch.objects.get()
    page = client.get(f"/imports/{batch.pk}/").content.decode()
    assert "记住并预览" in page
    answers = {
        "column-0-0": "project.name",
        "column-0-1": "project.place",
        "column-0-2": "plan.planned_yuan",
        "when-0-2": "2025",
        "unit-0-2": "yi_yuan",
    }
    client.post(f"/imports/{batch.pk}/mapping", answers)
    batch.refresh_from_db()
    assert (batch.status, batch.counts["new"]) == ("preview", 2)
    send(client, build([["乙项目", "固阳县", 6]], ["工程", "在哪", "钱"]))
    assert ImportBatch.objects.filter(status="preview").count() == 2


@pytest.mark.parametrize(
    ("name", "data", "status", "code"),
    [
        ("a.exe", b"MZ", 415, "type_not_allowed"),
        ("a.xlsx", b"", 422, "empty_file"),
        ("a.xlsx", b"PK\x03\x04", 422, "unreadable"),
        ("a.xlsx", b"PK" + bytes(20_000_001), 413, "too_large"),
    ],
)
def test_refused_files(client, name, data, status, code):
    response = send(client, data, name=name)
    assert response.status_code == status
    assert code in response.content.decode()
    answer = send(client, data, name=name, address="/api/v1/imports")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


class Endless(io.BytesIO):
    """A body that never ends and counts what is taken of it."""

    taken = 0

    def __init__(self, start):
        super().__init__()
        self.start = start

    def read(self, size=-1):
        self.taken += size
        piece, self.start = self.start, b""
        return piece or b"x" * size


def test_reading_stops_a_little_above_the_limit(client):
    body = Endless(
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n"
    )
    environment = {
        "wsgi.input": body,
        "CONTENT_LENGTH": str(10**12),
        "CONTENT_TYPE": "multipart/form-data; boundary=b",
    }
    response = client.generic("POST", "/api/v1/imports", **environment)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert body.taken < 20_000_000 + 65_536 * 4


def test_template_offers_the_places_at_hand(client):
    response = client.get("/imports/template")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames[:2] == ["填写说明", "项目"]


def test_api_round(client):
    answer = send(client, build(), address="/api/v1/imports")
    assert answer.status_code == 201
    found = answer.json()
    assert (found["status"], found["counts"]["new"]) == ("preview", 9)
    address = f"/api/v1/imports/{found['id']}"
    assert client.get(address).json()["digest"] == found["digest"]
    body = json.dumps({"digest": found["digest"]})
    accepted = client.post(f"{address}/accept", body, content_type="application/json")
    assert (accepted.status_code, accepted.json()["status"]) == (200, "accepted")
    batch = ImportBatch.objects.get()
    again = send(client, build_same(batch), address="/api/v1/imports")
    assert (again.status_code, again.json()["result"]) == (200, "already_imported")
    assert client.get("/api/v1/imports").json()["items"][0]["id"] == found["id"]


def test_api_errors_name_the_cell(client):
    bad = [[None, "甲", "达茂旗", None, "x", None, None, None]]
    found = send(client, build(bad), address="/api/v1/imports").json()
    assert found["status"] == "refused"
    (error,) = found["errors"]
    assert (error["sheet"], error["row"], error["column"], error["code"]) == (
        "汇总", 2, "E", "decimal",
    )  # fmt: skip


def test_api_mapping(client):
    found = send(
        client, build([["甲", "达茂旗"]], ["工程", "在哪"]), address="/api/v1/imports"
    ).json()
    assert found["status"] == "mapping"
    body = {"mappings": [{"columns": ["project.name", "project.place"], "units": [None, None]}]}
    address = f"/api/v1/imports/{found['id']}/mapping"
    for wrong in ({"columns": ["nope", "x"]}, {"columns": [None, None], "units": ["mile", None]}):
        refused = client.post(address, {"mappings": [wrong]}, content_type="application/json")
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_field")
    assert not RememberedMapping.objects.exists()
    answer = client.post(address, json.dumps(body), content_type="application/json")
    assert answer.json()["status"] == "preview"
    wrong = client.post(address, json.dumps({"mappings": []}), content_type="application/json")
    assert wrong.status_code in (409, 422)


@pytest.mark.parametrize("role", ["city_leader", "place_viewer", "audit_admin", "company"])
def test_others_may_not_import(places, role):
    client = Client()
    user = User.objects.create(username=role, display_name=role, role=role)
    user.places.add("150223")
    client.force_login(user)
    assert client.get("/imports/").status_code == 403
    assert send(client, build(), address="/api/v1/imports").status_code == 403


def test_titles_are_those_of_the_suite():
    assert len(TITLES) == len(GOOD[0])


def test_the_file_picker_offers_what_some_importer_takes(client):
    page = client.get("/imports/").content.decode()
    offered = page.split('accept="')[1].split('"')[0].split(",")
    taken = {ending for importer in parsing.list_importers() for ending in importer.suffixes}
    assert set(offered) == taken
    assert {".jsonl", ".ndjson", ".log"} <= taken


def test_problems_name_the_heading_and_english_pages_say_so_in_english(client):
    send(client, build([[None, "丁", "达茂旗", None, "约三百", None, None, None]]))
    batch = ImportBatch.objects.get()
    address = f"/imports/{batch.pk}/"
    chinese = client.get(address).content.decode()
    (letter,) = {p["column"] for p in batch.problems if p["code"] == "decimal"}
    assert f"<td>{letter} {TITLES[4]}</td>" in chinese
    english = client.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "a number of at most 12 whole digits" in english
    assert "不符合要求" not in english


def test_a_limit_is_said_in_the_unit_of_the_column():
    column = NOUNS["project"].column("total_investment_yuan")
    with pytest.raises(Fault) as refused:
        fields.parse_value(column, "200000000", unit="wan_yuan")
    assert refused.value.expected == "0 至 100,000,000 万元"
    problem = Problem("out_of_range", "“200000000”不符合要求", "汇总", 3, "E",
                      expected=refused.value.expected)  # fmt: skip
    with translation.override("en"):
        shown = import_report.show_problem(problem, {("汇总", "E"): "总投资（万元）"})
    assert shown["expected"] == "0 to 100,000,000 万元 (10,000 yuan)"
    assert (shown["message"], shown["column"]) == ("“200000000”", "E 总投资（万元）")
