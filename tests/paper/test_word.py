"""The DOCX: fonts named for East Asia, text runs only, neutral, and the same bytes twice."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from tests.paper.samples import HOSTILE, SVG, VERDICTS, make_pack
from tuijin.paper import (
    Brief,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Question,
    Questions,
    Table,
    render_docx,
)

BRIEF = Brief(
    "关于观摩情况的报告", (
        Heading("总体情况"), Paragraph("正文"), Paragraph(HOSTILE, "quote"), Heading("项目", 2),
        VERDICTS, Facts((("阶段", "在建"),)), Table(("甲", "乙"), (("1", "2"),)),
        Questions((Question("技术", "问", "据"),)), Figure(SVG, "图", 40),
    ), masthead="推进会简报", number="〔2025〕1号", recipient="市人民政府", signed_by="项目办",
    signed_on="2025年9月22日", copies_to="各旗县区", printed_by="项目办", printed_on="印发",
)  # fmt: skip


@pytest.fixture(scope="module")
def word():
    return Document(io.BytesIO(render_docx(BRIEF)))


def test_page_and_lines_are_those_of_the_standard(word):
    section = word.sections[0]
    edges = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    for edge, mm in zip(edges, (37, 28, 26, 35), strict=True):
        assert abs(edge - Mm(mm)) < Mm(0.1)
    grid = word.element.body.sectPr.find(qn("w:docGrid"))
    assert int(grid.get(qn("w:linePitch"))) * 22 <= 225 / 25.4 * 72 * 20
    body = next(p for p in word.paragraphs if p.text == "正文").runs[0]
    spacing = body.font.element.rPr.find(qn("w:spacing"))
    pitch_pt = body.font.size.pt + int(spacing.get(qn("w:val"))) / 20
    assert 28 * pitch_pt <= 156 / 25.4 * 72 < 29 * pitch_pt


def test_every_run_names_its_east_asian_font(word):
    runs = [run for p in word.paragraphs for run in p.runs if run.text]
    runs += [r for t in word.tables for row in t.rows for c in row.cells
             for p in c.paragraphs for r in p.runs if r.text]  # fmt: skip
    named = {run.font.element.rPr.rFonts.get(qn("w:eastAsia")) for run in runs}
    assert named == {"仿宋", "黑体", "楷体", "方正小标宋简体"}
    fonts = {p.text: p.runs[0].font.name for p in word.paragraphs if p.runs}
    assert fonts["一、总体情况"] == "黑体"
    assert fonts["（一）项目"] == "楷体"
    assert fonts["正文"] == "仿宋"


def test_text_is_never_markup_and_the_only_field_is_the_page_number(word):
    assert HOSTILE in [p.text for p in word.paragraphs]
    with zipfile.ZipFile(io.BytesIO(render_docx(BRIEF))) as parts:
        xml = "".join(
            parts.read(name).decode()
            for name in parts.namelist()
            if name.endswith((".xml", ".rels"))
        )
    assert set(re.findall(r"<w:instrText[^>]*>([^<]*)<", xml)) == {"PAGE"}
    assert "fldSimple" not in xml
    assert 'TargetMode="External"' not in xml


def test_verdicts_are_in_the_table(word):
    cells = [c.text for t in word.tables for row in t.rows for c in row.cells]
    assert "未达" in cells
    assert "没有闸口记录\n需要：闸口日志" in cells


def test_neutral_properties_and_the_same_bytes_twice():
    first = render_docx(BRIEF)
    assert first == render_docx(BRIEF)
    properties = Document(io.BytesIO(first)).core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {entry.date_time[0] for entry in parts.infolist()} == {1980}
        assert not [name for name in parts.namelist() if "thumbnail" in name]
        assert b"python" not in b"".join(parts.read(n) for n in parts.namelist()).lower()


def test_pack_has_a_page_for_each_stop():
    word = Document(io.BytesIO(render_docx(make_pack(3))))
    breaks = word.element.body.findall(f".//{qn('w:br')}")
    assert len([b for b in breaks if b.get(qn("w:type")) == "page"]) == 3
    assert "项目2" in [p.text for p in word.paragraphs]
