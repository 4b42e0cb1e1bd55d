"""Every page for every role; a step, a visit, a slip, a feed as people do them."""

from __future__ import annotations

import io
from datetime import date, timedelta

import icalendar
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document
from PIL import Image
from pypdf import PdfReader

from tests.push.conftest import MONDAY, PEOPLE, on, read
from tests.push.test_issues import moved, raised
from tests.push.test_officers import assign
from tuijin.ledger import scope
from tuijin.ledger.models import Evidence
from tuijin.push import daily, local_day
from tuijin.push.models import Notice, Slip, Visit

PAGES = ("/mine/", "/issues/", "/issues/calendar/", "/issues/map/", "/issues/ranking/",
         "/issues/limits/", "/today/", "/officers/", "/inbox/", "/inbox/choices/")  # fmt: skip


@pytest.fixture(autouse=True)
def on_monday():
    with on(MONDAY):
        yield


def photo() -> SimpleUploadedFile:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(stream, "JPEG")
    return SimpleUploadedFile("x.jpg", stream.getvalue(), "image/jpeg")


def text(response) -> str:
    assert response.status_code == 200, response.content.decode()[:500]
    return response.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_for_everybody(api, language):
    assign(api, holder="专员", user="officer")
    issue = moved(api, "office", raised(api), "assign", owner_unit="局", owner="officer")
    for day in range(1, 6):
        daily.go_through(on=MONDAY + timedelta(days=day))
    for name in PEOPLE:
        client = api(name).client
        client.cookies["django_language"] = language
        for page in PAGES:
            text(client.get(page))
        sees = name != "other"
        assert client.get(f"/issues/{issue['id']}/").status_code == (200 if sees else 404), name
    assert "用地指标未落实" in text(api("officer").client.get("/mine/"))
    assert "督〔2025〕1号" in text(api("leader").client.get("/today/"))


def test_steps_by_their_forms(api, city):
    client = api("editor").client
    answer = client.post(f"/issues/new/?project={city.anode.pk}", {
        "title": "缺水", "category": "other", "severity": "ordinary", "detail": "取水许可未批",
    })  # fmt: skip
    assert answer.url.endswith("?sent=issue")
    url = answer.url.split("?")[0]
    pk = int(url.split("/")[2])
    office = api("office").client
    assert "交办" in text(office.get(url))
    body = {"version": 1, "owner_unit": "水务局", "owner": "officer", "severity": "ordinary"}
    assert office.post(f"{url}assign/", {**body, "owner_unit": ""}).status_code == 422
    assert office.post(f"{url}assign/", {**body, "version": 9}).status_code == 412
    assert office.post(f"{url}assign/", body).status_code == 302
    officer = api("officer").client
    early = officer.post(f"{url}report/", {"version": 2, "note": "批了", "file": photo()})
    assert early.status_code == 409
    with scope.active(scope.system_scope("test")):  # a step that is refused leaves nothing
        assert not Evidence.objects.filter(title__contains="缺水").exists()
    assert officer.post(f"{url}accept/", {"version": 2}).status_code == 302
    assert officer.post(f"{url}work/", {"version": 3, "note": "在办"}).status_code == 302
    assert officer.post(f"{url}report/", {"version": 4, "note": "批了"}).status_code == 422
    sent = officer.post(f"{url}report/", {"version": 4, "note": "批了", "file": photo()})
    assert sent.url.endswith(f"?sent=report-{pk}")
    assert officer.post(f"{url}inspect/", {"version": 5, "note": "x"}).status_code == 403
    verifier = api("verifier").client
    assert verifier.post(f"{url}inspect/", {"version": 5, "note": "属实"}).status_code == 302
    assert api("approver").client.post(f"{url}close/", {"version": 6}).status_code == 302
    page = text(office.get(url))
    assert "办结依据：缺水" in page
    assert read(pk).outcome == "批了"


def test_pause_and_resume_by_form(api):
    issue = moved(api, "office", raised(api), "assign", owner_unit="局")
    client, url = api("county").client, f"/issues/{issue['id']}/"
    assert client.post(f"{url}pause/", {"version": 2, "reason": "等批复"}).status_code == 302
    assert "停计" in text(client.get(url))
    assert client.post(f"{url}resume/").status_code == 302
    assert api("neighbour").client.post(f"{url}resume/").status_code == 403


