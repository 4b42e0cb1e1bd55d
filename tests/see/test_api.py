"""The room's API: the same figures as the pages, absent where the reader may not see them."""

from __future__ import annotations

from decimal import Decimal

from tuijin.ledger.models import NodeRule


def test_overview_by_reader(browse) -> None:
    found = browse("city_leader").get("/api/v1/overview").json()
    assert found["projects_count"] == 4
    assert Decimal(found["year_planned_yuan"]) == 200_000_000
    assert "year_planned_yuan" not in browse("city_department").get("/api/v1/overview").json()


def test_indicators_by_place_and_year(browse) -> None:
    client = browse("city_leader")
    found = client.get("/api/v1/indicators", {"place": "150223", "year": 2025}).json()
    values = {item["code"]: item["value"] for item in found["items"]}
    assert values["invest-done"] == "0.450000"
    assert values["funds-rate"] is None
    assert client.get("/api/v1/indicators", {"year": 1}).status_code == 422


def test_light_rules_carry_their_source(browse) -> None:
    found = browse("company").get("/api/v1/light-rules").json()
    assert len(found["items"]) == 15
    assert all(item["source"]["url"] for item in found["items"])


def test_node_rules_are_those_of_the_page(browse) -> None:
    client = browse("company")
    found = client.get("/api/v1/node-rules").json()
    assert len(found["items"]) == NodeRule.objects.count() > 0
    assert found["choices"] == {}
    limited = [item for item in found["items"] if item["limit_months"] or item["limit_days"]]
    assert limited
    assert all(item["source"]["key"] for item in limited)
    page = client.get("/rules/").content.decode()
    assert all(item["name"] in page for item in found["items"])
