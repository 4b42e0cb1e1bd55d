"""Shared and inline texts of a workbook."""

from __future__ import annotations

import re
from xml.sax.saxutils import unescape

import numpy as np

from tuijin.importers.prescan import refuse, unreadable

MAX_CELL_CHARACTERS = 32_767
_ITEM = re.compile(r"<si\b[^>]*?(?:/>|>(?:<t(?: [^>]*)?>([^<]*)</t></si>|(.*?)</si>))", re.DOTALL)
_RUN = re.compile(r"<t\b[^>]*?(?:/>|>([^<]*)</t\s*>)")
_PHONETIC = re.compile(r"<rPh\b.*?</rPh\s*>", re.DOTALL)
_NUMBERED = re.compile(r"&#(x[0-9a-fA-F]{1,6}|\d{1,7});")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_QUOTES = {"&quot;": '"', "&apos;": "'"}


def decode_text(text: str) -> str:
    """Undo XML entities and the `_x000D_` escapes of spreadsheets."""
    if "&" in text:
        text = _NUMBERED.sub(_character, text)
        text = unescape(text, _QUOTES)
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text


def _character(found: re.Match[str]) -> str:
    number = int(found[1][1:], 16) if found[1][0] == "x" else int(found[1])
    if number > 0x10FFFF:
        raise unreadable("文字编码已损坏")
    return chr(number)


def rich_text(content: str) -> str:
    """Join the runs of a text, without its phonetic reading."""
    if "<rPh" in content:
        content = _PHONETIC.sub("", content)
    return decode_text("".join(_RUN.findall(content)))


def read_shared_texts(xml: bytes) -> np.ndarray:
    """
    Read `sharedStrings.xml` into an object array.

    Raises
    ------
    ImportFailed
        unreadable, cell_too_long
    """
    try:
        document = xml.decode("utf-8")
    except UnicodeDecodeError as error:
        raise unreadable("文字编码已损坏") from error
    document = drop_prefix(document, "sst")
    texts = _split_plain(document)
    if texts is None:
        texts = [
            decode_text(plain) if plain else rich_text(rich) if rich else ""
            for plain, rich in _ITEM.findall(document)
        ]
    if texts and max(map(len, texts)) > MAX_CELL_CHARACTERS:
        raise refuse("cell_too_long", f"单元格超过 {MAX_CELL_CHARACTERS} 字符")
    out = np.empty(len(texts), dtype=object)
    out[:] = texts
    return out


def _split_plain(document: str) -> list[str] | None:
    """Cut apart texts without runs, attributes and entities, as nearly all are; else None."""
    begin, between, end = "<si><t>", "</t></si><si><t>", "</t></si>"
    first, last = document.find(begin), document.rfind(end)
    inner = document[first + len(begin) : last]
    if first < 0 or last < 0 or "&" in inner or "_x" in inner:
        return None
    texts = inner.split(between)
    is_whole = inner.count("<") == 4 * (len(texts) - 1)
    return texts if is_whole and "<si" not in document[:first] + document[last:] else None


def drop_prefix(document: str, root: str) -> str:
    """Write `<x:si>` as `<si>`, for writers that name the namespace."""
    found = re.search(rf"<(\w+):{root}\b", document[:4000])
    if not found:
        return document
    return document.replace(f"<{found[1]}:", "<").replace(f"</{found[1]}:", "</")
