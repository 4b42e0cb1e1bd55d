"""A light, a claim, a node propose their issue once; closing asks them again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.push.conftest import MONDAY, on, read
from tests.push.test_issues import moved
from tuijin.ledger import kept, records
from tuijin.ledger.models import AnnualPlan, Figure, Node, ProgressReport, Project, StageEvent
from tuijin.push import proposals, rechecks
from tuijin.push.models import Issue, Signal, Slip
from tuijin.see import judging
from tuijin.verify.models import Binding, Claim
from tuijin.verify.runner import verify_claims

YI = Decimal(100_000_000)


def behind(project: Project, done: Decimal) -> None:
    """A year's plan of one 亿, and what was done by August."""
    if not AnnualPlan.objects.filter(project=project).exists():
        records.save_new([AnnualPlan(project=project, year=2025, planned_yuan=YI)])
    old = ProgressReport.objects.filter(project=project, is_current=True).first()
    if old is None:
        records.save_new(
            [ProgressReport(project=project, period="2025-08", year_done_yuan=done * YI)]
        )
    else:
        records.correct_many(ProgressReport, {old.pk: {"year_done_yuan": done * YI}})
    kept.refresh([project.key])
    judging.refresh([project.pk], as_of=MONDAY)


def short_claim(project: Project) -> Claim:
    claim = Claim(
        project=project, key="sales", quote="年销售额25亿元", title="年销售额", dimension="market",
        metric="sales_yuan_per_year", claim_type="at_least", statistic="value",
        target=Decimal(25) * YI, unit="yuan_per_year",
    )  # fmt: skip
    records.save_new([claim])
    records.save_new([Binding(claim=claim, kind="evidence", using="sales_yuan_per_year")])
    records.save_new([
        Figure(key="s", project=project, metric="sales_yuan_per_year", title="销售额",
               value=Decimal(10) * YI, unit="yuan_per_year")
    ])  # fmt: skip
    verify_claims([claim.pk])
    return Claim.objects.get(pk=claim.pk)


def done(api, issue: Issue) -> None:
    """Take a proposed issue all the way to 销号."""
    row = api("office").get(f"/issues/{issue.pk}").json()
    row = moved(api, "office", row, "assign", owner_unit="固阳县")
    row = moved(api, "editor", row, "accept")
    row = moved(api, "editor", row, "work", note="在办")
    row = moved(api, "editor", row, "report", note="已办", evidence="proof")
    row = moved(api, "verifier", row, "inspect", note="属实")
    moved(api, "approver", row, "close")


def test_a_light_proposes_once_with_its_figures(city, as_system):
    behind(city.anode, Decimal("0.4"))
    (issue,) = proposals.refresh(on=MONDAY)
    assert (issue.origin, issue.cause, issue.state) == (
        f"light:{city.anode.pk}",
        "yellow",
        "raised",
    )
    assert issue.figures[0][2] == "低于计划进度10至30个百分点"
    assert issue.figures[1][3] == "C"  # drawn from plan and progress: not for everybody
    assert issue.rule.name == "黄灯：提醒责任单位"
    for number in range(1, 5):
        assert proposals.refresh(on=MONDAY + timedelta(days=number)) == []
    assert Issue.objects.count() == 1


def test_a_light_that_grows_worse_is_the_same_issue(city, as_system):
    behind(city.anode, Decimal("0.4"))
    proposals.refresh(on=MONDAY)
    behind(city.anode, Decimal("0.1"))
    assert proposals.refresh(on=MONDAY) == []
    issue = Issue.objects.get()
    assert (issue.cause, issue.rule.level) == ("red", 1)


def test_a_light_that_passed_may_propose_again(api, city, as_system):
    behind(city.anode, Decimal("0.1"))
    (issue,) = proposals.refresh(on=MONDAY)
    with on(MONDAY):
        row = api("office").get(f"/issues/{issue.pk}").json()
        moved(api, "office", row, "drop", note="已有专班在办")
        assert proposals.refresh(on=MONDAY) == []  # dropped: still the same failure
        behind(city.anode, Decimal("0.7"))
        assert proposals.refresh(on=MONDAY) == []
        behind(city.anode, Decimal("0.1"))
        assert len(proposals.refresh(on=MONDAY)) == 1


