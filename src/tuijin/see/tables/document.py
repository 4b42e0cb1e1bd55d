"""A filled table as an official document (DOCX), on paper turned sideways."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tuijin.paper import Brief, Paragraph, Table, render_docx
from tuijin.see.language import is_english
from tuijin.see.tables.filling import Filled, Line
from tuijin.see.tables.wording import cell_text, dates_line, unit_line

_WIDTHS = {"number": 3, "long_text": 14, "text": 8, "money": 7}


def build_document(table: Filled, *, address: str, footer: str) -> bytes:
    """
    Write the table under its title.

    Parameters
    ----------
    address
        The page of the same table, where every figure leads to its entry.
    """
    shown = [caption for _column, caption in table.columns]
    widths = tuple(
        12 if column.code == "name" else _WIDTHS.get(column.kind, 6)
        for column, _caption in table.columns
    )
    rows = tuple(_texts(line, table) for line in table.lines)
    above = [text for text in (*table.heading, dates_line(table), unit_line(table)) if text]
    words = {"address": address}
    brief = Brief(
        title=table.title,
        blocks=(
            *(Paragraph(text, role="note") for text in above),
            Table(tuple(shown), rows, widths),
            Paragraph(_("每个数字的出处见 %(address)s") % words, role="note"),
            Paragraph(footer, role="note"),
        ),
        language="en" if is_english() else "zh",
        is_wide=True,
    )
    return render_docx(brief)


def _texts(line: Line, table: Filled) -> tuple[str, ...]:
    texts = [
        cell_text(column, cell, unit=table.layout.unit)
        for (column, _caption), cell in zip(table.columns, line.cells, strict=True)
    ]
    if line.kind != "row" and texts:
        codes = [column.code for column, _caption in table.columns]
        texts[codes.index("name") if "name" in codes else 0] = line.label
    return tuple(texts)
