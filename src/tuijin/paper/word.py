"""
DOCX by python-docx: text runs only, neutral properties, the same bytes for the same document.

The one field is PAGE in the footer, which is ours and carries no text of anybody.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Mm, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from tuijin.paper.document import (
    Block,
    Brief,
    Facts,
    Figure,
    Heading,
    Pack,
    Paragraph,
    Questions,
    Table,
    Verdicts,
)
from tuijin.paper.numbering import number_blocks
from tuijin.paper.pdf import NO_TIME, render_png
from tuijin.paper.word_parts import (
    BODY_PT,
    FANG,
    HEI,
    KAI,
    SONG,
    TIGHTER_TWIPS,
    Style,
    add_page_numbers,
    add_rule,
    add_text,
    leave_grid,
    number_pages,
    repeat_first_row,
    set_grid,
)

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_RED = RGBColor(0xD7, 0x00, 0x0F)
_INK = RGBColor(0x12, 0x3A, 0x5C)
_GREY = RGBColor(0x5A, 0x5A, 0x5A)
_RULINGS = {
    "holds": RGBColor(0x1A, 0x7F, 0x47),
    "falls_short": RGBColor(0xB3, 0x26, 0x1E),
    "undecided": RGBColor(0x8A, 0x5A, 0x00),
}
_BODY, _SMALL = Style(FANG, BODY_PT, spacing_twips=TIGHTER_TWIPS), Style(FANG, 12)


def render_docx(document: Brief | Pack) -> bytes:
    """Render as DOCX; fonts are named, as GB/T 9704 names them, and not embedded."""
    word = Document()
    _clear_properties(word, title=document.title.replace("\n", ""))
    if isinstance(document, Brief):
        _build_brief(word, document)
    else:
        _build_pack(word, document)
    return _pack_evenly(word)


def _clear_properties(word: WordDocument, *, title: str) -> None:
    properties = word.core_properties
    for name in ("author", "comments", "keywords", "last_modified_by", "subject", "category"):
        setattr(properties, name, "")
    properties.title, properties.revision = title, 1
    properties.created = properties.modified = NO_TIME


def _pack_evenly(word: WordDocument) -> bytes:
    """Save without times, and without the thumbnail of python-docx's template."""
    word.part.package.rels.pop(
        next(k for k, r in word.part.package.rels.items() if r.reltype.endswith("thumbnail")), None
    )
    raw, even = io.BytesIO(), io.BytesIO()
    word.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(even, "w") as target:
        for name in sorted(source.namelist()):
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            target.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED)
    return even.getvalue()


def _build_brief(word: WordDocument, brief: Brief) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(23)
    if brief.is_wide:
        _turn(section)
    set_grid(word)
    number_pages(word, section)
    if brief.masthead:
        add_text(word, brief.masthead, Style(SONG, 26, colour=_RED), align="center", before_mm=33)
        if brief.number:
            add_text(word, brief.number, _BODY, align="center", before_mm=15)
        add_rule(word, colour="D7000F", width_mm=0.35)
        add_text(word, "", _BODY, is_on_grid=True)
    for line in brief.title.split("\n"):
        add_text(word, line, Style(SONG, 22), align="center")
    add_text(word, "", _BODY, is_on_grid=True)
    if brief.recipient:
        add_text(word, brief.recipient + "：", _BODY, is_on_grid=True)
    for number, block in number_blocks(brief.blocks, brief.language):
        _add_block(word, block, number=number, body=_BODY, indent=True)
    if brief.signed_on:
        add_text(word, "", _BODY, is_on_grid=True)
        for line in (brief.signed_by, brief.signed_on):
            if line:
                add_text(word, line, _BODY, align="right", right_chars=4, is_on_grid=True)
    _add_tail(word, brief)


def _turn(section: Any) -> None:
    """A4 sideways: all its width for a table."""
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin, section.bottom_margin = Mm(20), Mm(18)
    section.left_margin = section.right_margin = Mm(15)
    section.footer_distance = Mm(10)


def _add_tail(word: WordDocument, brief: Brief) -> None:
    if not (brief.copies_to or brief.printed_by):
        return
    add_text(word, "", _BODY, is_on_grid=True)
    add_rule(word, width_mm=0.35)
    if brief.copies_to:
        label = "Copies: " if brief.language == "en" else "抄送："
        add_text(word, label + brief.copies_to, Style(FANG, 14), left_chars=1, right_chars=1)
        if brief.printed_by:
            add_rule(word, width_mm=0.25)
    if brief.printed_by:
        line = add_text(word, brief.printed_by, Style(FANG, 14), left_chars=1, right_chars=1)
        line.paragraph_format.tab_stops.add_tab_stop(Mm(150), 2)
        Style(FANG, 14).put(line.add_run("\t" + brief.printed_on))
    add_rule(word, width_mm=0.35)


