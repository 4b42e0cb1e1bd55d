"""The list as an OC4IDS package: the same projects, only what is of class P, read again as ours."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tuijin.importers.oc4ids_json import plugin
from tuijin.ledger import records
from tuijin.ledger.models import Evidence, Figure, Node, TrailEvent
from tuijin.see import oc4ids

pytestmark = pytest.mark.django_db


def test_the_package_holds_what_the_list_shows(browse, portfolio) -> None:
    records.save_new([
        Figure(key="f", project=portfolio["slow"], metric="sales", title="年销售额",
               value=Decimal(25), unit="yi_yuan_per_year", as_of="2025", note="内部备注"),
    ])  # fmt: skip
    records.save_new([Node(project=portfolio["slow"], node="竣工", reason="内部原因")])
    records.save_new([Evidence(key="e", project=portfolio["slow"], kind="photo", title="内部照片")])
    records.change(type(portfolio["slow"]), {portfolio["slow"].pk: {"is_synthetic": True}})
    client = browse("city_coordinator")
    answer = client.get("/projects/oc4ids.json?place=150222&status=live")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Disposition"].startswith('attachment; filename="oc4ids-')
    package = answer.json()
    assert {one["id"] for one in package["projects"]} == {"slow", "plant"}
    assert package["publisher"]["name"] == "包头市 市项目办"
    assert "内部" not in answer.content.decode()
    parsed = plugin.parse(answer.content, name="x.json")
    assert not parsed.problems
    counts = {table.noun: len(table) for table in parsed.tables}
    assert counts == {"source": 1, "organisation": 1, "project": 2, "figure": 1}
    project = next(table for table in parsed.tables if table.noun == "project")
    assert dict(zip(project.columns["key"], project.columns["is_synthetic"], strict=True)) == {
        "slow": True, "plant": None,
    }  # fmt: skip
    event = TrailEvent.objects.filter(action="export").latest("seq")
    assert event.changes == {"rows": [None, 2], "format": [None, "OC4IDS"]}
    assert event.object_id in answer["Content-Disposition"]
    api = client.get("/api/v1/oc4ids?place=150222&status=live").json()
    assert api["projects"] == package["projects"]
    assert (
        "/projects/oc4ids.json?place=150222"
        in client.get("/projects/?place=150222&columns=name&sort=-name").content.decode()
    )


def test_nothing_and_too_much_to_export(browse, portfolio, monkeypatch) -> None:
    client = browse("city_coordinator")
    assert client.get("/projects/oc4ids.json?q=nowhere&text=nowhere").status_code == 422
    monkeypatch.setattr(oc4ids, "MAX_PROJECTS", 4)
    assert client.get("/projects/oc4ids.json").status_code == 413
    assert client.get("/projects/oc4ids.json?status=live").status_code == 200
    assert browse("place_viewer").get("/projects/oc4ids.json").status_code == 403
