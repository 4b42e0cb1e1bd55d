"""The paragraphs of a .docx, read from its XML once nothing in it can act (reference 3.4)."""

from __future__ import annotations

import io
import re
import zipfile

from lxml import etree

from tuijin.errors import ImportFailed, TuijinError, TypeNotAllowed
from tuijin.importers.prescan import check_size, open_container, parse_xml

MAX_PARAGRAPHS = 10_000
MAX_TABLES = 1_000
MAX_NESTING = 20
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ACTIVE_PART = re.compile(
    r"vbaproject|vbadata|word/embeddings/|word/activex/|afchunk|customui|word/controls/",
    re.IGNORECASE,
)
_ACTIVE_LINK = re.compile(
    rb"relationships/(?:oleObject|control|aFChunk|subDocument|package|vbaProject|attachedTemplate"
    rb"[^>]*TargetMode\s*=\s*[\"']External)|TargetMode\s*=\s*[\"']External[\"'][^>]*"
    rb"relationships/attachedTemplate"
)
_ACTIVE_ELEMENTS = ("altChunk", "subDoc", "object", "control")


def read_docx(data: bytes, *, name: str) -> str:
    """
    Return the text, one paragraph a line, cells of a table row by row.

    Raises
    ------
    TuijinError
        active_content, xml_dtd, document_too_large, type_mismatch, and those of any container.
    """
    check_size(data)
    _check_parts(data)
    try:
        parts = open_container(data, name=name, suffix=".docx")
    except TypeNotAllowed as error:
        if error.code == "macro":
            raise _active("a macro") from error
        raise
    for path, content in parts.items():
        if path.endswith(".rels") and _ACTIVE_LINK.search(content):
            raise _active(path[-40:])
    if "word/document.xml" not in parts:
        raise TypeNotAllowed("the content is not a .docx document", code="type_mismatch")
    body = parts["word/document.xml"]
    _check_tables(body)
    root = parse_xml(body)
    for element in _ACTIVE_ELEMENTS:
        if root.find(f".//{_W}{element}") is not None:
            raise _active(element)
    paragraphs = root.findall(f".//{_W}p")
    if len(paragraphs) > MAX_PARAGRAPHS:
        raise _too_large(f"{len(paragraphs)} paragraphs, at most {MAX_PARAGRAPHS}")
    return "\n".join(filter(None, (_text_of(p).strip() for p in paragraphs)))


def _check_parts(data: bytes) -> None:
    """Refuse by the names of parts, before anything is inflated."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OSError):
        return  # the container check says what is wrong
    active = next((path for path in names if _ACTIVE_PART.search(path)), None)
    if active:
        raise _active(active[-40:])


def _check_tables(body: bytes) -> None:
    depth = count = 0
    for match in re.finditer(rb"<(/?)w:tbl[\s>]", body):
        depth += -1 if match[1] else 1
        count += not match[1]
        if count > MAX_TABLES or depth > MAX_NESTING:
            raise _too_large(f"more than {MAX_TABLES} tables, or nested deeper than {MAX_NESTING}")


def _text_of(paragraph: etree._Element) -> str:
    elements = paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br")
    return "".join(e.text or "" if e.tag == f"{_W}t" else " " for e in elements)


def _active(what: str) -> TuijinError:
    return ImportFailed(f"the document holds active content: {what}", code="active_content")


def _too_large(detail: str) -> TuijinError:
    return ImportFailed(detail, code="document_too_large")
