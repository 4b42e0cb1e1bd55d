"""What python-docx has no words for: East Asian fonts, the character grid, page numbers, rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run

FANG, HEI, KAI, SONG = "仿宋", "黑体", "楷体", "方正小标宋简体"
BODY_PT = 16  # 3号
# 22 lines in 225 mm, and 28 characters in 156 mm, in twentieths of a point. The characters are set
# closer by hand: programs disagree on what a grid narrower than its font means.
LINE_TWIPS = int(225 / 25.4 * 72 / 22 * 20)
TIGHTER_TWIPS = -5
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


@dataclass(frozen=True, slots=True)
class Style:
    """How a run looks; the font holds for Latin and for Chinese."""

    font: str
    size_pt: int
    colour: RGBColor | None = None
    is_bold: bool = False
    spacing_twips: int = 0

    def put(self, run: Run) -> Run:
        run.font.name, run.font.size, run.font.bold = self.font, Pt(self.size_pt), self.is_bold
        if self.colour is not None:
            run.font.color.rgb = self.colour
        properties = run.font.element.get_or_add_rPr()
        if self.spacing_twips:
            spacing = OxmlElement("w:spacing")
            spacing.set(qn("w:val"), str(self.spacing_twips))
            properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz")
        fonts = properties.get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(script), self.font)
        return run


def add_text(
    word: WordDocument,
    text: str,
    style: Style,
    *,
    align: Literal["left", "center", "right"] = "left",
    before_mm: float = 0,
    first_chars: int = 0,
    left_chars: int = 0,
    right_chars: int = 0,
    is_justified: bool = False,
    is_on_grid: bool = False,
) -> Paragraph:
    """Add a paragraph of one run; indents count in characters of its size."""
    paragraph = word.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before, form.space_after = Mm(before_mm), Pt(0)
    form.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if is_justified else _ALIGN[align]
    for name, chars in (
        ("first_line_indent", first_chars), ("left_indent", left_chars),
        ("right_indent", right_chars),
    ):  # fmt: skip
        if chars:
            setattr(form, name, Pt((style.size_pt + style.spacing_twips / 20) * chars))
    style.put(paragraph.add_run(text))
    if is_on_grid:
        form.line_spacing = Pt(LINE_TWIPS / 20)
    else:
        leave_grid(paragraph)
    return paragraph


def leave_grid(paragraph: Paragraph) -> None:
    """Set a paragraph by its own font, not by the grid of the page."""
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    properties = paragraph.paragraph_format.element.get_or_add_pPr()
    properties.insert_element_before(
        snap, "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:rPr", "w:sectPr"
    )


def add_rule(word: WordDocument, *, width_mm: float, colour: str = "000000") -> None:
    """A line across the type area."""
    paragraph = word.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Mm(0), Mm(0), Pt(6)
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    eighths = round(width_mm / 25.4 * 72 * 8)
    for name, value in (("val", "single"), ("sz", eighths), ("space", 0), ("color", colour)):
        bottom.set(qn(f"w:{name}"), str(value))
    borders.append(bottom)
    properties = paragraph.paragraph_format.element.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    leave_grid(paragraph)


def set_grid(word: WordDocument) -> None:
    """Lay the document on a grid of 22 lines."""
    word.styles["Normal"].font.size = Pt(BODY_PT)
    properties = word.element.body.sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(LINE_TWIPS))
    properties.append(grid)


def number_pages(word: WordDocument, section: Section) -> None:
    """— N —, outside on odd pages to the right and on even pages to the left, one character in."""
    word.settings.odd_and_even_pages_header_footer = True
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = _ALIGN[side]
        setattr(paragraph.paragraph_format, f"{side}_indent", Pt(14))
        add_page_numbers(paragraph, before="— ", after=" —", size_pt=14)


def add_page_numbers(
    paragraph: Paragraph, *, before: str = "", after: str = "", size_pt: int = 9
) -> None:
    style = Style("宋体", size_pt)
    style.put(paragraph.add_run(before))
    run = style.put(paragraph.add_run())
    for part in _page_field():
        run.font.element.append(part)
    if after:
        style.put(paragraph.add_run(after))


def _page_field() -> list[Any]:
    parts = []
    for kind in ("begin", "PAGE", "end"):
        if kind == "PAGE":
            part = OxmlElement("w:instrText")
            part.text = kind
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        parts.append(part)
    return parts


def repeat_first_row(table: Table) -> None:
    """Show the first row again on every page that the table reaches."""
    row = table.rows[0].cells[0].paragraphs[0].paragraph_format.element.getparent().getparent()
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    row.get_or_add_trPr().append(header)
