"""Pages and API of claims: what each reader sees, and starting a run from them."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from tests.verify.conftest import add_claim, add_figure, add_stage, opening_claim, sales_claim
from tests.verify.test_runs import add_user
from tuijin.ledger import records, scope
from tuijin.ledger.models import OperatingRecord
from tuijin.verify import summaries
from tuijin.verify.models import Run, Verdict
from tuijin.verify.runner import verify_claims


@pytest.fixture
def claims(ledger):
    """One claim undecided, one short, one that rests on confidential records."""
    year = add_claim(
        ledger.anode, "anode.year", check="evidence", using="sales_yuan_per_year",
        metric="sales_yuan_per_year", target=Decimal("1.2"), unit="yi_yuan_per_year",
    )  # fmt: skip
    records.save_new(
        [
            OperatingRecord(
                project=ledger.anode, month=date(2025, m, 1), sales_yuan=Decimal(12345678)
            )
            for m in range(1, 13)
        ]
    )
    add_stage(ledger.port, "producing", date(2026, 3, 3), ledger.china_news)
    found = [sales_claim(ledger), opening_claim(ledger), year]
    verify_claims([claim.pk for claim in found])
    return found


def client_of(name, role, *places):
    client = Client()
    client.force_login(add_user(name, role, *places))
    return client


def get(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status, response.content[:300]
    return response.content.decode()


def test_list_and_filters(claims):
    client = client_of("office", "city_coordinator")
    page = get(client, "/claims/")
    for text in ("成立", "未达", "待定", "62,500至167,000吨/年", "2026-03-03", "China News"):
        assert text in page, text
    short = get(
        client, "/claims/?verdict=FALLS+SHORT&place=150223&dimension=schedule&check=evidence"
    )
    assert "port" not in short or "不晚于 2025-09-30" in short
    assert "sales_yuan_per_year" not in short
    assert "没有符合条件的承诺" in get(client, "/claims/?state=stale")
    get(client, "/claims/?verdict=PERHAPS", 422)
    english = client.get("/claims/", headers={"accept-language": "en"}).content.decode()
    assert "62,500 to 167,000 t/yr" in english


def test_claim_page(claims, ledger):
    client = client_of("office", "city_coordinator")
    page = get(client, f"/claims/{claims[0].pk}/")
    verdict = Verdict.objects.get(claim=claims[0])
    for text in (
        verdict.inputs_sha256,
        "needed_output",
        "mysteel.net",
        "假定",
        "种子",
        "anode_plant 3",
    ):
        assert text in page, text
    add_figure(ledger.anode, "output_t_per_year", 200_000, "t_per_year", source=ledger.statistics)
    assert "待重验" in get(client, f"/claims/{claims[0].pk}/")
    verify_claims([claims[0].pk])
    page = get(client, f"/claims/{claims[0].pk}/")
    for text in ("distribution-", "在案", "统计", "以前的结论"):
        assert text in page, text
    get(client, "/claims/999999/", 404)


def test_figures_drawn_from_confidential_records_are_not_shown(claims):
    full, partial = "1.48", "数值依据保密数据"
    office, viewer = (
        client_of("office", "city_coordinator"),
        client_of("v", "place_viewer", "150222"),
    )
    path = f"/claims/{claims[2].pk}/"
    assert full in get(office, path)
    page = get(viewer, path)
    assert (full in page, partial in page, "成立" in page) == (False, True, True)
    stranger = client_of("s", "place_viewer", "150223")
    get(stranger, path, 404)
    company = client_of("c", "company")
    assert "anode" not in get(company, "/claims/")


def test_project_panel(claims, ledger):
    page = get(client_of("office", "city_coordinator"), f"/projects/{ledger.anode.pk}/")
    assert "承诺与结论" in page
    assert "检验本项目的承诺" in page
    page = get(client_of("l", "place_leader", "150222"), f"/projects/{ledger.anode.pk}/")
    assert "检验本项目的承诺" not in page


def test_a_run_from_the_page(claims):
    client = client_of("office", "city_coordinator")
    for form in ({"claim": claims[0].pk, "seed": "11"}, {"which": "all"}):
        answer = client.post("/claims/runs/", form)
        assert answer.status_code == 302
    run = Run.objects.get(seed=11)
    page = get(client, f"/claims/runs/{run.pk}/")
    assert "排队中" in page
    assert f"/claims/runs/{run.pk}/progress/" in page
    assert "HX-Refresh" not in client.get(f"/claims/runs/{run.pk}/progress/")
    client.post(f"/claims/runs/{run.pk}/cancel/")
    assert client.get(f"/claims/runs/{run.pk}/progress/")["HX-Refresh"] == "true"
    assert "已取消" in get(client, f"/claims/runs/{run.pk}/")
    assert client.post(f"/claims/runs/{run.pk}/again/").status_code == 302
    get(client_of("other", "city_coordinator"), f"/claims/runs/{run.pk}/", 404)
    assert client.post("/claims/runs/", {"claim": claims[0].pk, "seed": "1e9"}).status_code == 422
    assert client.post("/claims/runs/", {}).status_code == 422


def test_who_may_start(claims):
    form = {"claim": claims[0].pk}
    for role, places, status in (
        ("place_leader", ["150222"], 403),
        ("place_verifier", ["150223"], 404),
        ("place_verifier", ["150222"], 302),
    ):
        client = client_of(f"{role}{status}", role, *places)
        assert client.post("/claims/runs/", form).status_code == status, role


def test_api(claims, ledger):
    client = client_of("office", "city_coordinator")
    page = json.loads(get(client, "/api/v1/verdicts?size=2"))
    assert (len(page["items"]), bool(page["next"])) == (2, True)
    last = json.loads(get(client, f"/api/v1/verdicts?size=2&after={page['next']}"))
    assert len(last["items"]) == 1
    one = json.loads(get(client, f"/api/v1/verdicts/{last['items'][0]['id']}"))
    assert one["inputs"]["statement"]["metric"] == one["metric"]
    listed = json.loads(get(client, "/api/v1/claims?size=50"))
    assert len(listed["items"]) == 3
    body = {"project": "anode", "seed": 5}
    answer = client.post("/api/v1/runs", body, content_type="application/json")
    assert (answer.status_code, answer.json()["total"]) == (202, 2)
    found = client.get(answer["Location"]).json()
    assert (found["status"], found["seed"]) == ("queued", 5)
    cancelled = client.post(f"{answer['Location']}/cancel", content_type="application/json").json()
    assert cancelled["status"] == "cancelled"
    for wrong in ({"claims": ["1"]}, {"which": "some"}, {"what": 1}, {"which": "all", "seed": -1}):
        refused = client.post("/api/v1/runs", wrong, content_type="application/json")
        assert refused.status_code == 422, wrong


def test_api_keeps_confidential_figures(claims):
    viewer = client_of("v", "place_viewer", "150222")
    items = json.loads(get(viewer, f"/api/v1/verdicts?claim={claims[2].pk}"))["items"]
    assert (items[0]["verdict"], items[0]["value"], items[0]["interval"]) == ("HOLDS", None, None)
    assert "inputs" not in json.loads(get(viewer, f"/api/v1/verdicts/{items[0]['id']}"))


def test_summaries(claims):
    with scope.active(scope.system_scope("test")):
        assert summaries.count_by_ruling() == {"HOLDS": 1, "FALLS SHORT": 1, "UNDECIDED": 1, "": 0}
        assert summaries.count_by_ruling(["150222"])["FALLS SHORT"] == 0
        (short,) = summaries.list_short(["150200"])
        assert short.claim.key == "port.opening"
        assert len(summaries.list_of_project(claims[0].project_id)) == 2
