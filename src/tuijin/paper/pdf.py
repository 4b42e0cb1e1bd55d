"""PDF by typst: the text goes in as data, the layouts and fonts are our own files."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from tuijin.paper.document import Block, Brief, Language, Pack
from tuijin.paper.numbering import number_blocks

HERE = Path(__file__).parent
# The same document gives the same bytes: files carry no time of making.
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@cache
def shipped_fonts() -> typst.Fonts:
    """Only the fonts in the package, so that a PDF looks the same everywhere."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"]
    )


def render_pdf(document: Brief | Pack) -> bytes:
    """Render as PDF with its fonts embedded."""
    rendered = _compile(HERE / "layouts" / f"{document.kind}.typ", _as_data(document), "pdf")
    assert isinstance(rendered, bytes)
    return rendered


def render_png(svg: str) -> bytes:
    """Render a drawing as PNG, for the formats that take no SVG."""
    rendered = _compile(HERE / "layouts" / "figure.typ", {"svg": svg}, "png", ppi=200.0)
    assert isinstance(rendered, bytes)
    return rendered


def _compile(layout: Path, data: dict[str, Any], form: Any, ppi: float | None = None) -> Any:
    compiler = typst.Compiler(
        layout,
        root=HERE / "layouts",
        font_paths=shipped_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
    )
    return compiler.compile(format=form, ppi=ppi, timestamp=NO_TIME)


def _as_data(document: Brief | Pack) -> dict[str, Any]:
    data = asdict(document)
    if isinstance(document, Brief):
        data["blocks"] = _numbered(document.blocks, document.language)
    return data


def _numbered(blocks: tuple[Block, ...], language: Language) -> list[dict[str, Any]]:
    return [
        {**asdict(block), "number": number} for number, block in number_blocks(blocks, language)
    ]
