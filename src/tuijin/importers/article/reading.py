"""Files of articles as plain text: .txt, .html, .docx, and .jsonl with one article a line."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import nh3

from tuijin.engines.text import MAX_CHARACTERS, Article
from tuijin.errors import BadInput, ImportFailed, Problem, TooLarge, TuijinError, TypeNotAllowed
from tuijin.importers.article.docx import read_docx
from tuijin.importers.csv_rows import MAX_FILE_BYTES
from tuijin.importers.decode import decode_text
from tuijin.importers.faults import Fault
from tuijin.importers.marker import check_marker
from tuijin.importers.strict_json import parse_json
from tuijin.importers.texts import clean_text

MAX_ARTICLES = 10_000
MAX_TAGS = 50_000
MAX_NESTING = 256
_BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "tr", "br"}
_ALLOWED = {*_BLOCKS, "td", "th", "strong", "em", "title"}
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
# Tags that may stand unclosed, so that counting them would call a flat page a deep one.
_UNCLOSED = frozenset(
    "p li td th tr dt dd option br img hr input meta link area base col wbr source".split()
)
_LINES = {"id", "title", "date", "published", "publisher", "url", "text"}


def read_articles(data: bytes, *, name: str) -> list[Article]:
    """
    Read the articles of a file.

    Raises
    ------
    TuijinError
        empty_file, too_large, type_not_allowed, type_mismatch, encoding, nul, document_too_large,
        active_content, xml_dtd, classified_marker, bad_character, or those of strict JSON.
    """
    suffix = "." + name.lower().rpartition(".")[2]
    if suffix not in READERS:
        accepted = ", ".join(READERS)
        raise TypeNotAllowed(f"an article is one of {accepted}, got {suffix[-20:]!r}")
    if len(data) > MAX_FILE_BYTES:
        raise TooLarge(f"{len(data)} bytes; at most {MAX_FILE_BYTES} are read")
    if not data.strip():
        raise ImportFailed("the file is empty; it must hold an article", code="empty_file")
    check_marker(name)
    articles = READERS[suffix](data, name)
    for article in articles:
        check_marker(f"{article.title}\n{article.text[:3000]}")
    return articles


def _read_txt(data: bytes, name: str) -> list[Article]:
    if data.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise TypeNotAllowed("the content is not plain text", code="type_mismatch")
    text, _ = decode_text(data)
    return [Article(_clean(text))]


def _read_html(data: bytes, name: str) -> list[Article]:
    text, _ = decode_text(data)
    _check_nesting(text)
    title, body = clean_html(text)
    if not body:
        raise ImportFailed("the page holds no text", code="empty_file")
    return [Article(_clean(body), title=title)]


def _read_docx(data: bytes, name: str) -> list[Article]:
    return [Article(_clean(read_docx(data, name=name)))]


def _read_jsonl(data: bytes, name: str) -> list[Article]:
    text, _ = decode_text(data)
    articles: list[Article] = []
    problems: list[Problem] = []
    refusal: type[TuijinError] = ImportFailed
    for row, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if len(articles) >= MAX_ARTICLES:
            raise ImportFailed(f"more than {MAX_ARTICLES} articles", code="too_many_rows")
        try:
            articles.append(_article_of(parse_json(line.encode())))
        except TuijinError as error:
            refusal = refusal if problems else type(error)
            problems.append(Problem(error.code, error.detail, row=row))
    if problems:
        detail = f"row {problems[0].row}: {problems[0].message}"
        raise refusal(detail, code=problems[0].code, problems=problems[:200])
    return articles


def _article_of(line: object) -> Article:
    if not isinstance(line, dict) or not isinstance(line.get("text"), str):
        raise BadInput('a line is an object with "text"', code="json")
    known = {k: v for k, v in line.items() if k in _LINES and v is not None}
    wrong = [key for key, value in known.items() if not isinstance(value, str)]
    if wrong:
        raise BadInput(f"{wrong[0]} must be text", code="json")
    return Article(
        text=_clean(known["text"]),
        id=known.get("id", "")[:80],
        title=_clean(known.get("title", ""))[:300],
        published=known.get("published", known.get("date", ""))[:40],
        publisher=known.get("publisher", "")[:200],
        url=known.get("url", "")[:1000],
    )


READERS: dict[str, Callable[[bytes, str], list[Article]]] = {
    ".txt": _read_txt,
    ".html": _read_html,
    ".htm": _read_html,
    ".docx": _read_docx,
    ".jsonl": _read_jsonl,
}


def clean_html(text: str) -> tuple[str, str]:
    """Return title and text of a page; scripts, forms, frames and every attribute are dropped."""
    cleaned = nh3.clean(
        text,
        tags=_ALLOWED,
        attributes={},
        clean_content_tags={"script", "style", "iframe", "object", "svg", "math", "template"},
    )
    titles = re.findall(r"<(title|h1)>(.*?)</\1>", cleaned, re.DOTALL)
    title = html.unescape(re.sub(r"<[^>]*>", "", titles[0][1])).strip() if titles else ""
    body = re.sub(r"<title>.*?</title>", "", cleaned, flags=re.DOTALL)
    body = re.sub(rf"</?(?:{'|'.join(_BLOCKS)})>", "\n", re.sub(r"\s*\n\s*", " ", body))
    lines = (line.strip() for line in html.unescape(re.sub(r"<[^>]*>", "", body)).split("\n"))
    return title, "\n".join(line for line in lines if line and line != title)


def _check_nesting(text: str) -> None:
    """Count tags and their depth before any parser builds a tree of them."""
    depth = 0
    for count, match in enumerate(_TAG.finditer(text)):
        if match[2].lower() not in _UNCLOSED:
            depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > MAX_NESTING or count > MAX_TAGS:
            raise ImportFailed(
                f"more than {MAX_TAGS} tags, or deeper than {MAX_NESTING}",
                code="document_too_large",
            )


def _clean(text: str) -> str:
    try:
        return clean_text(text, max_length=MAX_CHARACTERS, is_long=True) or ""
    except Fault as fault:
        raise ImportFailed(fault.expected, code=fault.code) from fault
