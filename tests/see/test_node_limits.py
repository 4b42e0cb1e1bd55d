"""Limits of nodes that have no date of their own: counted by the rule of the place."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from tuijin.ledger import kept, node_limits, records
from tuijin.ledger.models import Node, NodeRule, Place, Project, Rulebook, StageEvent
from tuijin.see import project_page, rules

SIGNED_ON = date(2025, 1, 1)


def signed(project: Project, on: date = SIGNED_ON) -> None:
    records.save_new([StageEvent(project=project, stage="signed", on=on)])


def open_node(project: Project, node: str, **columns: object) -> Node:
    fresh = Node(project=project, node=node, **columns)
    records.save_new([fresh])
    return fresh


def counted() -> dict[str, str]:
    found = node_limits.count(Node.objects.all())
    return {
        f"{Project.objects.get(pk=one.project_id).key} {one.rule.code}": one.due_on.isoformat()
        for one in found
    }


def own_book(code: str, **limit: int) -> Rulebook:
    book = Rulebook.objects.create(code=code, kind="node", name=code)
    NodeRule.objects.create(rulebook=book, code="sign", order=0, stage="signed", name="签约")
    NodeRule.objects.create(
        rulebook=book, code="land_existing", order=1, stage="landed", name="拿地",
        starts_from="sign", **limit,
    )  # fmt: skip
    return book


def test_a_limit_runs_from_the_stage_its_node_starts_from(portfolio) -> None:
    open_node(portfolio["idea"], "land_existing")
    assert counted() == {}  # nothing says when it was signed
    signed(portfolio["idea"])
    assert counted() == {"idea land_existing": "2025-04-01"}


def test_a_node_that_was_done_comes_before_the_stage(portfolio) -> None:
    signed(portfolio["idea"])
    open_node(portfolio["idea"], "签约", done_on=date(2025, 2, 10))
    open_node(portfolio["idea"], "company")
    assert counted() == {"idea company": "2025-03-12"}


def test_a_clerk_writes_names(portfolio) -> None:
    signed(portfolio["idea"])
    open_node(portfolio["idea"], "到资")
    assert counted() == {"idea funds": "2025-04-01"}


def test_the_recorded_start_of_the_project_counts(portfolio) -> None:
    records.change(Project, {portfolio["fair"].pk: {"started_on": date(2025, 1, 31)}})
    open_node(portfolio["fair"], "register")
    assert counted() == {"fair register": "2025-02-28"}


@pytest.mark.parametrize(
    "columns", [{"due_on": date(2025, 9, 1)}, {"done_on": date(2025, 3, 1)}, {"node": "progress"}]
)
def test_what_is_entered_done_or_without_a_limit_is_not_counted(portfolio, columns) -> None:
    signed(portfolio["idea"])
    open_node(portfolio["idea"], **{"node": "funds", **columns})
    assert counted() == {}


def test_a_start_that_has_happened_is_not_late(portfolio) -> None:
    for key in ("slow", "idea"):
        open_node(portfolio[key], "company", done_on=SIGNED_ON)
        open_node(portfolio[key], "start")
    assert counted() == {"idea start": "2025-07-01"}  # `slow` is being built


@pytest.mark.parametrize(
    ("since", "limit", "due"),
    [
        (date(2025, 1, 31), {"limit_months": 1}, date(2025, 2, 28)),
        (date(2024, 11, 30), {"limit_months": 3}, date(2025, 2, 28)),
        (date(2025, 1, 31), {"limit_days": 30}, date(2025, 3, 2)),
        (date(2025, 12, 15), {"limit_months": 13}, date(2027, 1, 15)),
    ],
)
def test_months_and_days(since: date, limit: dict[str, int], due: date) -> None:
    assert node_limits.last_day(since, NodeRule(**limit)) == due


@pytest.mark.parametrize(("on", "number"), [(date(2025, 4, 1), 0), (date(2025, 4, 2), 1)])
def test_late_the_day_after(portfolio, on: date, number: int) -> None:
    signed(portfolio["idea"])
    open_node(portfolio["idea"], "land_existing")
    assert len(list(node_limits.late(Node.objects.all(), on=on))) == number


def test_as_many_queries_whatever_the_number_of_projects(
    portfolio, django_assert_max_num_queries
) -> None:
    for project in portfolio.values():
        signed(project)
        open_node(project, "land_existing")
        open_node(project, "funds")
    with django_assert_max_num_queries(8):
        assert len(list(node_limits.late(Node.objects.all(), on=date(2026, 12, 31)))) == 10


def test_a_place_that_chose_other_nodes_counts_by_them(portfolio) -> None:
    for key in ("idea", "slow"):
        signed(portfolio[key])
        open_node(portfolio[key], "land_existing")
    kept.refresh(["idea", "slow"])
    rules.choose(
        Place.objects.get(code="150223"), own_book("short", limit_days=10), as_of=SIGNED_ON
    )
    assert counted() == {"idea land_existing": "2025-01-11", "slow land_existing": "2025-04-01"}
    assert Project.objects.get(key="idea").next_due_on == date(2025, 1, 11)
    assert [code for code, _ in project_page.reason_choices("150223")] == ["sign", "land_existing"]
    assert len(project_page.reason_choices("150222")) == 15


def test_the_next_deadline_of_the_list_is_the_first_of_all(portfolio) -> None:
    signed(portfolio["idea"])
    open_node(portfolio["idea"], "land_existing")
    open_node(portfolio["idea"], "approval", due_on=date(2025, 6, 1))
    kept.refresh(["idea"])
    assert Project.objects.get(key="idea").next_due_on == date(2025, 4, 1)


def test_each_night_limits_are_counted_anew(portfolio) -> None:
    signed(portfolio["idea"])
    open_node(portfolio["idea"], "land_existing")
    kept.refresh_counted()
    NodeRule.objects.filter(code="land_existing").update(limit_months=5)
    kept.refresh_counted()
    assert Project.objects.get(key="idea").next_due_on == date(2025, 6, 1)


def test_the_page_says_that_it_was_counted_and_by_which_source(browse, portfolio) -> None:
    signed(portfolio["idea"])
    open_node(portfolio["idea"], "land_existing")
    open_node(portfolio["idea"], "approval", due_on=date(2025, 6, 1))
    (row, entered) = project_page.nodes(portfolio["idea"], as_of=date(2025, 5, 1))
    assert (row.due_on, row.is_late, row.counted_from) == (date(2025, 4, 1), True, "签约")
    assert (entered.counted, entered.is_late) == (None, False)
    with override("zh-hans"):
        html = browse("city_leader").get(f"/projects/{portfolio['idea'].pk}/").content.decode()
    assert html.count("按规则计算") == 1
    assert "签约 2025-01-01 + 3 个月" in html
    assert "拿地3个月、用地报批2个月" in html  # the source of the rule
