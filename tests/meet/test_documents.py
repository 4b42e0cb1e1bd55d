"""Sheets, questions, the pack and the brief: what stands there is on record."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.utils import translation
from docx import Document
from pypdf import PdfReader

from tests.meet.conftest import acting, add_user
from tuijin.meet import ballots, documents, ordering, remarks
from tuijin.meet.brief import build_brief
from tuijin.meet.decisions import decide
from tuijin.meet.models import Meeting, Stop
from tuijin.meet.sheets import build_sheets
from tuijin.paper import render_docx, render_pdf
from tuijin.push.models import Issue

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 11, 23)


def sheets(world) -> dict[str, object]:
    return {s.project.key: s for s in build_sheets(world.meeting, as_of=AS_OF)}


def words(data: bytes) -> str:
    pages = PdfReader(io.BytesIO(data)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


def test_three_questions_with_figures(world):
    technology, market, back = sheets(world)["anode"].questions
    assert "62,500至167,000吨/年" in market.text
    assert "年销量未入账" in market.text
    assert "25亿元" in market.basis
    assert technology.basis == "没有这方面的承诺"
    assert "设计产能" in technology.text
    assert "投资额" in back.text
    late = sheets(world)["port"].questions[0]
    assert late.text == "承诺“已实现智能通关”，检验为2026-03-03。差在哪里，何时补上？"


def test_what_is_late_counts_days(world):
    (late,) = sheets(world)["copper"].late
    assert (late.name, late.late_days) == ("竣工", (AS_OF - date(2025, 8, 31)).days)


def test_twelve_were_seen_and_three_are_known(world):
    pdf = words(render_pdf(documents.build_pack(documents.gather(world.meeting, as_of=AS_OF))))
    assert "察看12个项目；台账能辨认3个，其余9个未见公开点名，不列入" in pdf
    assert "2025年9月20日：观摩点没有在案" in pdf


def test_pack_has_a_sheet_a_stop_with_the_real_verdict(world):
    ordering.order_stops(world.meeting)
    meeting = Meeting.objects.get(pk=world.meeting.pk)
    reader = PdfReader(
        io.BytesIO(render_pdf(documents.build_pack(documents.gather(meeting, as_of=AS_OF))))
    )
    assert len(reader.pages) == 5
    pages = [page.extract_text().replace("\n", "").replace(" ", "") for page in reader.pages]
    anode = next(page for page in pages[1:] if "锂电池负极材料项目" in page)
    assert "年销售额25亿元待定" in anode
    assert "62,500至167,000吨/年" in anode
    port = next(page for page in pages[1:] if "口岸无人驾驶项目" in page)
    assert "已实现智能通关未达2026-03-03" in port
    assert "附：模型怎样检验" in pages[-1]
    assert "2,000次，种子7" in pages[-1]
    assert not any("种子" in page or "anode_plant" in page for page in pages[:-1])


def test_a_verdict_whose_inputs_changed_says_so(world):
    world.anode.claim_set.update(is_stale=True)
    text = words(render_pdf(documents.build_pack(documents.gather(world.meeting, as_of=AS_OF))))
    assert "年销售额25亿元待定（待重验）" in text


def test_said_last_time_and_whether_it_was_done(world):
    leader = add_user("leader", "city_leader")
    with acting(leader):
        remarks.add_comment(world.stops["anode"], "合同要落实")
    decision = decide(
        world.meeting, project=world.anode, text="落实合同吨位", owner_unit="固阳县",
        due_on=date(2025, 10, 21), today=AS_OF,
    )  # fmt: skip
    later = Meeting(key="m2", title="下一次", place_id="150200", starts_on=date(2026, 3, 1),
                    ends_on=date(2026, 3, 1))  # fmt: skip
    later.save()
    Stop.objects.create(meeting=later, day=later.starts_on, project=world.anode)
    (sheet,) = build_sheets(later, as_of=AS_OF)
    assert [c.text for c in sheet.earlier.comments] == ["合同要落实"]
    text = words(render_pdf(documents.build_pack(documents.gather(later, as_of=AS_OF))))
    assert "点评：合同要落实" in text
    assert "落实合同吨位（固阳县）：逾期未办结，时限2025年10月21日" in text
    closed = {"state": "closed", "closed_on": date(2025, 10, 20), "outcome": "签订三份合同"}
    Issue.objects.filter(pk=decision.issue_id).update(**closed)
    text = words(render_pdf(documents.build_pack(documents.gather(later, as_of=AS_OF))))
    assert "已于2025年10月20日办结：签订三份合同" in text
    assert sheets(world)["anode"].earlier is None


def test_brief_tells_scores_formula_decisions_in_both_forms(world):
    ballots.set_voting(world.meeting, is_open=True)
    world.meeting.refresh_from_db()
    with acting(add_user("leader", "city_leader")):
        order = {s.pk: n for n, s in enumerate(world.stops.values(), start=1)}
        ballots.cast_ranks(world.meeting, "", order)
    decide(world.meeting, project=None, text="按月调度", owner_unit="市项目办",
           due_on=date(2025, 12, 31), today=AS_OF)  # fmt: skip
    brief = build_brief(documents.gather(world.meeting, as_of=AS_OF))
    text = words(render_pdf(brief))
    word = Document(io.BytesIO(render_docx(brief)))
    cells = [c.text for t in word.tables for row in t.rows for c in row.cells]
    for part in ("Σn(k)×(100-3(k-1))÷Σn(k)，k=1…13", "济宁", "按月调度", "市项目办"):
        assert part in text
    assert "按月调度" in cells
    assert "表态发言" not in cells
    assert "未达" in cells
    ballots.set_voting(world.meeting, is_open=False)
    world.meeting.refresh_from_db()
    closed = build_brief(documents.gather(world.meeting, as_of=AS_OF))
    tables = Document(io.BytesIO(render_docx(closed))).tables
    assert "表态发言" in [c.text for t in tables for row in t.rows for c in row.cells]


def test_english_says_the_same(world):
    with translation.override("en"):
        pack = documents.build_pack(documents.gather(world.meeting, as_of=AS_OF))
    text = words(render_pdf(pack))
    assert "62,500to167,000t/yr" in text
    assert "FALLSSHORT" in text.upper()


def test_a_reader_without_internal_class_gets_no_promises_or_questions(world):
    company = add_user("firm", "company", projects=[world.anode])
    with acting(company):
        found = build_sheets(world.meeting, as_of=AS_OF)
        assert [s.project.key for s in found] == ["anode"]
        assert not found[0].promises
        assert not found[0].questions
        assert not found[0].late
