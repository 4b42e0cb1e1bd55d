"""The funnel and the year's promises, against counting one project after the other."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import records, scope
from tuijin.ledger.models import Figure, Node, OperatingRecord, Project, StageEvent
from tuijin.push import funnel, yields
from tuijin.push.models import Assignment
from tuijin.see.quantities import Portfolio
from tuijin.verify.models import Claim

TODAY = date(2025, 9, 15)
STAGES = list(CHOICES["stage"])
D = Decimal


@pytest.fixture
def many(city: SimpleNamespace, as_system: None) -> list[dict[str, Any]]:
    """Sixty projects with a signing year, a register node, a leader and officers, or without."""
    draw, facts = random.Random(5), []
    for number in range(60):
        fact = {
            "place": draw.choice(["150222", "150223"]), "stage": draw.choice(STAGES),
            "status": draw.choice(["active", "active", "cancelled"]),
            "year": draw.choice([None, 2023, 2024]), "is_registered": draw.random() < 0.5,
            "leader": draw.choice([None, "甲", "乙"]),
            "officers": draw.sample(["丙", "丁", "戊"], draw.randrange(3)),
        }  # fmt: skip
        project = Project(key=f"f{number}", name=f"项目{number}", place_id=fact["place"],
                          stage=fact["stage"], status=fact["status"])  # fmt: skip
        records.save_new([project])
        if fact["year"]:
            on = date(fact["year"], 3, 1)
            records.save_new([StageEvent(project=project, stage="signed", on=on)])
        done = date(2025, 1, 1) if fact["is_registered"] else None
        records.save_new([Node(project=project, node="register", done_on=done)])
        held = [("leader", fact["leader"])] if fact["leader"] else []
        for kind, holder in [*held, *(("officer", name) for name in fact["officers"])]:
            records.save_new([
                Assignment(project=project, kind=kind, holder=holder, starts_on=date(2025, 1, 1))
            ])  # fmt: skip
        past = Assignment(project=project, kind="leader", holder="从前",
                          starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31))  # fmt: skip
        records.save_new([past])
        facts.append(fact)
    # the three projects of the city are "building", with nothing else on record
    facts += [{"place": place, "stage": "building", "status": "active", "year": None,
               "is_registered": False, "leader": None, "officers": []}
              for place in ("150222", "150222", "150223")]  # fmt: skip
    return facts


def reached(fact: dict[str, Any], step: str) -> bool:
    if step == "registered":
        return bool(fact["is_registered"])
    return STAGES.index(fact["stage"]) >= STAGES.index(step)


def slow(facts: list[dict[str, Any]]) -> list[tuple[int, int | None, int | None]]:
    found, before = [], None
    for step in funnel.STEPS:
        there = [fact for fact in facts if reached(fact, step)]
        if before is None:
            found.append((len(there), None, None))
        else:
            base = [fact for fact in facts if reached(fact, before)]
            found.append((len(there), sum(reached(f, step) for f in base), len(base)))
        before = step
    return found


def fast(one: funnel.Funnel) -> list[tuple[int, int | None, int | None]]:
    return [(step.count, step.passed, step.before) for step in one.steps]


def test_the_total(many: list[dict[str, Any]]) -> None:
    found = funnel.build_total(Portfolio((), 2025))
    assert fast(found) == slow(many)
    assert found.ended_count == sum(
        f["status"] == "cancelled" and reached(f, "signed") for f in many
    )


@pytest.mark.parametrize("by", ["cohort", "place", "leader", "officer"])
def test_each_group(many: list[dict[str, Any]], by: str) -> None:
    def keys(fact: dict[str, Any]) -> list[Any]:
        if by == "officer":
            return fact["officers"] or [None]
        return [fact[{"cohort": "year"}.get(by, by)]]

    wanted = {}
    for key in {key for fact in many for key in keys(fact)}:
        inside = slow([fact for fact in many if key in keys(fact)])
        if inside[0][0]:
            wanted[key] = inside
    found = funnel.build_groups(Portfolio((), 2025), by=by, as_of=TODAY)
    assert {one.key: fast(one) for one in found} == wanted
    assert len(found) == len(wanted)


def test_queries_do_not_grow(many: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):  # one of them: whether anybody records the entry at all
        funnel.build_groups(Portfolio((), 2025), by="officer", as_of=TODAY)


def test_promises_against_what_came(city: SimpleNamespace, as_system: None) -> None:
    for month, sales in ((1, 10), (2, 30), (3, None)):
        records.save_new([
            OperatingRecord(project=city.anode, month=date(2025, month, 1),
                            sales_yuan=None if sales is None else D(sales), jobs_count=50,
                            energy_mwh=D("1.5"))
        ])  # fmt: skip
    other = OperatingRecord(project=city.copper, month=date(2025, 2, 1), sales_yuan=D(1000))
    before = OperatingRecord(project=city.anode, month=date(2024, 2, 1), sales_yuan=D(7))
    for record in (other, before):
        records.save_new([record])
    figure = Figure(key="s", project=city.anode, metric="stated_sales_yuan_per_year",
                    title="年销售", value=D(240), unit="yuan_per_year")  # fmt: skip
    records.save_new([figure])
    for target in (60, 40):
        Claim.objects.create(
            key=f"j{target}", project=city.anode, dimension="jobs", metric="jobs_count",
            title="就业", claim_type="at_least", statistic="value", target=D(target), unit="jobs",
            quote="就业",
        )  # fmt: skip
    kept = {one.measure.code: one for one in yields.read_year(Portfolio((), 2025))}
    sales = kept["sales"]
    assert sales.by_month == {date(2025, 1, 1): (D(10), 1), date(2025, 2, 1): (D(1030), 2)}
    assert (sales.total, sales.promised, sales.promised_count) == (D(1040), D(240), 1)
    # 240 a year is 20 a month; two months are on record, the third is not known
    assert (sales.expected, sales.real, sales.ratio) == (D(40), D(40), D(1))
    jobs = kept["jobs"]
    assert (jobs.promised, jobs.expected, jobs.real) == (D(60), D(60), D(50))
    assert jobs.total == D(50)  # the last month's, not a sum of months
    assert kept["energy"].total == D("4.5")
    assert kept["energy"].ratio is None
    assert kept["tax"].by_month == {}
    one = yields.read_year(Portfolio((), 2025), project_id=city.copper.pk)[0]
    assert (one.total, one.promised) == (D(1000), None)


def test_pages_and_the_api(city: SimpleNamespace, api: Any) -> None:
    with scope.active(scope.system_scope("test")):
        record = OperatingRecord(
            project=city.anode, month=date(2025, 1, 1), sales_yuan=D(120_000_000)
        )
        records.save_new([record])
    html = api("office").client.get("/funnel/?year=2025&by=place").content.decode()
    assert "转化率" in html
    assert "1.2 亿元" in html
    found = api("office").get("/funnel?by=place").json()
    assert [(one["key"], one["steps"][0]["count"]) for one in found["items"]] == [
        ("150222", 2), ("150223", 1),
    ]  # fmt: skip
    kept = api("office").get("/yields?year=2025").json()
    assert kept["items"][0]["months"] == [{"month": "2025-01", "sum": "120000000", "projects": 1}]
    # a county sees its own only; a bureau no operating records
    assert api("neighbour").get("/funnel?by=place").json()["total"]["steps"][0]["count"] == 1
    assert api("neighbour").get("/yields?year=2025").json()["items"][0]["months"] == []
    assert api("bureau").get("/yields").json()["items"] == []
    assert "1.2 亿元" not in api("bureau").client.get("/funnel/?year=2025").content.decode()
    for wrong in ("/funnel?by=x", "/yields?year=x"):
        assert api("office").get(wrong).status_code == 422
    assert api("office").get("/funnel?place=999999").status_code == 404


def test_the_projects_page_holds_its_own(city: SimpleNamespace, api: Any) -> None:
    from tuijin.push import local_day

    with scope.active(scope.system_scope("test")):
        first = local_day.today().replace(month=1, day=1)
        records.save_new([OperatingRecord(project=city.anode, month=first, tax_yuan=D(5))])
    path = f"/projects/{city.anode.pk}/"
    assert "本年承诺与实绩" in api("office").client.get(path).content.decode()
    assert "本年承诺与实绩" not in api("bureau").client.get(path).content.decode()


def test_a_step_that_nobody_records_has_no_rate(city: SimpleNamespace, as_system: None) -> None:
    total = funnel.build_total(Portfolio((), 2025))
    assert [step.is_recorded for step in total.steps] == [True, True, False, True, True, True]
    records.save_new([Node(project=city.anode, node="register", done_on=date(2025, 1, 1))])
    assert all(step.is_recorded for step in funnel.build_total(Portfolio((), 2025)).steps)
