"""The PDF as measured: page, type area, lines, fonts, and text that stays text."""

from __future__ import annotations

import io
import itertools
import math

import pytest
from pypdf import PdfReader

from tests.paper.samples import HOSTILE, SVG, VERDICTS, make_pack
from tuijin.paper import (
    Brief,
    Facts,
    Figure,
    Heading,
    Pack,
    Page,
    Paragraph,
    Question,
    Questions,
    Table,
    render_pdf,
)

MM = 72 / 25.4


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def texts(reader: PdfReader) -> str:
    return "".join(page.extract_text() for page in reader.pages).replace("\n", "")


def baselines(reader: PdfReader, index: int) -> list[tuple[float, float, str]]:
    """Height above the page's foot, left edge and text of each run, in mm."""
    found: list[tuple[float, float, str]] = []

    def visit(text, matrix, text_matrix, font, size):
        if text.strip():
            x = text_matrix[4] * matrix[0] + matrix[4]
            y = text_matrix[5] * matrix[3] + matrix[5]
            found.append((y / MM, x / MM, text))

    reader.pages[index].extract_text(visitor_text=visit)
    return found


@pytest.fixture(scope="module")
def full() -> PdfReader:
    """A brief whose pages are full of one character."""
    return read(render_pdf(Brief("题", (Paragraph("推" * 28 * 22 * 3),))))


def test_a_page_holds_22_lines_of_28_characters(full):
    lines = full.pages[1].extract_text().split("\n")
    body = [line for line in lines if "推" in line]
    assert len(body) == 22
    assert {line.count("推") for line in body} == {28}


def test_type_area_lies_where_the_standard_puts_it(full):
    page = full.pages[1].mediabox
    assert (float(page.width) / MM, float(page.height) / MM) == pytest.approx((210, 297), abs=0.1)
    runs = [run for run in baselines(full, 1) if "推" in run[2]]
    heights = sorted({round(y, 2) for y, _, _ in runs}, reverse=True)
    character = 156 / 28
    # A baseline is 0.88 of a character below the top of its line.
    assert 297 - heights[0] - 0.88 * character == pytest.approx(37, abs=1)
    assert 297 - heights[-1] + 0.12 * character == pytest.approx(37 + 225, abs=1)
    assert min(x for _, x, _ in runs) == pytest.approx(28, abs=1)
    pitches = [a - b for a, b in itertools.pairwise(heights)]
    assert pitches == pytest.approx([character * 15 / 8] * 21, abs=0.05)


def test_page_numbers_alternate_below_the_type_area(full):
    for index in (0, 1):
        number = [run for run in baselines(full, index) if "—" in run[2]]
        text = "".join(run[2] for run in sorted(number, key=lambda r: r[1])).strip()
        assert text == f"— {index + 1} —"
        y, x, _ = number[0]
        dash_above_baseline = 0.35 * 156 / 28 * 14 / 16
        assert 297 - y - dash_above_baseline == pytest.approx(37 + 225 + 7, abs=0.5)
        assert (x > 105) == (index == 0)


def test_headings_are_numbered_as_in_official_documents():
    blocks = (
        Heading("甲", 1), Heading("乙", 2), Heading("丙", 3), Heading("丁", 4), Heading("戊", 4),
        Heading("己", 1), Heading("庚", 2),
    )  # fmt: skip
    text = texts(read(render_pdf(Brief("题", blocks))))
    for heading in ("一、甲", "（一）乙", "1.丙", "（1）丁", "（2）戊", "二、己", "（一）庚"):
        assert heading in text


def test_head_and_tail():
    brief = Brief(
        "关于观摩情况的报告", (Paragraph("正文"),), masthead="推进会简报", number="〔2025〕1号",
        recipient="市人民政府", signed_by="项目办", signed_on="2025年9月22日",
        copies_to="各旗县区", printed_by="项目办", printed_on="2025年9月22日印发",
    )  # fmt: skip
    reader = read(render_pdf(brief))
    text = texts(reader)
    for part in ("推进会简报", "〔2025〕1号", "市人民政府：", "抄送：", "2025年9月22日印发"):
        assert part in text
    masthead = max(y for y, _, t in baselines(reader, 0) if "推进会简报" in t)
    assert 297 - masthead > 37 + 35


def test_only_shipped_fonts_all_embedded(full):
    fonts = [f.get_object() for p in full.pages for f in p["/Resources"]["/Font"].values()]
    for font in fonts:
        descendant = font["/DescendantFonts"][0].get_object()
        assert "/FontFile3" in descendant["/FontDescriptor"].get_object()
        assert any(name in font["/BaseFont"] for name in ("Fandol", "Noto"))
    assert any("FandolFang" in font["/BaseFont"] for font in fonts)


@pytest.mark.parametrize("make", [
    lambda text: Brief(text, (Paragraph(text), Heading(text), Facts(((text, text),)))),
    lambda text: Pack(text, text, (Table((text,), ((text,),)),),
                      (Page(text, text, (Questions((Question(text, text, text),)),)),)),
])  # fmt: skip
def test_text_is_never_markup(make):
    plain = HOSTILE.replace(" ", "")
    assert plain in texts(read(render_pdf(make(HOSTILE)))).replace(" ", "")


def test_neutral_properties_and_the_same_bytes_twice():
    brief = Brief("题", (VERDICTS, Figure(SVG, "图", 40)))
    first, second = render_pdf(brief), render_pdf(brief)
    assert first == second
    about = read(first).metadata
    assert set(about) <= {"/Title", "/Creator", "/Producer", "/CreationDate", "/ModDate"}
    assert about.get("/Author") is None
    assert about.title == "题"
    assert b"/home" not in first
    assert b"/tmp" not in first


def test_a_stop_is_one_sheet_even_when_it_has_much_to_say():
    reader = read(render_pdf(make_pack(20)))
    assert len(reader.pages) == 4
    for i in (1, 2, 3):
        page = reader.pages[i].extract_text()
        assert f"项目 {i}" in page
        assert "待定" in page
        assert "表态发言" in page
    assert "记录" in read(render_pdf(make_pack(3))).pages[1].extract_text()


def test_a_sheet_that_cannot_fit_flows_on_instead_of_losing_text():
    reader = read(render_pdf(make_pack(120)))
    assert len(reader.pages) > 4
    assert texts(reader).count("销路") == math.prod((3, 120))
