"""
Bring an article's text back to plain simplified Chinese.

Three forms are met: simplified; traditional (Taiwan wording or not); and traditional garbled by a
republishing site, where a converted character carries its reading in brackets.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import opencc

SIMPLIFIED = "zh-Hans"
TRADITIONAL = "zh-Hant"
GARBLED = "garbled: traditional with pinyin in brackets"

_CJK = "\u3400-\u9fff"
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_READING = re.compile(rf"(?<=[{_CJK}])\(([a-zü{_TONED}]{{1,7}})\)")
# What is left of a closing tag after its "<" was eaten, with the characters eaten beside it.
_TAG_REST = re.compile(r"[?？]?[！!]?[?？]?</?(?:span|p|div|font|strong|a)>|"
                       r"[?？][！!]?[?？]?/(?:span|p|div|font|strong|a)>")  # fmt: skip
_COMMA = re.compile(rf"(?<=[{_CJK}0-9%”）》]),(?=[{_CJK}“《（—])")
_QUOTE_AT = re.compile(r"[“”]")
_WIDE_POINT = re.compile(r"(?<=\d)[．](?=\d)")
# 乾 is 干 where it means dry, else it is kept: a reign, a trigram, a name.
_DRY = re.compile(r"乾(?=[燥淨旱杯脆枯果糧洗貨涸癟裂草冰電])|(?<=[餅肉豆曬烘風吹晾葡])乾")
_KEPT = "\ue000"
_TRADITIONAL_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Repaired:
    """Text in simplified characters, and the form it was found in."""

    text: str
    encoding: str


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


def _convert(text: str, name: str) -> str:
    return str(_converter(name).convert(text))


def repair_text(text: str) -> Repaired:
    """Return the text repaired; simplified text comes back with nothing but its widths evened."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    readings = _READING.findall(text)
    toned = sum(1 for reading in readings if any(c in _TONED for c in reading))
    encoding = SIMPLIFIED
    if toned >= 3:
        encoding = GARBLED
        text = _READING.sub("", text)
        text = _close_quotes(text)
        text = _COMMA.sub("，", text)
    if encoding == GARBLED or _is_traditional(text):
        encoding = encoding if encoding == GARBLED else TRADITIONAL
        text = _to_simplified(text)
    return Repaired(_even_widths(text), encoding)


def _is_traditional(text: str) -> bool:
    characters = [c for c in text if "\u3400" <= c <= "\u9fff"]
    plain = _convert("".join(characters), "t2s")
    changed = sum(a != b for a, b in zip(characters, plain, strict=False))
    return changed > _TRADITIONAL_SHARE * max(len(characters), 1)


def _to_simplified(text: str) -> str:
    """Convert characters, and words too where the wording is Taiwan's."""
    kept = _DRY.sub("干", text).replace("乾", _KEPT)
    is_taiwan = "專案" in text and "項目" not in text
    return _convert(kept, "tw2sp" if is_taiwan else "tw2s").replace(_KEPT, "乾")


def _close_quotes(text: str) -> str:
    """Put the full stop and the closing quotation mark back where a tag's rest stands."""
    lines = []
    for line in text.split("\n"):
        while found := _TAG_REST.search(line):
            marks = _QUOTE_AT.findall(line[: found.start()])
            is_open = bool(marks) and marks[-1] == "“"
            mark = "。”" if is_open and "?" in found[0].replace("？", "?") else ""
            line = line[: found.start()] + mark + line[found.end() :]  # shrinks
        lines.append(line)
    return "\n".join(lines)


def _even_widths(text: str) -> str:
    """Full-width digits, letters and % become ASCII; Chinese punctuation stays."""
    text = _WIDE_POINT.sub(".", text)
    wide = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B),
                                             *range(0xFF41, 0xFF5B), 0xFF05)}  # fmt: skip
    return text.translate(wide).replace("\u3000", " ")
