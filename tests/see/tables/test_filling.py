"""Tables filled for a date, against a slow version that looks at one entry after the other."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tuijin.ledger import kept, records, scope
from tuijin.ledger.models import (
    AnnualPlan,
    Node,
    OperatingRecord,
    ProgressReport,
    Project,
    StageEvent,
    TrailEvent,
)
from tuijin.see.models import TableLayout
from tuijin.see.tables import filling, layouts
from tuijin.see.tables.filling import Filled, fill
from tuijin.see.tables.periods import period_end, window_of

D = Decimal
MONTH_END = {"2025-06": date(2025, 6, 30)}


def lay(*codes: str, period: str = "month", groups: tuple[str, ...] = (), filters: str = "",
        **more: Any) -> TableLayout:  # fmt: skip
    return TableLayout(
        key="t", name="表", title="{year}年{month}月{xun}", period=period, groups=list(groups),
        columns=[[code, ""] for code in codes], filters=filters, **more,
    )  # fmt: skip


def values(table: Filled, code: str) -> dict[str, Any]:
    """Value by project key."""
    at = [column.code for column, _ in table.columns].index(code)
    keys = dict(Project.objects.values_list("pk", "key"))
    return {keys[line.project_id]: line.cells[at].value for line in table.lines
            if line.kind == "row"}  # fmt: skip


def test_a_month_report(portfolio) -> None:
    report = ProgressReport(
        project=portfolio["slow"], period="2025-07", year_done_yuan=D(20_000_000),
        progress="封顶", total_done_yuan=D(50_000_000),
    )  # fmt: skip
    records.save_new([report])
    table = fill(
        lay("number", "name", "plan_yuan", "year_done_yuan", "period_done_yuan", "year_ratio",
            "total_ratio", "progress", groups=("place",)),
        on=date(2025, 7, 15),
    )  # fmt: skip
    assert table.title == "2025年7月下旬"
    assert values(table, "year_done_yuan") == {
        "slow": D(20_000_000), "fair": D(45_000_000), "idea": None, "plant": None, "gone": None,
    }  # fmt: skip
    # slow reported 0 by June and 20 million by July; fair did not report July
    assert values(table, "period_done_yuan") == {
        "slow": D(20_000_000), "fair": None, "idea": None, "plant": None, "gone": None,
    }  # fmt: skip
    assert values(table, "year_ratio")["slow"] == D("0.2")
    assert values(table, "total_ratio")["slow"] == D("0.5")
    assert values(table, "progress")["slow"] == "封顶"
    total = next(line for line in table.lines if line.kind == "total")
    assert total.cells[3].value == D(65_000_000)
    assert (total.cells[3].known, total.cells[3].among) == (2, 5)
    assert total.cells[5].value == D("0.325")  # of both plans of 1 亿
    labels = [line.label for line in table.lines if line.kind == "group"]
    assert labels == ["一、固阳县（3 个项目）", "二、达茂旗（2 个项目）"]
    numbers = [line.cells[0].value for line in table.lines if line.kind == "row"]
    assert numbers == [1, 2, 3, 4, 5]


def test_each_figure_names_its_entry(portfolio) -> None:
    table = fill(lay("name", "year_done_yuan", "year_ratio"), on=date(2025, 7, 1))
    refs = {line.project_id: line.cells[1].refs for line in table.lines if line.kind == "row"}
    report = ProgressReport.objects.get(project=portfolio["fair"])
    assert [(ref.kind, ref.pk) for ref in refs[portfolio["fair"].pk]] == [("report", report.pk)]
    row = next(line for line in table.lines if line.project_id == portfolio["fair"].pk)
    plan = AnnualPlan.objects.get(project=portfolio["fair"])
    assert {(ref.kind, ref.pk) for ref in row.cells[2].refs} == {
        ("report", report.pk), ("plan", plan.pk),
    }  # fmt: skip


def test_as_recorded_by_a_day_before_a_correction(portfolio) -> None:
    old = ProgressReport.objects.get(project=portfolio["fair"])
    records.correct_many(ProgressReport, {old.pk: {"year_done_yuan": D(1)}})
    long_ago = datetime(2025, 7, 1, tzinfo=UTC)
    ProgressReport.objects.filter(pk=old.pk).update(entered_at=long_ago)
    TrailEvent.objects.update(at=long_ago)
    layout = lay("name", "year_done_yuan")
    now = values(fill(layout, on=date(2025, 7, 1)), "year_done_yuan")
    then = values(
        fill(layout, on=date(2025, 7, 1), moment=long_ago + timedelta(days=1)), "year_done_yuan"
    )
    assert (now["fair"], then["fair"]) == (D(1), D(45_000_000))
    assert then["slow"] is None  # entered now


def test_project_columns_are_read_back_from_the_trail(portfolio) -> None:
    TrailEvent.objects.update(at=datetime(2025, 1, 1, tzinfo=UTC))
    moment = datetime.now(UTC)
    records.change(Project, {portfolio["slow"].pk: {"total_investment_yuan": D(7), "name": "改名"}})
    late = Project(key="late", name="新来的", place_id="150222")
    records.save_new([late])
    layout = lay("name", "total_investment_yuan")
    now = fill(layout, on=date(2025, 7, 1))
    then = fill(layout, on=date(2025, 7, 1), moment=moment)
    assert values(now, "total_investment_yuan")["slow"] == D(7)
    assert values(then, "total_investment_yuan")["slow"] == D(100_000_000)
    assert values(then, "name")["slow"] == "慢项目"
    assert "late" in values(now, "name")
    assert "late" not in values(then, "name")


def test_stage_node_and_operation(portfolio) -> None:
    plant = portfolio["plant"]
    for stage, on in (("started", date(2024, 1, 1)), ("producing", date(2025, 8, 1))):
        records.save_new([StageEvent(project=plant, stage=stage, on=on)])
    records.save_new([Node(project=plant, node="register", due_on=date(2025, 7, 20))])
    for month, sales, jobs in ((5, 10, 7), (6, 20, None), (7, 30, 9), (8, 99, 99)):
        records.save_new([
            OperatingRecord(project=plant, month=date(2025, month, 1), sales_yuan=D(sales),
                            jobs_count=jobs)
        ])  # fmt: skip
    codes = ("stage", "stage_on", "next_node", "month_sales_yuan", "year_sales_yuan", "jobs_count")
    table = fill(lay("name", *codes, filters="text=plant"), on=date(2025, 7, 31))
    row = next(line for line in table.lines if line.kind == "row")
    assert [cell.value for cell in row.cells[1:]] == [
        "开工", date(2024, 1, 1), "纳统入库", D(30), D(60), 9,
    ]  # fmt: skip
    assert len(row.cells[5].refs) == 3


@pytest.mark.parametrize("period", ["month", "xun"])
def test_against_a_slow_version(portfolio, period: str) -> None:
    """Random histories with corrections, weeks of entry, and gaps."""
    draw = random.Random(11)
    projects = list(portfolio.values())
    periods = [f"{y}-{m:02}{x}" for y in (2024, 2025) for m in range(1, 13)
               for x in ("", "-1", "-2", "-3")]  # fmt: skip
    ProgressReport.objects.all().delete()
    for project in projects:
        for name in draw.sample(periods, 60):
            report = ProgressReport(
                project=project, period=name,
                year_done_yuan=draw.choice([None, D(draw.randrange(10**6))]),
                total_done_yuan=draw.choice([None, D(draw.randrange(10**6))]),
            )  # fmt: skip
            records.save_new([report])
            stamp(report, draw)
            while draw.random() < 0.3:
                value = D(draw.randrange(10**6))
                report = records.correct_many(
                    ProgressReport, {report.pk: {"year_done_yuan": value}}
                )[0]
                stamp(report, draw, after=ProgressReport.objects.get(pk=report.supersedes_id))
    TrailEvent.objects.update(at=datetime(2020, 1, 1, tzinfo=UTC))
    layout = lay("name", "year_done_yuan", "period_done_yuan", "total_done_yuan", period=period)
    compared = 0
    for on in [date(2025, 1, 1) + timedelta(days=draw.randrange(364)) for _ in range(12)]:
        for moment in (None, datetime(2025, draw.randrange(1, 13), 5, tzinfo=UTC)):
            table = fill(layout, on=on, moment=moment)
            for project in projects:
                wanted = slow(project, on, period, moment)
                found = [values(table, code)[project.key] for code in
                         ("year_done_yuan", "period_done_yuan", "total_done_yuan")]  # fmt: skip
                assert found == wanted, (project.key, on, moment)
                compared += 1
    assert compared == 120


def stamp(report: ProgressReport, draw: random.Random, after: ProgressReport | None = None) -> None:
    start = after.entered_at if after else datetime(2024, 1, 1, tzinfo=UTC)
    at = start + timedelta(days=draw.randrange(1, 300))
    ProgressReport.objects.filter(pk=report.pk).update(entered_at=at)


def slow(project: Project, on: date, kind: str, moment: datetime | None) -> list[Any]:
    """One entry after the other, as a clerk would."""
    window = window_of(on, kind=kind)
    entries = list(ProgressReport.objects.filter(project=project))
    replaced = {e.supersedes_id for e in entries if moment is None or e.entered_at < moment}
    known = [e for e in entries if e.pk not in replaced
             and (moment is None or e.entered_at < moment)]  # fmt: skip

    def newest(name: str, by: date, *, this_year: bool) -> Any:
        best = None
        for e in known:
            end = period_end(e.period)
            if getattr(e, name) is None or end > by or (this_year and end.year != by.year):
                continue
            rank = (end, len(e.period) == 7)
            if best is None or rank > best[0]:
                best = (rank, getattr(e, name), end)
        return best

    year = newest("year_done_yuan", window.last, this_year=True)
    total = newest("total_done_yuan", window.last, this_year=False)
    done = None
    if year is not None and year[2] >= window.first:
        if (window.first.month, window.first.day) == (1, 1):
            done = year[1]
        else:
            before = newest("year_done_yuan", window.before, this_year=True)
            done = None if before is None else year[1] - before[1]
    return [year and year[1], done, total and total[1]]


def test_no_reader_gets_figures_that_are_not_theirs(portfolio, as_role) -> None:
    """A department reads P and I everywhere; a county editor C at home only."""
    layout = lay("name", "light", "year_done_yuan", "plan_yuan", "total_investment_yuan")
    with scope.active(as_role("city_department")):
        table = fill(layout, on=date(2025, 7, 1))
    assert [c.code for c, _ in table.columns] == ["name", "light", "total_investment_yuan"]
    with scope.active(as_role("place_editor", place="150222")):
        table = fill(layout, on=date(2025, 7, 1))
        found = values(table, "plan_yuan")
    assert found == {"slow": D(100_000_000), "fair": None, "idea": None, "plant": None,
                     "gone": None}  # fmt: skip
    total = next(line for line in table.lines if line.kind == "total")
    assert total.cells[3].value == D(100_000_000)


def test_too_many_projects_is_said(portfolio, monkeypatch) -> None:
    from tuijin.errors import TooLarge

    monkeypatch.setattr(filling, "MOST_ROWS", 3)
    with pytest.raises(TooLarge, match="最多 3 个项目"):
        fill(lay("name"), on=date(2025, 7, 1))


def test_queries_do_not_grow_with_projects(portfolio, django_assert_max_num_queries) -> None:
    layouts.load_presets()
    more = [Project(key=f"m{n}", name=f"更多{n}", place_id="150222") for n in range(40)]
    records.save_new(more)
    kept.refresh([project.key for project in more])
    for layout in TableLayout.objects.filter(user=None):
        with django_assert_max_num_queries(12):
            fill(layout, on=date(2025, 7, 1))
