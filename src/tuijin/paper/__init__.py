"""Documents on paper: a small model of a document, rendered to PDF and to DOCX (pure)."""

from tuijin.paper.document import (
    Block,
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
    VerdictRow,
    Verdicts,
)
from tuijin.paper.pdf import render_pdf
from tuijin.paper.word import render_docx

__all__ = [
    "Block", "Brief", "Facts", "Figure", "Heading", "Pack", "Page", "Paragraph", "Question",
    "Questions", "Table", "VerdictRow", "Verdicts", "render_docx", "render_pdf",
]  # fmt: skip
