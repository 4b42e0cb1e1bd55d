"""
What a document says, apart from how it looks.

All text is plain: nothing in it is markup, in either rendering. Text comes in the language of the
document; the renderers translate nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Language = Literal["zh", "en"]
Ruling = Literal["holds", "falls_short", "undecided", ""]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; its number is given by the rendering (一、 （一） 1. （1）)."""

    text: str
    level: Literal[1, 2, 3, 4] = 1
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    role: Literal["body", "quote", "note"] = "body"
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values, two pairs a line where there is room."""

    rows: tuple[tuple[str, str], ...]
    kind: str = "facts"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `widths` are shares of the line, equal if empty."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A promise and what became of it; `word` is the ruling as read, `basis` what it rests on."""

    claim: str
    ruling: Ruling
    word: str
    figures: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Verdicts:
    titles: tuple[str, str, str]
    rows: tuple[VerdictRow, ...]
    kind: str = "verdicts"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the facts on record that raise it."""

    dimension: str
    text: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Questions:
    items: tuple[Question, ...]
    kind: str = "questions"


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of our own making as SVG text; never a file from outside."""

    svg: str
    caption: str = ""
    width_mm: float = 156.0
    kind: str = "figure"


Block: TypeAlias = Heading | Paragraph | Facts | Table | Verdicts | Questions | Figure


@dataclass(frozen=True, slots=True)
class Brief:
    """An official document in the parts of GB/T 9704-2012; an empty part is not printed."""

    title: str
    blocks: tuple[Block, ...]
    masthead: str = ""  # 发文机关标志
    number: str = ""  # 发文字号
    recipient: str = ""  # 主送机关
    signed_by: str = ""  # 发文机关署名
    signed_on: str = ""  # 成文日期
    copies_to: str = ""  # 抄送机关
    printed_by: str = ""  # 印发机关
    printed_on: str = ""  # 印发日期
    is_wide: bool = False  # on A4 turned sideways with narrow edges, for a table (DOCX only)
    language: Language = "zh"
    kind: str = "brief"


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of the pack: `kicker` stands small above the title, `mark` at its right."""

    kicker: str
    title: str
    blocks: tuple[Block, ...]
    mark: str = ""
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """The tour pack: a cover, then one sheet a stop."""

    title: str
    subtitle: str
    cover: tuple[Block, ...]
    pages: tuple[Page, ...]
    footer: str = ""
    notes_title: str = ""  # heading of the ruled space left for notes
    language: Language = "zh"
    kind: str = "pack"
