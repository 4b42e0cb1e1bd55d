"""What is planted is found with its figures; what is in order is left alone; nobody is accused."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from tuijin.importers.nouns import CHOICES
from tuijin.ledger import records, scope
from tuijin.ledger.models import (
    Evidence,
    EvidenceFile,
    Figure,
    Organisation,
    ProgressReport,
    Project,
    StageEvent,
)
from tuijin.push import flag_finders, flags, presets, rechecks, wording
from tuijin.push.models import Flag, FlagRule, Issue
from tuijin.see.tables.periods import period_end

TODAY = date(2025, 9, 15)
D = Decimal
LONG = "按计划施工，主体结构完成第一层以上部分"


@pytest.fixture
def rules(city: SimpleNamespace, as_system: None) -> None:
    presets.load_flag_rules()


def report(project: Project, period: str, done: int, *, text: str = "", total: int | None = None
           ) -> ProgressReport:  # fmt: skip
    entry = ProgressReport(project=project, period=period, year_done_yuan=D(done), progress=text,
                           total_done_yuan=None if total is None else D(total))  # fmt: skip
    records.save_new([entry])
    return entry


def found(rule: str) -> dict[str, Flag]:
    flags.refresh(on=TODAY)
    return {flag.project.key: flag for flag in Flag.objects.filter(rule__code=rule)}


def signed(key: str, name: str, owner: Organisation | None, on: date | None) -> Project:
    project = Project(key=key, name=name, place_id="150222", stage="landed", owner=owner)
    records.save_new([project])
    if on:
        records.save_new([StageEvent(project=project, stage="signed", on=on)])
    return project


def test_an_orderly_ledger_raises_nothing(city: SimpleNamespace, rules: None) -> None:
    for month in range(1, 9):
        report(
            city.anode,
            f"2025-{month:02}",
            month * 1000,
            text="按计划施工，主体结构完成第一层以上部分",
        )
    assert flags.refresh(on=TODAY) == 0


def test_repeated_signing(city: SimpleNamespace, rules: None) -> None:
    one, other = (Organisation(key=k, name=f"公司{k}") for k in ("a", "b"))
    records.save_new([one, other])
    signed("first", "年产十万吨负极材料项目", one, date(2024, 1, 5))
    signed("again", "年产十万吨负极材料生产项目", one, date(2025, 3, 5))
    signed("phase", "年产十万吨负极材料项目二期", one, date(2025, 4, 5))  # a phase of its own
    signed("their", "年产十万吨负极材料项目", other, date(2025, 4, 5))  # another owner
    signed("unlike", "氢能重卡换电站", one, date(2025, 4, 5))
    hits = found("repeat_signing")
    assert list(hits) == ["again"]
    texts = [fact[2] for fact in hits["again"].facts]
    assert texts == [
        "年产十万吨负极材料项目（2024-01-05）",
        "年产十万吨负极材料生产项目（2025-03-05）",
    ]


def test_the_later_signing_is_the_one_to_check(city: SimpleNamespace, rules: None) -> None:
    one = Organisation(key="a", name="公司a")
    records.save_new([one])
    signed("late", "硅料项目", one, date(2025, 1, 5))
    signed("early", "硅料项目", one, date(2023, 1, 5))
    signed("undated", "硅料项目", one, None)
    flags.refresh(on=TODAY)
    pairs = {(f.project.key, f.subject) for f in Flag.objects.filter(rule__code="repeat_signing")}
    keys = dict(Project.objects.values_list("pk", "key"))
    assert {(late, keys[int(early.split(":")[1])]) for late, early in pairs} == {
        ("late", "early"), ("undated", "early"), ("undated", "late"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "rule"), [(10.0, "total_tenfold"), (2.0, "total_differs"), (1.05, None)]
)
def test_totals_in_several_places(
    city: SimpleNamespace, rules: None, stated: float, rule: str | None
) -> None:
    records.change(Project, {city.anode.pk: {"total_investment_yuan": D(10**8)}})
    records.save_new([
        Figure(key="a", project=city.anode, metric="approved_investment_yuan", title="批准总投资",
               value=D(10**8) * D(str(stated)), unit="yuan")
    ])  # fmt: skip
    flags.refresh(on=TODAY)
    assert [flag.rule.code for flag in Flag.objects.all()] == ([rule] if rule else [])


def test_a_total_that_was_raised_tenfold(city: SimpleNamespace, rules: None) -> None:
    for total in (5 * 10**7, 5 * 10**8):
        records.change(Project, {city.copper.pk: {"total_investment_yuan": D(total)}})
    hit = found("total_tenfold")["copper"]
    assert [fact[2] for fact in hit.facts] == ["50,000 万元", "5,000 万元"]


def test_a_correction_far_below(city: SimpleNamespace, rules: None) -> None:
    much = report(city.anode, "2025-06", 210_000_000)
    some = report(city.copper, "2025-06", 100)
    records.correct_many(ProgressReport, {much.pk: {"year_done_yuan": D(20_000_000)},
                                          some.pk: {"year_done_yuan": D(90)}})  # fmt: skip
    hits = found("verified_short")
    assert list(hits) == ["anode"]
    assert [fact[2] for fact in hits["anode"].facts] == [
        "2025-06：21,000 万元", "2025-06：2,000 万元",
    ]  # fmt: skip


def test_leaps_against_a_slow_version(city: SimpleNamespace, rules: None) -> None:
    draw = random.Random(4)
    projects = [city.anode, city.copper, city.port]
    for project in projects[:2]:
        records.change(Project, {project.pk: {"total_investment_yuan": D(10_000)}})
    rows: dict[str, dict[str, int]] = {}
    for project in projects:
        rows[project.key] = {}
        for year in (2024, 2025):
            done = 0
            for month in range(1, 13):
                if draw.random() < 0.15:
                    continue
                done += draw.choice([0, 10, 20, 30, 400, 4000])
                rows[project.key][f"{year}-{month:02}"] = done
                report(project, f"{year}-{month:02}", done)
    flags.refresh(on=TODAY)
    got = {(f.rule.code, f.project.key, f.subject) for f in Flag.objects.all()
           if f.rule.code.startswith("leap")}  # fmt: skip
    wanted = set()
    for key, reports in rows.items():
        for year in ("2024", "2025"):
            names = sorted((p for p in reports if p.startswith(year)), key=period_end)
            steps = [reports[b] - reports[a] for a, b in pairwise(names)]
            for at, step in enumerate(steps):
                name = names[at + 1]
                if key != "port" and step / 10_000 >= 0.3:
                    wanted.add(("leap_share", key, name))
                before = steps[:at]
                if len(before) >= 3 and sum(before) and step / (sum(before) / len(before)) >= 5:
                    wanted.add(("leap_factor", key, name))
    assert got == wanted
    assert {"leap_share", "leap_factor"} == {rule for rule, _key, _period in got}


def test_copied_reports(city: SimpleNamespace, rules: None) -> None:
    for month in (3, 4, 5, 6):
        report(city.anode, f"2025-{month:02}", 500, text="施工中", total=900)
    for month in (3, 4):  # two are not three
        report(city.copper, f"2025-{month:02}", 500, text="施工中", total=900)
    hits = found("copied_report")
    assert list(hits) == ["anode"]
    assert [fact[0] for fact in hits["anode"].facts] == ["2025-03", "2025-04", "2025-05", "2025-06"]
    assert flag_finders.Found  # the finding is a value; nothing is written by finding it


def test_the_same_words_in_two_projects(city: SimpleNamespace, rules: None) -> None:
    text = "厂房主体完成，正在进行设备基础施工和管网敷设"
    report(city.anode, "2025-03", 1, text=text)
    report(city.anode, "2025-04", 2, text=text)
    report(city.port, "2025-04", 3, text=text)
    report(city.copper, "2025-04", 3, text="施工中")
    hits = found("copied_text")
    assert set(hits) == {"anode", "port"}
    assert [fact[2] for fact in hits["anode"].facts] == [text, "port项目"]


def test_the_same_photo_twice(city: SimpleNamespace, rules: None) -> None:
    for number, (project, sha256) in enumerate(
        [(city.anode, "a" * 64), (city.port, "a" * 64), (city.copper, "b" * 64)]
    ):
        evidence = Evidence(key=f"e{number}", project=project, kind="photo", title=f"照片{number}")
        records.save_new([evidence])
        EvidenceFile.objects.create(
            evidence=evidence, sha256=sha256, shown_name="x", content_type="image/jpeg",
            size_bytes=1, has_display=True,
        )  # fmt: skip
    hits = found("copied_photo")
    assert set(hits) == {"anode", "port"}
    assert [fact[2] for fact in hits["anode"].facts] == ["照片0", "port项目"]


def test_a_flag_stays_since_its_day_and_goes_with_its_cause(
    city: SimpleNamespace, rules: None
) -> None:
    rows = [report(city.anode, f"2025-0{m}", 500, text="施工中") for m in (3, 4, 5)]
    flags.refresh(on=TODAY)
    flags.refresh(on=date(2025, 9, 20))
    flag = Flag.objects.get()
    assert flag.since_on == TODAY
    records.correct_many(ProgressReport, {rows[1].pk: {"progress": "封顶"}})
    assert flags.refresh(on=TODAY) == 0
    assert not Flag.objects.exists()


def test_a_rule_is_a_row(city: SimpleNamespace, rules: None) -> None:
    for month in (3, 4):
        report(city.anode, f"2025-{month:02}", 500, text="施工中")
    FlagRule.objects.filter(code="copied_report").update(threshold=2)
    assert flags.refresh(on=TODAY) == 1
    FlagRule.objects.filter(code="copied_report").update(is_used=False)
    assert flags.refresh(on=TODAY) == 0
    presets.load_flag_rules()  # what somebody changed stays
    assert not FlagRule.objects.get(code="copied_report").is_used


def test_pages_name_figures_and_accuse_nobody(city: SimpleNamespace, api: Any) -> None:
    with scope.active(scope.system_scope("test")):
        presets.load_flag_rules()
        text = "厂房主体完成，正在进行设备基础施工和管网敷设"
        report(city.anode, "2025-04", 3, text=text)
        report(city.port, "2025-04", 3, text=text)
        flags.refresh(on=TODAY)
        pk = Flag.objects.get(project=city.anode).pk
    html = api("office").client.get("/flags/").content.decode()
    assert "请核对" in html
    assert text in html
    assert not any(word in html for word in ("造假", "虚报", "弄虚作假", "违规"))
    page = api("office").client.get(f"/projects/{city.anode.pk}/").content.decode()
    assert "不同项目的形象进度一字不差" in page
    # a county sees its own, with the other project's name only; a viewer has no figures
    items = api("neighbour").get("/flags").json()["items"]
    assert [one["project"] for one in items] == ["port"]
    assert "项目" in str(items[0]["facts"])
    assert text not in str(api("viewer").get("/flags").json())
    assert api("officer").get("/flags").json()["items"][0]["facts"] == []
    # an issue is proposed once, by who may
    assert api("viewer").client.post(f"/flags/{pk}/propose/").status_code == 403
    assert api("neighbour").client.post(f"/flags/{pk}/propose/").status_code in (403, 404)
    answer = api("office").client.post(f"/flags/{pk}/propose/")
    assert answer.status_code == 302
    assert api("office").client.post(f"/flags/{pk}/propose/").status_code == 409
    with scope.active(scope.system_scope("test")):
        issue = Issue.objects.get(origin=f"flag:{pk}")
        assert issue.title == "anode项目：请核对：不同项目的形象进度一字不差"
        Issue.objects.filter(pk=issue.pk).update(state="closed", closed_on=TODAY)
        rechecks.ask_again(Issue.objects.get(pk=issue.pk), on=TODAY)
        assert Issue.objects.get(pk=issue.pk).state != "closed"  # it still reads the same


def at_stages(project: Project, **days: date) -> None:
    records.save_new([StageEvent(project=project, stage=s, on=on) for s, on in days.items()])


def test_stages_passed_in_a_few_days(city: SimpleNamespace, rules: None) -> None:
    at_stages(city.anode, signed=date(2025, 1, 1), landed=date(2025, 1, 2),
              yielding=date(2025, 1, 2))  # fmt: skip
    at_stages(city.copper, planned=date(2025, 3, 1), signed=date(2025, 3, 2),
              landed=date(2025, 3, 3), started=date(2025, 6, 1))  # fmt: skip
    at_stages(city.port, signed=date(2025, 3, 1), started=date(2025, 3, 31))  # the limit itself
    hits = found("stage_jump")
    assert list(hits) == ["anode"]
    assert [fact[:3] for fact in hits["anode"].facts] == [
        ["签约", "Signed", "2025-01-01"], ["达效", "Yielding", "2025-01-02"],
        ["相隔天数", "Days between", "1"],
    ]  # fmt: skip
    rule = hits["anode"].rule
    assert (rule.unit, rule.source, "本系统自定" in rule.note) == ("days", None, True)
    FlagRule.objects.filter(code="stage_jump").update(threshold=31)
    assert set(found("stage_jump")) == {"anode", "port"}


def test_stage_jumps_against_a_slow_version(city: SimpleNamespace, rules: None) -> None:
    draw = random.Random(11)
    names = list(CHOICES["stage"])
    wanted: dict[str, int] = {}
    for number in range(30):
        project = signed(f"p{number}", f"第{number}个", None, None)
        days = {name: date(2025, 1, 1) + timedelta(days=draw.randrange(120))
                for name in names if draw.random() < 0.6}  # fmt: skip
        at_stages(project, **days)
        jumps = [
            names.index(late) - names.index(early)
            for early, late in combinations([n for n in days if names.index(n) >= 2], 2)
            if names.index(late) - names.index(early) >= 2
            and 0 <= (days[late] - days[early]).days < 30
        ]
        if jumps:
            wanted[project.key] = max(jumps)
    got = {
        key: names.index(flag.subject.split("-")[1]) - names.index(flag.subject.split("-")[0])
        for key, flag in found("stage_jump").items()
    }
    assert got == wanted
    assert 3 < len(wanted) < 30


@pytest.mark.parametrize(
    ("columns", "keys"),
    [({"stage": ""}, ["anode"]), ({"stage": "", "finished_on": date(2025, 2, 1)}, []),
     ({"stage": "producing"}, [])],
)  # fmt: skip
def test_copied_reports_of_an_unknown_stage(
    city: SimpleNamespace, rules: None, columns: dict[str, Any], keys: list[str]
) -> None:
    records.change(Project, {city.anode.pk: columns})
    for month in (3, 4, 5):
        report(city.anode, f"2025-{month:02}", 500, text="施工中", total=900)
    assert list(found("copied_report")) == keys


def test_an_issue_from_a_flag_says_so(city: SimpleNamespace, rules: None) -> None:
    for month in (3, 4, 5):
        report(city.anode, f"2025-{month:02}", 500, text="施工中", total=900)
    issue = flags.propose(found("copied_report")["anode"], on=TODAY)
    assert wording.origin_word(issue) == "请核对"


def test_thresholds_over_the_api_with_their_sources(city: SimpleNamespace, api: Any) -> None:
    with scope.active(scope.system_scope("test")):
        presets.load_flag_rules()
    FlagRule.objects.filter(code="copied_report").update(is_used=False)
    told = {row["code"]: row for row in api("viewer").get("/flag-rules").json()["items"]}
    assert len(told) == FlagRule.objects.count() > 0
    likeness = told["repeat_signing"]
    assert (likeness["threshold"], likeness["unit"], likeness["is_used"]) == (0.8, "ratio", True)
    assert likeness["source"]["key"] == "rule-firstsigning"
    assert not told["copied_report"]["is_used"]
