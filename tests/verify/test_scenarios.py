"""Scenarios: who may run one, what is refused, what is kept, and that nothing else moves."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from django.test import Client

from tests.verify.conftest import add_claim, add_figure, clearance_claim, sales_claim
from tests.verify.test_runs import add_user
from tuijin.errors import ImportFailed, NotAllowed, NotFound
from tuijin.ledger import records, scope
from tuijin.ledger.models import OperatingRecord, TrailEvent
from tuijin.verify import job, scenarios
from tuijin.verify.models import Binding, Claim, Run, Scenario, Verdict


def run(binding, **given):
    """Start a scenario and do it here, as the process of its run would."""
    scenario = scenarios.start(binding, **{"changes": {}, "n_draws": 200, **given})
    job.work(str(scenario.run_id))
    Run.objects.filter(pk=scenario.run_id).update(status="done")
    scenario.refresh_from_db()
    return scenario


def sample(scenario, metric):
    return scenarios.unpack(scenario.found["metrics"][metric]["sample"])


@pytest.fixture
def anode(ledger):
    return Binding.objects.get(claim=sales_claim(ledger))


@pytest.fixture
def port(ledger, toy_port):
    return Binding.objects.get(claim=clearance_claim(ledger))


def test_a_scenario_is_queued_with_the_trail_first(anode, trail_first):
    with trail_first():
        scenarios.start(anode, changes={}, n_draws=200)


def test_a_scenario_is_what_the_model_gives_and_touches_nothing(ledger, anode):
    add_figure(ledger.anode, "output_t_per_year", 100_000, "t_per_year")
    events = TrailEvent.objects.exclude(object_type="run").count()
    found = run(anode, changes={"output_t_per_year": {"value": "50,000"}}, seed=3)
    sheet = scenarios.read_sheet(anode)
    parameters = scenarios.apply_changes(sheet.parameters, found.changes)
    drawn = sheet.model.run(parameters, n_draws=200, rng=np.random.default_rng(3))
    assert (sample(found, "sales_yuan_per_year") == drawn["sales_yuan_per_year"].sample).all()
    assert found.changes == {"output_t_per_year": {"value": 50000.0}}
    assert found.made_with.endswith("anode_plant 3")
    assert Verdict.objects.count() == 0
    assert TrailEvent.objects.exclude(object_type="run").count() == events
    again = run(anode, changes={"output_t_per_year": {"value": 50_000}}, seed=3)
    assert (again.found, again.inputs_sha256) == (found.found, found.inputs_sha256)
    assert run(anode, seed=4).inputs_sha256 != found.inputs_sha256


def test_all_that_a_simulated_model_shows_is_kept(port):
    found = run(port)
    assert [p["kind"] for p in found.found["pictures"]] == ["Chart", "Bars", "Flows", "Table"]
    assert {box["id"] for box in found.found["diagram"]["boxes"]} >= {"pit", "gate", "x_ray"}
    clearance = found.found["metrics"]["clearance_minutes"]
    assert clearance["influences"][0]["name"] == "gate_minutes"
    assert list(clearance["decides"].values()) == [[["gate_minutes", 1.0, 2.0]]]
    assert found.found["metrics"]["freight_t_per_year"]["influences"] == []
    assert len(found.replay["vehicles"]) == 2
    assert found.replay["length"] == 1440
    found.run.refresh_from_db()
    assert (found.run.total_count, found.error) == (3, None)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"price_yuan_per_t": {"value": "cheap"}}, "price_yuan_per_t", "cheap"),
        ({"price_yuan_per_t": {"value": "nan"}}, "price_yuan_per_t", "nan"),
        ({"price_yuan_per_t": {"value": True}}, "price_yuan_per_t", "True"),
        ({"price_yuan_per_t": {"low": 1}}, "price_yuan_per_t", "上限"),
        ({"price_yuan_per_t": {"low": 3, "high": 2}}, "price_yuan_per_t", "≤"),
        ({"price_yuan_per_t": {"value": -5}}, "price_yuan_per_t", "must lie between"),
        ({"no_such": {"value": 1}}, "no_such", "no_such"),
        ({"price_yuan_per_t": {"mean": 1}}, "price_yuan_per_t", "mean"),
    ],
)
def test_what_is_refused_says_where_and_why(anode, changes, field, said):
    with pytest.raises(ImportFailed) as refused:
        scenarios.start(anode, changes=changes)
    assert refused.value.problems[0].field == field
    assert said in refused.value.problems[0].message
    assert not Run.objects.exists()


def test_only_for_the_own_project_and_with_the_right(ledger, anode):
    for name, role, place in (("there", "place_verifier", "150223"),
                              ("leader", "place_leader", "150222")):  # fmt: skip
        with (
            scope.active(scope.build_scope(add_user(name, role, place))),
            pytest.raises((NotAllowed, NotFound)),
        ):
            scenarios.start(scenarios.find_binding(anode.pk), changes={})
    with scope.active(scope.build_scope(add_user("here", "place_verifier", "150222"))):
        assert scenarios.start(scenarios.find_binding(anode.pk), changes={}).run


def test_a_scenario_from_confidential_records_is_shown_to_those_who_may_see_them(ledger, anode):
    Binding.objects.filter(pk=anode.pk).update(
        parameters={"figures": {"output_t_per_year": "output_t_per_year"}}
    )
    records.save_new([
        OperatingRecord(project=ledger.anode, month=date(2025, m, 1), output_t=Decimal("1013.5"))
        for m in range(1, 13)
    ])  # fmt: skip
    found = run(anode)
    assert found.field_class == "C"
    reader = add_user("viewer", "place_verifier", "150222")
    client = Client()
    client.force_login(reader)
    page = client.get(f"/models/{anode.pk}/?scenario={found.pk}").content.decode()
    assert "保密" in page
    assert "12,162" not in page
    assert client.get(f"/models/replays/{found.pk}/").json() == {}
    document = client.get(f"/api/v1/scenarios/{found.pk}").json()
    assert "metrics" not in document
    assert "parameters" not in document


def test_pages_compare_two_scenarios_with_common_random_numbers(ledger, anode):
    add_figure(ledger.anode, "output_t_per_year", 100_000, "t_per_year")
    first = run(anode, title="按在案")
    second = run(anode, changes={"output_t_per_year": {"value": 60_000}}, title="减产")
    client = Client()
    client.force_login(add_user("office", "city_coordinator"))
    page = client.get(f"/models/{anode.pk}/?scenario={first.pk}&beside={second.pk}")
    assert page.status_code == 200
    block = next(m for m in page.context["metrics"] if m["id"] == "sales_yuan_per_year")
    paired = sample(second, "sales_yuan_per_year") - sample(first, "sales_yuan_per_year")
    assert block["difference"]["larger_ratio"] == (paired > 0).mean() == 0
    assert block["difference"]["is_clear"]
    assert "按在案" in page.content.decode()
    assert "B 减 A" in page.content.decode()


def test_what_is_missing_stands_in_one_table(ledger, anode):
    client = Client()
    client.force_login(add_user("office", "city_coordinator"))
    found = run(anode)
    answer = client.get(f"/models/{anode.pk}/?scenario={found.pk}")
    page = answer.content.decode()
    lacking = {n for kept in found.found["metrics"].values() for n in kept["needs"]}
    waiting = answer.context["waiting"]
    assert len(waiting) > 10
    assert {one.title for one in answer.context["missing"]} == {
        title for metric in waiting for title in metric["needs"]
    }
    assert len(answer.context["missing"]) <= len(lacking)
    assert page.count("缺：") <= len(answer.context["metrics"])
    first = answer.context["missing"][0]
    assert first.unit
    assert len(first.metrics) == max(len(one.metrics) for one in answer.context["missing"])
    for metric in waiting:
        assert f'id="metric-{metric["id"]}"' not in page


def test_a_form_that_is_refused_comes_back_with_what_was_typed(anode):
    client = Client()
    client.force_login(add_user("office", "city_coordinator"))
    page = client.post(f"/models/{anode.pk}/", {"value.price_yuan_per_t": "便宜"})
    assert page.status_code == 422
    text = page.content.decode()
    assert 'value="便宜"' in text
    assert "应为数字" in text
    assert not Scenario.objects.exists()


def test_the_project_page_and_the_claim_page_lead_to_the_model(ledger, anode):
    client = Client()
    client.force_login(add_user("office", "city_coordinator"))
    address = f"/models/{anode.pk}/"
    for page in (f"/projects/{ledger.anode.pk}/", f"/claims/{anode.claim_id}/"):
        assert address in client.get(page).content.decode()
    assert client.get(address).status_code == 200


def test_the_api_runs_lists_and_reads(anode):
    client = Client()
    client.force_login(add_user("office", "city_coordinator"))

    def post(body):
        return client.post("/api/v1/scenarios", json.dumps(body), "application/json")

    made = post({"check": anode.pk, "changes": {"price_yuan_per_t": {"low": 2e4, "high": 3e4}},
                 "n_draws": 100})  # fmt: skip
    assert made.status_code == 202
    job.work(made.json()["run"])
    found = client.get(made.headers["Location"]).json()
    assert found["changes"] == {"price_yuan_per_t": {"low": 2e4, "high": 3e4}}
    assert found["metrics"]["market_share_ratio"]["needs"]
    listed = client.get(f"/api/v1/scenarios?check={anode.pk}").json()["items"]
    assert [item["id"] for item in listed] == [found["id"]]
    for wrong in ({"changes": []}, {"n": 1}, {"n_draws": 10**6}, {"seed": "x"}):
        assert post({"check": anode.pk, **wrong}).status_code == 422
    assert post({"check": 10**9}).status_code == 404


def test_what_the_model_cannot_take_later_is_told_on_the_page(anode):
    """The record moved between the form and the run."""
    scenario = scenarios.start(anode, changes={})
    Scenario.objects.filter(pk=scenario.pk).update(changes={"price_yuan_per_t": {"value": -1.0}})
    job.work(str(scenario.run_id))
    scenario.refresh_from_db()
    assert scenario.found is None
    assert "price_yuan_per_t must lie between" in scenario.error["message"]
    assert Claim.objects.get().ruling == ""


def test_a_model_that_never_ran_shows_its_network_and_asks_for_one_run(port):
    client = Client()
    client.force_login(add_user("office", "city_coordinator"))
    address = f"/models/{port.pk}/"
    first = client.get(address)
    assert {box["id"] for box in first.context["diagram"]["boxes"]} >= {"pit", "gate", "x_ray"}
    text = first.content.decode()
    assert 'id="first-run"' in text
    assert 'data-station="gate"' in text
    assert "data-replay=" not in text
    assert not Scenario.objects.exists()  # a GET changes nothing

    answers = [client.post(address, {"first": "1"}) for _ in range(2)]
    scenario = Scenario.objects.get()  # the second finds the first
    assert scenario.changes == {}
    assert scenario.run.status == "queued"
    assert {a.headers["HX-Redirect"] for a in answers} == {f"{address}?scenario={scenario.pk}"}
    waiting = client.get(f"{address}?scenario={scenario.pk}").content.decode()
    assert 'data-station="gate"' in waiting
    assert 'id="first-run"' not in waiting


def test_who_may_not_run_sees_the_network_and_starts_nothing(port):
    client = Client()
    client.force_login(add_user("leader", "city_leader"))
    address = f"/models/{port.pk}/"
    text = client.get(address).content.decode()
    assert 'data-station="gate"' in text
    assert 'id="first-run"' not in text
    assert client.post(address, {"first": "1"}).status_code in (403, 404)
    assert not Scenario.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "无公开数据"), ("en", "no publication")]
)
def test_sources_are_in_the_language_of_the_page(ledger, language, words):
    claim = add_claim(ledger.port, "clear", check="model", using="border_port",
                      metric="clearance_minutes", claim_type="at_most", statistic="p95",
                      target=Decimal(2), unit="minutes")  # fmt: skip
    client = Client()
    user = add_user("office", "city_coordinator")
    user.language = language
    user.save()
    client.force_login(user)
    page = client.get(f"/models/{claim.bindings.get().pk}/", headers={"accept-language": language})
    text = page.content.decode()
    assert words in text
    assert ("Assumption" in text) == (language == "en")
