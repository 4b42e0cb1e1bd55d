"""Bytes to text: UTF-8 or GB18030 as they come, UTF-16 only where a byte order mark says so."""

from __future__ import annotations

import codecs

from tuijin.errors import BadInput, ImportFailed, Problem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode_text(data: bytes) -> tuple[str, str]:
    """Return the text and the encoding it was found to have; refuse what no encoding fits."""
    if not data.strip():
        raise ImportFailed("the file is empty; it must hold at least one line", code="empty_file")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode(data, encoding), encoding
    try:
        text, encoding = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = _decode(data, "gb18030"), "gb18030"
    if "\x00" in text:
        row = text.count("\n", 0, text.index("\x00")) + 1
        raise BadInput(
            f"row {row} holds a NUL character; text must not",
            code="nul",
            problems=[Problem("nul", "NUL character", row=row)],
        )
    return text, encoding


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"row {row} is neither UTF-8 nor GB18030 (UTF-16 needs its byte order mark)",
            code="encoding",
            problems=[Problem("encoding", "undecodable byte", row=row)],
        ) from error