def test_a_red_light_is_assigned_with_its_slip(api, city, as_system):
    behind(city.anode, Decimal("0.1"))
    (issue,) = proposals.refresh(on=MONDAY)
    with on(MONDAY):
        row = api("office").get(f"/issues/{issue.pk}").json()
        moved(api, "office", row, "assign", owner_unit="固阳县")
    slip = Slip.objects.get()
    assert (slip.level, slip.rule.name[:5]) == (1, "红灯：发督")
    assert not any("progress_gap" in fact[2] for fact in slip.facts)


def test_closing_asks_the_light_again(api, city, as_system):
    behind(city.anode, Decimal("0.1"))
    (issue,) = proposals.refresh(on=MONDAY)
    with on(MONDAY):
        done(api, issue)
    reopened = read(issue.pk)
    assert (reopened.state, reopened.closed_on) == ("working", None)
    last = reopened.steps.order_by("-pk").first()
    assert (last.step, last.by) == ("reopen", "system:recheck")
    behind(city.anode, Decimal("0.7"))
    with on(MONDAY):
        row = api("office").get(f"/issues/{issue.pk}").json()
        row = moved(api, "editor", row, "report", note="赶上了", evidence="proof")
        row = moved(api, "verifier", row, "inspect", note="属实")
        assert moved(api, "approver", row, "close")["state"] == "closed"
    assert not Signal.objects.exists()


@pytest.mark.parametrize("is_reason_given", [False, True])
def test_a_node_past_its_limit(city, as_system, is_reason_given):
    reason = "等待批复" if is_reason_given else ""
    records.save_new([Node(project=city.anode, node="start", due_on=MONDAY, reason=reason)])
    assert proposals.refresh(on=MONDAY) == []
    found = proposals.refresh(on=MONDAY + timedelta(days=1))
    assert [issue.title for issue in found] == (
        [] if is_reason_given else ["anode项目：节点逾期：开工"]
    )


def test_a_node_past_the_limit_of_its_rule(api, city, as_system):
    records.save_new([StageEvent(project=city.anode, stage="signed", on=date(2025, 1, 1))])
    records.save_new([Node(project=city.anode, node="land_existing")])
    assert list(proposals.late_nodes(on=date(2025, 4, 1))) == []
    (issue,) = proposals.refresh(on=MONDAY)
    assert issue.title == "anode项目：节点逾期：拿地（存量土地）"
    assert issue.figures == [
        ["节点时限", "Limit of the node", "2025-04-01", "I"],
        ["按规则计算，起算日", "Counted by rule, from", "签约 2025-01-01", "I"],
    ]
    with on(MONDAY):
        done(api, issue)
    assert read(issue.pk).state == "working"


def test_closing_asks_the_node_again(api, city, as_system):
    records.save_new([Node(project=city.anode, node="start", due_on=date(2025, 9, 1))])
    (issue,) = proposals.refresh(on=MONDAY)
    with on(MONDAY):
        done(api, issue)
    assert read(issue.pk).state == "working"


def test_a_claim_that_falls_short_and_is_mended(city, as_system):
    short_claim(city.anode)
    (issue,) = proposals.refresh(on=MONDAY)
    assert issue.cause == "short"
    assert ["结论", "Verdict", "未达 FALLS SHORT", "I"] in issue.figures
    Issue.objects.filter(pk=issue.pk).update(state="closed")
    rechecks.settle(issue, on=MONDAY)
    assert read(issue.pk).state == "working"
    figure = Figure.objects.get(key="s")
    records.correct_many(Figure, {figure.pk: {"value": Decimal(30) * YI}})
    verify_claims([Claim.objects.get().pk])
    Issue.objects.filter(pk=issue.pk).update(state="closed")
    rechecks.settle(issue, on=MONDAY)
    assert read(issue.pk).state == "closed"
    assert not Signal.objects.exists()


def test_a_stale_claim_proposes(city, as_system):
    claim = short_claim(city.anode)
    Claim.objects.filter(pk=claim.pk).update(ruling="HOLDS", is_stale=True)
    (issue,) = proposals.refresh(on=MONDAY)
    assert issue.cause == "stale"
