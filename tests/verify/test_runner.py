"""Claims of the two projects, tested on what is published about them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.verify.conftest import (
    add_check,
    add_claim,
    add_figure,
    add_stage,
    opening_claim,
    sales_claim,
)
from tuijin.ledger import records, trail
from tuijin.ledger.models import (
    Evidence,
    Figure,
    Node,
    OperatingRecord,
    Project,
    Tally,
    TrailEvent,
)
from tuijin.verify.models import Binding, Claim, Verdict
from tuijin.verify.runner import count_rulings, verify_claims
from tuijin.verify.verdicts import as_document


def verdict_of(claim, **lookup):
    verify_claims([claim.pk])
    return Verdict.objects.get(claim=claim, is_current=True, **lookup)


def test_anode_sales_are_undecided_and_name_the_tonnage(ledger):
    found = verdict_of(sales_claim(ledger))
    assert found.ruling == "UNDECIDED"
    assert found.needs_en == "tonnage sold not on record"
    name, unit, low, high, side = found.decides[0]
    assert (name, unit, side) == ("output_t_per_year", "t_per_year", "at_least")
    assert (low, high) == pytest.approx((62_500, 166_667), rel=1e-4)
    parameters = {p["name"]: p for p in found.inputs["parameters"]}
    assert "Mysteel" in parameters["price_yuan_per_t"]["source"]
    assert found.charts["explained"][0]["id"] == "needed_output"


def test_a_tonnage_on_record_decides(ledger):
    claim = sales_claim(ledger)
    add_figure(ledger.anode, "output_t_per_year", 200_000, "t_per_year", source=ledger.statistics)
    found = verdict_of(claim)
    assert found.ruling == "HOLDS"
    assert 3e9 <= found.interval_low <= found.value <= found.interval_high <= 8e9
    assert sum(found.charts["distribution"]["counts"]) == 2000
    output = next(p for p in found.inputs["parameters"] if p["name"] == "output_t_per_year")
    assert (output["value"], output["is_verified"]) == (200_000, True)
    assert output["source"] == "figure:anode.output_t_per_year (statistics)"


def test_port_opened_five_months_late(ledger):
    claim = opening_claim(ledger)
    add_stage(ledger.port, "producing", date(2026, 3, 3), ledger.china_news)
    found = verdict_of(claim)
    assert (found.ruling, found.on) == ("FALLS SHORT", date(2026, 3, 3))
    assert (found.seed, found.made_with) == (None, "verify 1")


def test_a_node_and_a_notice_date_an_event(ledger):
    claims = [
        add_claim(
            ledger.port, using, check="evidence", using=using, metric="in_operation",
            claim_type="by_date", by_date=date(2025, 9, 30), unit="date",
        )
        for using in ("node:启动运行", "evidence:notice")
    ]  # fmt: skip
    records.save_new([Node(project=ledger.port, node="启动运行", done_on=date(2026, 3, 3))])
    records.save_new(
        [Evidence(key="notice", project=ledger.port, kind="notice", title="公告",
                  taken_on=date(2025, 9, 30))]
    )  # fmt: skip
    assert [verdict_of(claim).ruling for claim in claims] == ["FALLS SHORT", "HOLDS"]


def test_silence_is_undecided_until_the_record_reaches_past_the_date(ledger):
    claim = opening_claim(ledger)
    assert verdict_of(claim).ruling == "UNDECIDED"
    add_stage(ledger.port, "building", date(2025, 12, 1), ledger.china_news)
    assert verdict_of(claim).ruling == "FALLS SHORT"


def test_the_promise_is_no_evidence_for_itself(ledger):
    claim = add_claim(
        ledger.anode, "anode.stated", check="evidence", using="sales_yuan_per_year",
        metric="sales_yuan_per_year", target=Decimal(25), unit="yi_yuan_per_year",
        source=ledger.bureau,
    )  # fmt: skip
    figure = add_figure(
        ledger.anode, "sales_yuan_per_year", "2500000000", "yuan_per_year", source=ledger.bureau
    )
    assert verdict_of(claim).ruling == "UNDECIDED"
    records.correct_many(Figure, {figure.pk: {"source_id": ledger.statistics.pk}})
    found = verdict_of(claim)
    assert found.ruling == "HOLDS"
    document = as_document(found, claim, shows_figures=True)
    assert (document["value"], document["target"]) == (25.0, 25.0)


def operate(project, months, **columns):
    rows = [OperatingRecord(project=project, month=m, **columns) for m in months]
    records.save_new(rows)
    return rows


def test_a_year_of_operating_records(ledger):
    claim = add_claim(
        ledger.anode, "anode.year", check="evidence", using="sales_yuan_per_year",
        metric="sales_yuan_per_year", target=Decimal("1.2"), unit="yi_yuan_per_year",
    )  # fmt: skip
    operate(ledger.anode, [date(2025, m, 1) for m in range(2, 13)], sales_yuan=Decimal(10_000_000))
    found = verdict_of(claim)
    assert found.needs_en == "Sales: 11 months in a row on record, 12 are needed"
    operate(ledger.anode, [date(2026, 1, 1)], sales_yuan=Decimal(10_000_000))
    found = verdict_of(claim)
    assert (found.ruling, found.value, found.field_class) == ("HOLDS", 120_000_000.0, "C")
    hidden = as_document(found, claim, shows_figures=False)
    assert (hidden["verdict"], hidden["value"], hidden["interval"]) == ("HOLDS", None, None)


def test_formula_with_a_range_and_units(ledger):
    claim = add_claim(
        ledger.anode, "anode.price", check="formula",
        using="sales_yuan_per_year / output_t_per_year", claim_type="at_most",
        metric="price_yuan_per_t", target=Decimal(40_000), unit="yuan_per_t",
    )  # fmt: skip
    missing = verdict_of(claim)
    assert missing.decides == []
    assert missing.needs_en == "Sales, Output not on record"
    add_figure(ledger.anode, "sales_yuan_per_year", "2500000000", "yuan_per_year")
    add_figure(
        ledger.anode, "output_t_per_year", None, "t_per_year", low=Decimal(62_500),
        high=Decimal(94_500),
    )  # fmt: skip
    found = verdict_of(claim)
    assert found.ruling == "HOLDS"
    assert (found.interval_low, found.interval_high) == pytest.approx((26_455.03, 40_000))


def test_place_figures_and_figures_that_disagree(ledger):
    claim = add_claim(
        ledger.anode, "anode.weight", check="formula",
        using="output_t_per_year / place.output_t_per_year",
        claim_type="share_at_least", metric="share_ratio", target=Decimal("0.5"), unit="ratio",
    )  # fmt: skip
    add_figure(None, "output_t_per_year", 100, "t_per_year", place_id="150222")
    add_figure(ledger.anode, "output_t_per_year", 40, "t_per_year", key="one")
    add_figure(ledger.anode, "output_t_per_year", 60, "t_per_year", key="other")
    found = verdict_of(claim)
    assert (found.ruling, found.interval_low, found.interval_high) == ("UNDECIDED", 0.4, 0.6)


def test_at_least_on_record_is_no_exact_figure(ledger):
    claim = add_claim(
        ledger.port, "port.gain", check="evidence", using="gain_ratio", metric="gain_ratio",
        target=Decimal("0.5"), unit="ratio",
    )  # fmt: skip
    other = add_claim(
        ledger.port, "port.twice", check="formula", using="gain_ratio * 2 - gain_ratio",
        metric="x", target=Decimal("0.5"), unit="ratio",
    )  # fmt: skip
    add_figure(ledger.port, "gain_ratio", None, "ratio", low=Decimal("0.6"))
    found = verdict_of(claim)
    assert (found.ruling, found.interval_low, found.interval_high) == ("HOLDS", 0.6, None)
    assert verdict_of(other).ruling == "UNDECIDED"
    records.change(Claim, {claim.pk: {"claim_type": "at_most"}})
    assert verdict_of(claim).ruling == "FALLS SHORT"
    records.change(Claim, {claim.pk: {"target": Decimal("0.7")}})
    assert verdict_of(claim).ruling == "UNDECIDED"


def test_observations_against_a_recorded_percentile(ledger):
    """One bare '2 minutes' is one observation; a 95th percentile must be stated as such."""
    claim = add_claim(
        ledger.port, "port.clearance", check="evidence", using="clearance_minutes",
        claim_type="at_most", statistic="p95", metric="clearance_minutes", target=Decimal(2),
        unit="minutes", source=ledger.bureau,
    )  # fmt: skip
    add_figure(ledger.port, "clearance_minutes", "1.4", "minutes", source=ledger.china_news)
    assert verdict_of(claim).ruling == "UNDECIDED"
    add_figure(ledger.port, "clearance_minutes.p95", "9", "minutes", source=ledger.statistics)
    assert verdict_of(claim).ruling == "FALLS SHORT"


def test_one_claim_that_cannot_be_tested_stops_nothing(ledger):
    good = opening_claim(ledger)
    bad = add_claim(
        ledger.anode, "anode.bad", check="formula", using="__import__('os')",
        metric="x", target=Decimal(1), unit="ratio",
    )  # fmt: skip
    outcome = verify_claims([good.pk, bad.pk])
    assert outcome.claims_count == 2
    (error,) = outcome.errors
    assert (error["claim"], error["code"]) == ("anode.bad", "expression")
    assert Verdict.objects.filter(claim=good).exists()
    assert not Verdict.objects.filter(claim=bad).exists()
    assert Binding.objects.get(claim=bad).error["code"] == "expression"


@pytest.mark.parametrize(
    ("check", "using", "parameters", "message"),
    [
        ("model", "sphere", {}, "model must be one of"),
        ("model", "anode_plant", {"figures": {"price": "x"}}, "has no price"),
        ("model", "anode_plant", {"n_draws": 10**6}, "n_draws must be"),
        ("model", "anode_plant", {"set": {"price_yuan_per_t": "1; drop"}}, "must be a number"),
        ("model", "anode_plant", {"set": {"price_yuan_per_t": -1}}, "must lie between"),
        ("model", "anode_plant", {"figures": ["x"]}, "must hold a mapping"),
        ("model", "anode_plant", ["x"], "must hold a mapping"),
        ("guess", "x", {}, "check must be one of"),
    ],
)
def test_what_cannot_be_tested_says_why(ledger, check, using, parameters, message):
    claim = add_claim(
        ledger.anode, "anode.odd", check=check, using=using, parameters=parameters,
        metric="sales_yuan_per_year", target=Decimal(1), unit="yuan_per_year",
    )  # fmt: skip
    (error,) = verify_claims([claim.pk]).errors
    assert message in error["message"]


def port_claim(ledger, metric, **more):
    return add_claim(
        ledger.port, f"port.{metric}", check="model", using="border_port", metric=metric,
        source=ledger.bureau, **more,
    )  # fmt: skip


def test_a_model_takes_the_statistic_and_names_what_moves_it(ledger):
    claim = port_claim(ledger, "clearance_minutes", statistic="mean", target=Decimal(2),
                       unit="minutes", claim_type="at_most",
                       parameters={"n_draws": 8})  # fmt: skip
    verdict = verdict_of(claim)
    assert verdict.ruling == "UNDECIDED"
    assert verdict.interval_low < 2 < verdict.interval_high
    assert verdict.needs_en == "biggest unknown: share of loaded AGVs that are opened"
    assert verdict.needs_zh == "最大未知：开箱查验比例"
    assert (verdict.decides[0][0], verdict.decides[0][-1]) == ("opened_share_ratio", "at_most")
    assert verdict.charts["influences"][0]["name"] == "opened_share_ratio"


def test_a_parameter_set_to_null_is_not_known(ledger):
    claim = port_claim(ledger, "freight_t_per_year", target=Decimal(10_000_000), unit="t_per_year",
                       claim_type="at_least",
                       parameters={"n_draws": 2, "set": {"agv_count": None}})  # fmt: skip
    verdict = verdict_of(claim)
    assert (verdict.ruling, verdict.needs_en) == (
        "UNDECIDED", "AGVs that belong to the port not on record",
    )  # fmt: skip
    needed = {name: (low, high) for name, _, low, high, _ in verdict.decides}
    assert 10 < needed["agv_count"][0] < needed["agv_count"][1]
    assert needed["cn_gate_lane_count"][0] >= 1


def test_same_inputs_same_bytes(ledger):
    claim = sales_claim(ledger)
    add_figure(ledger.anode, "output_t_per_year", 94_500, "t_per_year")
    first = verdict_of(claim)
    Verdict.objects.all().delete()
    again = verdict_of(claim)
    for name in ("inputs", "charts", "decides", "inputs_sha256", "value", "interval_low"):
        assert trail.canonical(getattr(first, name)) == trail.canonical(getattr(again, name)), name
    verify_claims([claim.pk], seed=8)
    other = Verdict.objects.get(claim=claim, is_current=True)
    assert (other.inputs_sha256 != first.inputs_sha256, other.value != first.value) == (True, True)


def test_unchanged_inputs_make_no_new_verdict(ledger):
    claim = sales_claim(ledger)
    for _ in range(3):
        verify_claims([claim.pk])
    assert Verdict.objects.filter(claim=claim).count() == 1


def test_model_and_evidence_stand_side_by_side(ledger):
    claim = sales_claim(ledger)
    add_check(claim, check="evidence", using="sales_yuan_per_year")
    add_figure(ledger.anode, "output_t_per_year", 200_000, "t_per_year")
    operate(ledger.anode, [date(2025, m, 1) for m in range(1, 13)], sales_yuan=Decimal(9_000_000))
    verify_claims([claim.pk])
    claim.refresh_from_db()
    assert (claim.ruling, claim.disagrees) == ("FALLS SHORT", True)
    assert {v.ruling for v in claim.verdicts.all()} == {"HOLDS", "FALLS SHORT"}


def test_marks_of_projects_and_tallies_follow(ledger):
    short, open_ = opening_claim(ledger), sales_claim(ledger)
    add_stage(ledger.port, "producing", date(2026, 3, 3), ledger.china_news)
    verify_claims([short.pk, open_.pk])
    marks = dict(Project.objects.values_list("key", "claims_short"))
    assert marks == {"port": 1, "anode": 0}
    assert Project.objects.get(key="anode").claims_undecided == 1
    city = Tally.objects.filter(place="150200", claims_short_count__gt=0)
    assert [t.claims_short_count for t in city] == [1]
    assert count_rulings(Claim.objects.values_list("id", flat=True)) == {
        "HOLDS": 0, "FALLS SHORT": 1, "UNDECIDED": 1, "": 0,
    }  # fmt: skip


def test_each_verdict_is_on_the_trail(ledger):
    claim = opening_claim(ledger)
    verify_claims([claim.pk])
    event = TrailEvent.objects.get(action="verdict")
    assert (event.object_id, event.project_id) == (str(claim.pk), ledger.port.pk)
    assert event.changes["ruling"] == [None, "UNDECIDED"]


def test_many_claims_in_few_queries(ledger, django_assert_max_num_queries):
    claims = [
        add_claim(
            ledger.anode, f"anode.{n}", check="evidence", using="sales_yuan_per_year",
            metric="sales_yuan_per_year", target=Decimal(n + 1), unit="yuan_per_year",
        )
        for n in range(40)
    ]  # fmt: skip
    with django_assert_max_num_queries(45):
        verify_claims([claim.pk for claim in claims])
