"""Files on their way in: preview, mapping, acceptance, refusal, the same file twice."""

from __future__ import annotations

import io
import uuid
from decimal import Decimal

import openpyxl
import pytest

from tests.importers import workbooks as w
from tuijin.errors import Conflict, ImportFailed, NotFound, TooMany, TuijinError
from tuijin.importers import ColumnMapping
from tuijin.importers.tables import build_table
from tuijin.ledger import batches, file_store, intake, scope, trail
from tuijin.ledger.models import (
    AnnualPlan,
    ImportBatch,
    Organisation,
    ProgressReport,
    Project,
    Tally,
    TrailEvent,
    User,
)

pytestmark = pytest.mark.django_db
TITLES = [
    *("项目代码", "项目名称", "所在地区", "建设单位", "总投资（万元）"),
    *("2025年计划投资（万元）", "2025年1-9月完成投资（万元）", "形象进度"),
]
GOOD = [
    ["2509-150223-04-01-000001", "甲项目", "达茂旗", "甲公司", 100, 50, 10, "桩基"],
    ["2509-150222-04-01-000002", "乙项目", "固阳县", "乙公司", "1.5亿元", 60, 20.5, "封顶"],
    [None, "丙项目", "达茂旗", "甲公司", 300, None, None, None],
]


def build(rows=GOOD, titles=TITLES):
    book = openpyxl.Workbook()
    book.active.title = "汇总"
    for row in (titles, *rows):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def bring(rows=GOOD, titles=TITLES):
    found = batches.upload(build(rows, titles), name="汇总.xlsx")
    return batches.accept(found.batch.pk, digest=found.batch.details["digest"])


