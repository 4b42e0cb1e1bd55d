"""A light, a claim, a node, a forecast propose their issue once; closing asks them again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.push.conftest import MONDAY, on, read
from tests.push.test_issues import moved
from tuijin.ledger import kept, records
from tuijin.ledger.models import (
    AnnualPlan,
    Figure,
    Node,
    ProgressReport,
    Project,
    Rulebook,
    RulebookChoice,
    StageEvent,
)
from tuijin.push import failing, proposals, rechecks, wording
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
    measured = [fact for fact in issue.figures if fact[3] == "C"]
    assert [fact[0] for fact in measured] == ["低于计划进度（个百分点）"]
    assert not {fact[0] for fact in measured} & {fact[0] for fact in slip.facts}


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
    assert list(failing.late_nodes(on=date(2025, 4, 1))) == []
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


def planned(project: Project, **days: date | str | None) -> None:
    records.change(Project, {project.pk: days})


def proposed(on: date = MONDAY) -> list[tuple[str, str]]:
    return [(issue.origin.partition(":")[0], issue.cause) for issue in proposals.refresh(on=on)]


def test_a_planned_finish_that_passed(city, as_system):
    planned(city.anode, planned_finish_on=MONDAY)
    assert proposals.refresh(on=MONDAY) == []  # the day itself is still time
    tuesday = MONDAY + timedelta(days=1)
    (issue,) = proposals.refresh(on=tuesday)
    assert (issue.origin, issue.cause) == (f"forecast:{city.anode.pk}", "finish_passed")
    assert issue.title == "anode项目：计划竣工日期已过，尚未竣工"
    assert issue.figures == [
        ["计划竣工日期", "Planned finish", "2025-09-15", "P"],
        ["截至", "As of", "2025-09-16", "P"],
    ]
    assert wording.origin_word(issue) == "计划推迟"
    assert proposals.refresh(on=tuesday + timedelta(days=1)) == []
    assert Issue.objects.count() == 1


def test_a_planned_finish_that_was_moved_later(city, as_system):
    planned(city.anode, planned_finish_on=date(2026, 3, 1))
    planned(city.copper, planned_finish_on=date(2026, 3, 1))
    assert proposals.refresh(on=MONDAY) == []
    planned(city.anode, planned_finish_on=date(2026, 6, 30))
    planned(city.copper, planned_finish_on=date(2026, 1, 1))  # earlier is no slip
    (issue,) = proposals.refresh(on=MONDAY)
    assert (issue.cause, issue.title) == ("finish_moved", "anode项目：计划竣工日期推迟")
    assert issue.figures == [
        ["原计划竣工日期", "Planned finish at first", "2026-03-01", "P"],
        ["计划竣工日期", "Planned finish", "2026-06-30", "P"],
    ]
    planned(city.copper, finished_on=date(2026, 1, 1))
    later = date(2026, 7, 1)  # and then it passes: the same issue, grown worse
    assert proposals.refresh(on=later) == []
    issue = Issue.objects.get()
    assert (issue.cause, len(issue.figures)) == ("finish_passed", 3)
    planned(city.anode, planned_finish_on=date(2026, 3, 1))  # moved back
    Issue.objects.filter(pk=issue.pk).update(state="closed")
    rechecks.settle(issue, on=date(2026, 2, 1))
    assert read(issue.pk).state == "closed"
    assert not Signal.objects.exists()


@pytest.mark.parametrize(
    "node",
    [
        {"reason": "等待上级批复"},
        {"due_on": date(2026, 6, 30)},  # the approved date
        {"done_on": date(2025, 9, 1)},
    ],
)
def test_what_settles_a_forecast(city, as_system, node):
    planned(city.anode, planned_finish_on=date(2025, 9, 1))
    (issue,) = proposals.refresh(on=MONDAY)
    records.save_new([Node(project=city.anode, node="finish", **node)])
    Issue.objects.filter(pk=issue.pk).update(state="closed")
    rechecks.settle(issue, on=MONDAY)
    assert read(issue.pk).state == "closed"
    assert proposed() == []


def test_closing_asks_the_forecast_again(api, city, as_system):
    planned(city.anode, planned_finish_on=date(2025, 9, 1))
    (issue,) = proposals.refresh(on=MONDAY)
    planned(city.anode, planned_finish_on=date(2026, 9, 1))  # moving the date does not settle it
    with on(MONDAY):
        done(api, issue)
    assert read(issue.pk).state == "working"
    planned(city.anode, finished_on=date(2025, 9, 14))
    with on(MONDAY):
        row = api("office").get(f"/issues/{issue.pk}").json()
        row = moved(api, "editor", row, "report", note="已竣工", evidence="proof")
        row = moved(api, "verifier", row, "inspect", note="属实")
        assert moved(api, "approver", row, "close")["state"] == "closed"
    assert not Signal.objects.exists()


def test_a_late_finish_node_speaks_alone(city, as_system):
    planned(city.anode, planned_finish_on=date(2025, 9, 1))
    records.save_new([Node(project=city.anode, node="竣工", due_on=date(2025, 8, 1))])
    assert proposed() == [("node", "late")]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"stage": "producing"}, False),
        ({"status": "paused"}, False),
        ({"stage": ""}, False),  # nothing says how far it is
        ({"stage": "", "started_on": date(2024, 1, 1)}, True),
    ],
)
def test_of_which_projects_a_finish_may_pass(city, as_system, columns, says):
    planned(city.anode, planned_finish_on=date(2025, 9, 1), **columns)
    assert proposed() == ([("forecast", "finish_passed")] if says else [])


@pytest.mark.parametrize("has_start_light", [True, False])
def test_a_planned_start_that_passed(city, as_system, has_start_light):
    if not has_start_light:
        book = Rulebook.objects.get(code="light-sanya")
        RulebookChoice.objects.create(place_id="150222", kind="light", rulebook=book)
    planned(city.anode, stage="signed", planned_start_on=date(2025, 9, 1))
    planned(city.copper, planned_start_on=date(2025, 9, 1))  # under construction
    assert proposed() == ([] if has_start_light else [("forecast", "start_passed")])
    records.save_new([Node(project=city.anode, node="start", due_on=MONDAY)])
    assert proposals.refresh(on=MONDAY) == []
    assert not Signal.objects.exists()


def many_failing(count: int, *, first: int) -> list[Project]:
    """Projects that fail in every way at once."""
    projects = [
        Project(key=f"many{n}", name=f"第{n}个", place_id="150222", stage="building",
                planned_finish_on=date(2025, 1, 1))
        for n in range(first, first + count)
    ]  # fmt: skip
    records.save_new(projects)
    records.save_new([AnnualPlan(project=p, year=2025, planned_yuan=YI) for p in projects])
    records.save_new([
        ProgressReport(project=p, period="2025-08", year_done_yuan=YI * 4 / 10) for p in projects
    ])  # fmt: skip
    records.save_new([Node(project=p, node="start", due_on=date(2025, 9, 1)) for p in projects])
    claims = [
        Claim(
            project=p, key=f"sales{p.pk}", quote="年销售额", title="年销售额", dimension="market",
            metric="sales_yuan_per_year", claim_type="at_least", statistic="value",
            target=Decimal(25) * YI, unit="yuan_per_year",
        ) for p in projects
    ]  # fmt: skip
    records.save_new(claims)
    records.save_new(
        [Binding(claim=c, kind="evidence", using="sales_yuan_per_year") for c in claims]
    )
    records.save_new([
        Figure(key=f"s{p.pk}", project=p, metric="sales_yuan_per_year", title="销售额",
               value=Decimal(10) * YI, unit="yuan_per_year")
        for p in projects
    ])  # fmt: skip
    kept.refresh([p.key for p in projects])
    judging.refresh([p.pk for p in projects], as_of=MONDAY)
    verify_claims([c.pk for c in claims])
    return projects


def test_many_rows_take_no_more_queries_than_few(city, as_system):
    counts: dict[str, list[int]] = {"new": [], "worse": []}

    def count_of(queries: CaptureQueriesContext) -> int:
        """Without inserts: SQLite takes so many values in one of them."""
        return sum(not query["sql"].startswith("INSERT") for query in queries)

    first = 0
    for count in (3, 30):
        projects = many_failing(count, first=first)
        first += count
        with CaptureQueriesContext(connection) as queries:
            assert len(proposals.refresh(on=MONDAY)) == 4 * count
        counts["new"].append(count_of(queries))
        reports = ProgressReport.objects.filter(project__in=projects).values_list("pk", flat=True)
        records.correct_many(ProgressReport, {pk: {"year_done_yuan": YI / 10} for pk in reports})
        kept.refresh([p.key for p in projects])
        judging.refresh([p.pk for p in projects], as_of=MONDAY)
        with CaptureQueriesContext(connection) as queries:
            assert proposals.refresh(on=MONDAY) == []
        counts["worse"].append(count_of(queries))
        assert Issue.objects.filter(cause="red").count() == first
    assert counts["new"][0] == counts["new"][1]
    assert counts["worse"][0] == counts["worse"][1]


def test_figures_are_those_of_each_row(city, as_system):
    projects = many_failing(2, first=0)
    behind(projects[0], Decimal("0.1"))
    figure = Figure.objects.get(key=f"s{projects[1].pk}")
    records.correct_many(Figure, {figure.pk: {"value": Decimal(20) * YI}})
    verify_claims(Claim.objects.values_list("pk", flat=True))
    proposals.refresh(on=MONDAY)
    lights = {i.project_id: i.figures for i in Issue.objects.filter(origin__startswith="light:")}
    assert [lights[p.pk][1][2] for p in projects] == ["56.7", "26.7"]
    assert [lights[p.pk][0][2][:9] for p in projects] == ["低于计划进度30个", "低于计划进度10至"]
    claims = {i.project_id: i.figures for i in Issue.objects.filter(origin__startswith="claim:")}
    assert [claims[p.pk][2][2] for p in projects] == [
        "10 亿元/年 · 1 bn yuan/yr", "20 亿元/年 · 2 bn yuan/yr",
    ]  # fmt: skip
