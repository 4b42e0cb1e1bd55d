"""Text: what may stand in it, how long it may be, and the small grammars made of text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from tuijin.errors import TuijinError
from tuijin.importers import strict_json
from tuijin.importers.faults import Fault
from tuijin.importers.nouns import CHOICES

# C0 and C1 controls but tab and newline, DEL, lone surrogates and non-characters.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_YES, _NO = ("是", "√", "true", "yes", "y", "1"), ("否", "×", "false", "no", "n", "0")


def clean_texts(
    texts: Sequence[str], *, max_length: int, is_long: bool
) -> tuple[list[str | None], dict[int, Fault]]:
    """
    Normalise to NFC, strip, and refuse what must not be stored.

    Direction controls are refused in names and removed from long text.

    Returns
    -------
    Texts ("" is None), and faults by index.
    """
    joined = "\n".join(texts)
    joined = joined.replace("\r\n", "\n") if "\r" in joined else joined
    is_plain = joined.count("\n") == len(texts) - 1 and not (
        _CONTROLS.search(joined) or _BIDI.search(joined)
    )
    if not is_plain:
        return _clean_each(texts, max_length=max_length, is_long=is_long)
    whole = unicodedata.normalize("NFC", joined).split("\n")
    stripped = [text.strip() or None for text in whole]
    long = [n for n, text in enumerate(stripped) if text and len(text) > max_length]
    return stripped, {n: _too_long(max_length) for n in long}


def _clean_each(
    texts: Sequence[str], *, max_length: int, is_long: bool
) -> tuple[list[str | None], dict[int, Fault]]:
    cleaned: list[str | None] = []
    faults: dict[int, Fault] = {}
    for number, text in enumerate(texts):
        try:
            cleaned.append(clean_text(text, max_length=max_length, is_long=is_long))
        except Fault as fault:
            cleaned.append(None)
            faults[number] = fault
    return cleaned, faults


def clean_text(text: str, *, max_length: int, is_long: bool = False) -> str | None:
    """
    Clean one text as `clean_texts` does.

    Raises
    ------
    Fault
        bad_character, too_long
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROLS.search(text):
        raise Fault("bad_character", "不含控制字符的文字")
    if is_long:
        text = _BIDI.sub("", text)
    elif _BIDI.search(text):
        raise Fault("bad_character", "不含文字方向控制符的文字")
    text = unicodedata.normalize("NFC", text).strip()
    if not is_long:
        text = re.sub(r"\s*\n\s*", " ", text)
    if len(text) > max_length:
        raise _too_long(max_length)
    return text or None


def printable(text: str) -> str:
    """Show a text without what would disturb the line it stands in."""
    return _BIDI.sub("\ufffd", _CONTROLS.sub("\ufffd", text))


def _too_long(max_length: int) -> Fault:
    return Fault("too_long", f"最多 {max_length} 字")


def parse_url(text: str) -> str:
    """Accept http and https addresses without user information."""
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_good = is_good and "@" not in parts.netloc
    except ValueError:
        is_good = False
    if not is_good or re.search(r"\s", text):
        raise Fault("url", "http:// 或 https:// 开头的网址")
    return text


def build_choice_reader(choices: str) -> Callable[[str], str]:
    """Build a reader that takes a choice in Chinese, in English or as its code."""
    known: dict[str, str] = {}
    for code, (zh, en) in CHOICES[choices].items():
        known |= {_fold(code): code, _fold(zh): code, _fold(en): code}
    expected = "、".join(zh for zh, _ in CHOICES[choices].values())

    def read(text: str) -> str:
        code = known.get(_fold(text))
        if code is None:
            raise Fault("choice", f"以下之一：{expected}")
        return code

    return read


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def parse_boolean(text: str) -> bool:
    folded = _fold(text)
    if folded in _YES or folded in _NO:
        return folded in _YES
    raise Fault("boolean", "是 或 否")


def parse_json(text: str) -> Any:
    """Read JSON that means one thing only."""
    try:
        return strict_json.parse_json(text.encode())
    except TuijinError as error:
        raise Fault(error.code, "合法的 JSON，键不重复、不含 NaN") from error