def test_assign_visit_and_relieve_on_the_project_s_page(api, city, as_system):
    url = f"/projects/{city.anode.pk}/"
    office, officer = api("office").client, api("officer").client
    text(office.get(f"{url}assign/"))
    body = {"kind": "leader", "holder": "某副市长", "user": "leader", "starts_on": "2025-09-15"}
    assert office.post(f"{url}assign/", body).status_code == 302
    visit = {"visited_on": "2025-09-15", "visited_at": "09:30", "where": "工地", "record": "看了"}
    assert officer.post(f"{url}visit/", {**visit, "file": photo()}).status_code == 302
    assert Visit.objects.get().evidence.kind == "photo"
    assert officer.post(f"{url}visit/", {**visit, "record": ""}).status_code == 422
    page = text(officer.get(url))
    assert "某副市长" in page
    assert "看了" in page
    assert api("other").client.get(f"{url}visit/").status_code == 404


def test_a_slip_on_paper(api, as_system):
    moved(api, "office", raised(api, title="<b>用地</b>"), "assign", owner_unit="自然资源局")
    daily.go_through(on=date(2025, 9, 19))
    slip = Slip.objects.get()
    pdf = api("officer").client.get(f"/slips/{slip.pk}.pdf")
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages)
    for part in ("督〔2025〕1号", "自然资源局", "<b>用地</b>", "签收回执", "项目分管领导"):
        assert part in words.replace("\n", ""), part
    docx = api("officer").client.get(f"/slips/{slip.pk}.docx")
    document = Document(io.BytesIO(docx.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert any("<b>用地</b>" in cell for cell in cells)
    assert api("other").client.get(f"/slips/{slip.pk}.pdf").status_code == 404
    assert api("officer").client.post(f"/slips/{slip.pk}/receive/").status_code == 302
    slip.refresh_from_db()
    assert slip.received_on == MONDAY


def test_the_feed_holds_one_s_own_deadlines(api, city):
    issue = moved(api, "office", raised(api), "assign", owner_unit="局", owner="officer")
    page = text(api("officer").client.post("/inbox/feed/"))
    address = page.split('id="feed-address">')[1].split("<")[0].removeprefix("http://testserver")
    calendar = icalendar.Calendar.from_ical(Client().get(address).content)
    (event,) = calendar.walk("VEVENT")
    assert event["UID"] == f"{issue['key']}@tuijin"
    assert event.decoded("DTSTART") == date(2025, 9, 18)
    text(api("officer").client.post("/inbox/feed/"))  # a new address ends the old one
    assert Client().get(address).status_code == 404
    assert Client().get("/calendar/guess.ics").status_code == 404
    city.users["officer"].is_active = False
    city.users["officer"].save()


def test_the_feed_of_who_dispatches_holds_what_waits_for_them(api):
    issue = raised(api)
    for name, count in (("office", 1), ("county", 1), ("neighbour", 0), ("leader", 0)):
        page = text(api(name).client.post("/inbox/feed/"))
        address = page.split('id="feed-address">')[1].split("<")[0]
        address = address.removeprefix("http://testserver")
        events = icalendar.Calendar.from_ical(Client().get(address).content).walk("VEVENT")
        assert [event["UID"] for event in events] == [f"{issue['key']}@tuijin"] * count, name


def test_an_inbox_is_read(api, city):
    moved(api, "office", raised(api), "assign", owner_unit="局", owner="officer")
    client = api("officer").client
    assert "交办给您" in text(client.get("/inbox/"))
    assert client.post("/inbox/read/").status_code == 302
    assert Notice.objects.get(user=city.users["officer"]).read_on == local_day.today()


def test_the_ranking_by_its_formula(api, as_system):
    issue = moved(api, "office", raised(api), "assign", owner_unit="局")
    moved(api, "office", raised(api), "assign", owner_unit="局")
    issue = moved(api, "editor", issue, "accept")
    issue = moved(api, "editor", issue, "work", note="在办")
    issue = moved(api, "editor", issue, "report", note="好", evidence="proof")
    issue = moved(api, "verifier", issue, "inspect", note="好")
    moved(api, "approver", issue, "close")
    with on(date(2025, 10, 31)):
        page = text(api("office").client.get("/issues/ranking/"))
    assert "50%" in page