def _build_pack(word: WordDocument, pack: Pack) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(20), Mm(18)
    section.left_margin = section.right_margin = Mm(18)
    add_page_numbers(section.footer.paragraphs[0], before=pack.footer + "　")
    body = Style(HEI, 10)
    for line in pack.title.split("\n"):
        add_text(word, line, Style(SONG, 22, colour=_INK, is_bold=True))
    add_text(word, pack.subtitle, Style(HEI, 11, colour=_GREY))
    for block in pack.cover:
        _add_block(word, block, number="", body=body, indent=False)
    for page in pack.pages:
        word.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        kicker = "　".join(part for part in (page.kicker, page.mark) if part)
        add_text(word, kicker, Style(HEI, 9, colour=_GREY))
        add_text(word, page.title, Style(SONG, 17, colour=_INK, is_bold=True))
        if page.subtitle:
            add_text(word, page.subtitle, Style(HEI, 9, colour=_GREY))
        for block in page.blocks:
            _add_block(word, block, number="", body=body, indent=False)


def _add_block(word: WordDocument, block: Block, *, number: str, body: Style, indent: bool) -> None:
    is_brief = body is _BODY
    is_sideways = word.sections[0].orientation == WD_ORIENT.LANDSCAPE
    cell = Style(FANG, 9) if is_sideways else _SMALL if is_brief else Style(HEI, 9)
    match block:
        case Heading():
            font = (HEI, KAI, FANG, FANG)[block.level - 1] if is_brief else HEI
            style = replace(body, font=font, colour=None if is_brief else _INK)
            line = add_text(
                word,
                number + block.text,
                style,
                first_chars=2 if indent else 0,
                before_mm=0 if is_brief else 4,
                is_on_grid=is_brief,
            )
            line.paragraph_format.keep_with_next = True
        case Paragraph():
            font = KAI if block.role == "quote" else body.font
            size = cell.size_pt if block.role == "note" else body.size_pt
            first = 2 if indent and block.role != "note" else 0
            add_text(
                word,
                block.text,
                replace(body, font=font, size_pt=size),
                first_chars=first,
                is_justified=True,
                is_on_grid=is_brief and block.role != "note",
            )
        case Facts():
            _add_grid(word, (), [list(row) for row in block.rows], cell, widths=(1, 4))
        case Table():
            rows: list[list[Any]] = [list(row) for row in block.rows]
            _add_grid(word, block.titles, rows, cell, widths=block.widths)
        case Verdicts():
            rows = [
                [r.claim, (r.word, _RULINGS.get(r.ruling)), _joined(r.figures, r.basis)]
                for r in block.rows
            ]
            _add_grid(word, block.titles, rows, cell, widths=(4, 2, 5))
        case Questions():
            rows = [[q.dimension, _joined(q.text, q.basis)] for q in block.items]
            _add_grid(word, (), rows, cell, widths=(2, 9))
        case Figure():
            picture = word.add_paragraph()
            picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
            picture.add_run().add_picture(
                io.BytesIO(render_png(block.svg)), width=Mm(block.width_mm)
            )
            if block.caption:
                add_text(word, block.caption, cell, align="center")


def _joined(first: str, second: str) -> str:
    return f"{first}\n{second}" if second else first


def _add_grid(
    word: WordDocument,
    titles: tuple[str, ...],
    rows: list[list[Any]],
    style: Style,
    *,
    widths: tuple[int, ...] = (),
) -> None:
    n_columns = len(titles) or len(rows[0]) if titles or rows else 0
    if not n_columns:
        return
    section = word.sections[0]
    edges = (section.left_margin or 0) + (section.right_margin or 0)
    room = (section.page_width or 0) - edges
    shares = widths or (1,) * n_columns
    table = word.add_table(rows=0, cols=n_columns)
    table.style, table.autofit = "Table Grid", False
    for column, share in zip(table.columns, shares, strict=True):
        column.width = int(room * share / sum(shares))
    heading = Style(HEI, style.size_pt)
    for row, used in [(titles, heading)] * bool(titles) + [(row, style) for row in rows]:
        cells = table.add_row().cells
        for cell, value, share in zip(cells, row, shares, strict=True):
            cell.width = int(room * share / sum(shares))
            leave_grid(cell.paragraphs[0])
            form = cell.paragraphs[0].paragraph_format
            form.space_before = form.space_after = Mm(0.8)
            form.line_spacing = 1.15
            text, colour = value if isinstance(value, tuple) else (value, None)
            paragraph: WordParagraph = cell.paragraphs[0]
            Style(used.font, used.size_pt, colour=colour).put(paragraph.add_run(text))
    if titles:
        repeat_first_row(table)
