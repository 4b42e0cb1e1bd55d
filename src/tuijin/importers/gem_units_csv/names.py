"""Clean the Chinese names, name the unit, and read lists of shareholders."""

from __future__ import annotations

import re

_CJK = "\u3400-\u9fff\uff00-\uffef\u3000-\u303f"
_BREAK = re.compile(rf"(?<=[{_CJK}])\s+(?=[{_CJK}0-9(])|(?<=[0-9)])\s+(?=[{_CJK}])")
_UNIT = re.compile(r"^(?:Phase ([IV]+|[A-Z]), )?(New )?Unit (\d+)$")
_PHASE = re.compile(r"^(?:Phase )?([IV]+|\d)$")
_ROMAN = {"I": "一", "II": "二", "III": "三", "IV": "四", "V": "五"} | dict(
    zip("123456789", "一二三四五六七八九", strict=True)
)
_SHARE = re.compile(r"^(.*?)\s*\[(\d{1,3}(?:\.\d+)?)%\]$")


def clean_zh(name: str) -> str:
    """Drop spaces inside Chinese text, stray quotes and one closing bracket too many."""
    name = _BREAK.sub("", " ".join(name.split())).strip("'’ ")
    if name.endswith("))") and name.count(")") > name.count("("):
        name = name[:-1]
    return name


def unit_label_zh(unit: str) -> str:
    """Return "Phase II, Unit 3" as 二期3号机组, "1" as 一期; what is unknown stays as it is."""
    if match := _UNIT.match(unit):
        phase, new, number = match.groups()
        before = f"{_ROMAN.get(phase, phase)}期" if phase else ""
        return f"{before}{'新' if new else ''}{number}号机组"
    if match := _PHASE.match(unit):
        return f"{_ROMAN[match[1]]}期" if match[1] in _ROMAN else unit
    return f"{unit}号机组" if unit.isdigit() else unit


def split_holders(text: str) -> list[tuple[str, str]]:
    """Split "A [51.00%]; B [49.00%]" into names and shares; the share is "" where none is said."""
    holders = []
    for part in filter(None, map(str.strip, text.split(";"))):
        match = _SHARE.match(part)
        holders.append((match[1], f"{match[2]}%") if match else (part, ""))
    return holders
