"""Every page for every role; a step, a visit, a slip, a feed as people do them."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

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
from tuijin.ledger import corrections, records, scope
from tuijin.ledger.models import Evidence, Figure, Node, Project
from tuijin.ledger.roles import ROLES
from tuijin.push import daily, local_day
from tuijin.push.models import Notice, Slip, Visit
from tuijin.site.navigation import build_links

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
    assert office.post(f"{url}assign/", {**body, "owner": "", "owner_unit": ""}).status_code == 422
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


def assigned(api, city, **body):
    issue = raised(api)
    sent = {"version": 1, "severity": "ordinary", "owner_unit": "", "owner": "", **body}
    answer = api("office").client.post(f"/issues/{issue['id']}/assign/", sent)
    assert answer.status_code == 302
    return read(issue["id"])


def test_an_account_stands_for_its_unit_and_a_unit_for_its_account(api, city):
    by_account = assigned(api, city, owner="bureau")
    assert (by_account.owner_unit, by_account.owner) == ("bureau", city.users["bureau"])
    by_name = assigned(api, city, owner_unit="bureau")
    assert by_name.owner == city.users["bureau"]
    assign(api, kind="department", holder="自然资源局", user="bureau")
    by_assignment = assigned(api, city, owner_unit="自然资源局")
    assert by_assignment.owner == city.users["bureau"]
    assert assigned(api, city, owner_unit="水务局").owner is None


def test_what_waits_for_a_department_has_a_button_for_it(api, city):
    """Named as a unit only, by the API."""
    assign(api, kind="department", holder="自然资源局", user="bureau")
    issue = moved(api, "office", raised(api), "assign", owner_unit="自然资源局")
    other = moved(api, "office", raised(api, title="取水"), "assign", owner_unit="水务局")
    client = api("bureau").client
    assert "用地指标未落实" in text(client.get("/mine/"))
    assert "取水" not in text(client.get("/mine/"))
    assert f'action="/issues/{issue["id"]}/accept/"' in text(client.get(f"/issues/{issue['id']}/"))
    assert "accept/" not in text(client.get(f"/issues/{other['id']}/"))
    moved(api, "bureau", issue, "accept")
    assert api("bureau").step(other, "accept").status_code == 403


def test_an_issue_is_raised_about_a_project_of_one_s_own(api, city):
    client, body = api("officer").client, {"category": "other", "severity": "ordinary"}
    assert "anode项目" in text(client.get("/issues/new/"))
    for project, status in (("", 422), ("port项目", 422), ("anode项目", 302)):
        sent = {**body, "title": f"缺水{project}", "project": project}
        assert client.post("/issues/new/", sent).status_code == status, project
    office = api("office").client
    here = {**body, "title": "缺路", "project": "", "place": "150222"}
    assert office.post("/issues/new/", here).status_code == 302
    assert office.post("/issues/new/", {**here, "place": ""}).status_code == 422


def test_today_tells_what_is_late_short_due_and_to_decide(api, city, as_system):
    records.save_new([Node(project=city.anode, node="start", due_on=date(2025, 6, 1))])
    Project.objects.filter(pk=city.anode.pk).update(next_due_on=date(2025, 6, 1))
    issue = raised(api)
    figure = Figure(key="f", project=city.anode, metric="output", title="产量", value=1, unit="t")
    records.save_new([figure])
    with scope.active(scope.build_scope(city.users["editor"])):
        corrections.propose(figure, {"value": Decimal(2)}, reason="录错")
    for name, decides in (("office", True), ("county", True), ("leader", False),
                          ("approver", True), ("neighbour", False)):  # fmt: skip
        found = api(name).client.get("/today/").context["found"]
        is_here = name != "neighbour"
        assert [row["name"] for row in found.late_nodes] == ["anode项目"] * is_here, name
        assert [one.pk for one in found.due] == [issue["id"]] * is_here, name
        assert found.corrections_count == decides, name
        waits = [one.pk for one in found.waiting]
        assert waits == [issue["id"]] * (name in ("office", "county")), name
    assert "节点逾期的项目" in text(api("leader").client.get("/today/"))


@pytest.mark.parametrize("role", ["city_leader", "place_leader", "place_approver"])
def test_today_lies_under_a_leader_s_thumb(role):
    first = build_links(ROLES[role], path="/")[:4]
    assert "/today/" in [link.url for link in first]


def test_a_week_says_its_days_and_that_nothing_is_due(api):
    page = text(api("office").client.get("/issues/calendar/"))
    assert "9月15日—21日" in page
    assert "9月29日—10月5日" in page
    assert page.count("无到期") == 6


def test_the_map_opens_on_issues_those_with_some_first(api, city, as_system):
    Project.objects.update(longitude=110.2, latitude=41.2)
    Project.objects.filter(pk=city.port.pk).update(total_investment_yuan=10**9)
    raised(api)
    context = api("office").client.get("/issues/map/").context
    assert context["wanted"].colour == "issues"
    assert context["listed"][0][2] == "anode项目"