def ledger_state():
    """Everything an import may touch."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Project, Organisation, AnnualPlan, ProgressReport, Tally)
    ]


def test_acceptance_takes_the_trail_first(as_system, trail_first):
    found = batches.upload(build(), name="汇总.xlsx")
    with trail_first():
        batches.accept(found.batch.pk, digest=found.batch.details["digest"])


def test_preview_changes_nothing_and_acceptance_brings_everything(as_system):
    before = ledger_state()
    found = batches.upload(build(), name="汇总.xlsx")
    assert found.batch.status == "preview"
    assert found.batch.counts == {"new": 9, "changed": 0, "unchanged": 0, "refused": 0}
    assert ledger_state() == before
    batches.accept(found.batch.pk, digest=found.batch.details["digest"])
    project = Project.objects.get(name="乙项目")
    assert project.total_investment_yuan == Decimal(150_000_000)
    assert (project.place_id, project.owner.name) == ("150222", "乙公司")
    assert (project.plan_year, project.year_planned_yuan) == (2025, Decimal(600_000))
    assert project.year_done_yuan == Decimal(205_000)
    assert Tally.objects.get(place_id="150200").projects_count == 3
    assert TrailEvent.objects.filter(batch=str(found.batch.pk)).count() == 9 + 1
    assert trail.first_broken(list(TrailEvent.objects.order_by("seq"))) is None


def test_the_same_file_twice_changes_nothing(as_system):
    first = bring()
    before = ledger_state(), TrailEvent.objects.count()
    again = batches.upload(file_store.read(first.batch.sha256, kind="import"), name="别名.xlsx")
    assert again.is_repeat
    assert again.batch.pk == first.batch.pk
    assert batches.accept(first.batch.pk, digest="").is_repeat
    assert (ledger_state(), TrailEvent.objects.count()) == before


def test_the_same_content_in_another_file_changes_nothing(as_system):
    bring()
    before = ledger_state()
    reversed_ = bring(GOOD[::-1])
    assert reversed_.batch.counts == {"new": 0, "changed": 0, "unchanged": 9, "refused": 0}
    assert ledger_state() == before


def test_other_figures_are_shown_side_by_side_and_correct_by_a_new_entry(as_system):
    bring()
    rows = [list(row) for row in GOOD]
    rows[0][6], rows[1][4] = 12, "1.6亿元"
    found = batches.upload(build(rows), name="九月.xlsx")
    assert found.batch.counts == {"new": 0, "changed": 2, "unchanged": 7, "refused": 0}
    shown = {noun["noun"]: noun["changed"] for noun in found.batch.details["shown"]}
    (project,) = shown["project"]
    assert project["label"] == "乙项目"
    assert project["was_in"] == "汇总.xlsx"
    assert project["fields"] == [
        {"name": "total_investment_yuan", "old": "150,000,000 元", "new": "160,000,000 元"}
    ]
    (report,) = shown["report"]
    assert report["label"] == "甲项目 · 2025-09"
    assert report["fields"] == [
        {"name": "year_done_yuan", "old": "100,000 元", "new": "120,000 元"}
    ]
    batches.accept(found.batch.pk, digest=found.batch.details["digest"])
    kept = ProgressReport.objects.filter(project__name="甲项目").order_by("pk")
    assert [(r.year_done_yuan, r.is_current) for r in kept] == [
        (Decimal(100_000), False),
        (Decimal(120_000), True),
    ]
    assert kept[1].supersedes_id == kept[0].pk
    assert Project.objects.get(name="甲项目").year_done_yuan == Decimal(120_000)


def test_two_lines_that_disagree_are_refused(as_system):
    found = batches.upload(build([*GOOD, [*GOOD[0][:4], 999, *GOOD[0][5:]]]), name="a.xlsx")
    assert found.batch.status == "refused"
    (problem,) = batches.problems_of(found.batch)
    assert (problem.code, problem.row, problem.field) == ("disagrees", 5, "total_investment_yuan")
    assert "第 2 行" in problem.message


def test_errors_then_fixed_then_imported(as_system):
    bad = [list(row) for row in GOOD]
    bad[1][2], bad[2][4] = "无此旗", "约三百"
    found = batches.upload(build(bad), name="a.xlsx")
    assert found.batch.status == "refused"
    problems = batches.problems_of(found.batch)
    assert {(p.code, p.row) for p in problems} == {("unknown_reference", 3), ("decimal", 4)}
    assert not Project.objects.exists()
    with pytest.raises(Conflict):
        batches.accept(found.batch.pk, digest="")
    assert TrailEvent.objects.filter(action="import_refused").count() == 1
    assert bring().batch.status == "accepted"


def test_projects_of_one_name_keep_their_own_plans(as_system):
    rows = [
        [None, "同名项目", "达茂旗", None, 1, 10, None, None],
        [None, "同名项目", "固阳县", None, 1, 20, None, None],
    ]
    bring(rows)
    plans = AnnualPlan.objects.values_list("project__place_id", "planned_yuan")
    assert dict(plans) == {"150223": Decimal(100_000), "150222": Decimal(200_000)}
    assert bring(rows[::-1]).batch.counts["unchanged"] == 4


def test_acceptance_of_a_stale_preview_is_refused(as_system):
    found = batches.upload(build(), name="a.xlsx")
    bring(GOOD[:1])
    with pytest.raises(Conflict) as stale:
        batches.accept(found.batch.pk, digest=found.batch.details["digest"])
    assert stale.value.code == "preview_stale"
    again = batches.review(found.batch.pk)
    assert again.batch.counts == {"new": 5, "changed": 0, "unchanged": 4, "refused": 0}
    batches.accept(found.batch.pk, digest=again.batch.details["digest"])
    assert Project.objects.count() == 3


def test_unknown_titles_are_asked_about_once(as_coordinator):
    titles, rows = ["工程", "在哪", "钱"], [["甲项目", "达茂旗", 5]]
    found = batches.upload(build(rows, titles), name="a.xlsx")
    assert found.batch.status == "mapping"
    (header,) = batches.headers_of(found.batch)
    answer = ColumnMapping(
        ("project.name", "project.place", "project.total_investment_yuan"), (None, None, "yi_yuan")
    )
    answered = batches.answer_mapping(found.batch.pk, [(header, answer)])
    assert answered.batch.status == "preview"
    again = batches.upload(build([["乙项目", "固阳县", 6]], titles), name="b.xlsx")
    assert again.batch.status == "preview"
    batches.accept(again.batch.pk, digest=again.batch.details["digest"])
    assert Project.objects.get().total_investment_yuan == Decimal(600_000_000)


def test_coordinates_of_chinese_maps_are_converted(as_system):
    titles = ["项目名称", "所在地区", "经度", "纬度", "坐标系"]
    bring([["甲", "达茂旗", 110.44488, 41.70443, "GCJ-02"]], titles)
    project = Project.objects.get()
    assert abs(project.longitude - 110.4386) < 0.001
    assert abs(project.latitude - 41.7027) < 0.001
    again = bring([["甲", "达茂旗", 110.44488, 41.70443, "GCJ-02（高德）"]], titles)
    assert again.batch.counts["unchanged"] == 1


@pytest.fixture
def as_coordinator(places):
    user = User.objects.create(username="c", display_name="c", role="city_coordinator")
    with scope.active(scope.build_scope(user)):
        yield


@pytest.fixture
def editor(places):
    user = User.objects.create(username="e", display_name="e", role="place_editor")
    user.places.add("150223")
    return user


def test_a_county_brings_its_own_rows_only(editor):
    with scope.active(scope.build_scope(editor)):
        found = batches.upload(build(), name="a.xlsx")
        codes = {(p.code, p.row) for p in batches.problems_of(found.batch)}
        assert codes == {("not_allowed", 3)}
        assert bring([GOOD[0], GOOD[2]]).batch.status == "accepted"
        assert AnnualPlan.objects.get().project.name == "甲项目"


def test_others_do_not_see_a_batch(editor):
    with scope.active(scope.system_scope("test")):
        batch = batches.upload(build(), name="a.xlsx").batch
    with scope.active(scope.build_scope(editor)), pytest.raises(NotFound):
        batches.find_batch(batch.pk)


def test_quota(editor):
    with scope.active(scope.build_scope(editor)):
        for _ in range(20):
            ImportBatch.objects.create(id=uuid.uuid4(), user=editor, sha256="x", size_bytes=1)
        with pytest.raises(TooMany) as refused:
            batches.upload(build([GOOD[2]]), name="a.xlsx")
    assert (refused.value.code, refused.value.status) == ("quota", 429)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.exe", b"MZ", "type_not_allowed"),
        ("a.xls", b"x", "type_not_allowed"),
        ("a.xlsx", b"", "empty_file"),
        ("a.xlsx", b"PK\x03\x04", "unreadable"),
        ("绝密★.xlsx", w.book(), "classified_marker"),
    ],
)
def test_refused_files_leave_one_event_and_nothing_else(as_system, name, data, code):
    with pytest.raises(TuijinError) as refused:
        batches.upload(data, name=name)
    assert refused.value.code == code
    assert not ImportBatch.objects.exists()
    (event,) = TrailEvent.objects.all()
    assert (event.action, event.changes["code"]) == ("import_refused", [None, code])


def test_import_now_is_all_or_nothing(as_system):
    bad = [*GOOD, [None, "丁项目", "无此旗", *[None] * 5]]
    with pytest.raises(ImportFailed) as refused:
        batches.import_now(build(bad), name="a.xlsx")
    assert [p.row for p in refused.value.problems] == [5]
    assert not Project.objects.exists()
    assert batches.import_now(build(), name="a.xlsx").batch.counts["new"] == 9


def test_a_refused_row_does_not_miss_the_owner_it_brings(as_system):
    titles = ["项目名称", "所在地区", "建设单位", "实际开工日期"]
    rows = [["甲项目", "达茂旗", "甲公司", "2025-13-45"], ["乙项目", "达茂旗", "甲公司", None]]
    found = batches.upload(build(rows, titles), name="汇总.xlsx")
    assert [(p["row"], p["field"]) for p in found.batch.problems] == [(2, "started_on")]


def test_what_was_written_meanwhile_is_compared_again(places):
    table = build_table("project", [{"key": "m", "name": "同一个", "place": "150222"}], [2])
    with scope.active(scope.system_scope("test")):
        compared = intake.compare([table])
        assert compared.found.counts["new"] == 1
        intake.accept([table], batch="first")
        again = intake.accept([table], batch="second", compared=compared)
    assert (again.counts["new"], again.counts["unchanged"]) == (0, 1)
