"""Provinces, cities and counties as articles write them."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Level = Literal["province", "city", "county"]

_HERE = Path(__file__).parent  # places.csv: GB/T 2260 of about 2020; aliases.csv: short forms
_PEOPLES = (
    "满族|回族|(?<!内)蒙古族?|藏族|壮族|苗族|侗族|彝族|傣族|白族|瑶族|土家族|哈尼族|黎族|畲族|水族|布依族|"
    "羌族|维吾尔|哈萨克|柯尔克孜|锡伯|塔吉克|仡佬族|拉祜族|佤族|景颇族|傈僳族|纳西族|怒族|独龙族|"
    "普米族|布朗族|阿昌族|德昂族|毛南族|仫佬族|京族|土族|撒拉族|东乡族|保安族|裕固族|朝鲜族|"
    "达斡尔族?|鄂温克族|鄂伦春族?|各族|满|回|彝|苗|侗"
)
_AUTONOMOUS = re.compile(rf"(?:{_PEOPLES})*(?:自治区|自治州|自治县|自治旗)$")
_SUFFIX = re.compile(r"(?:特别行政区|省|市|地区|盟|县|区|旗)$")
_MUNICIPALITIES = ("11", "12", "31", "50")
# Stems that are everyday words or common parts of other names.
_NOT_ALONE = frozenset(
    "东方 和平 吉安 三明 大同 中山 金昌 通化 保山 海东 海南 百色 来宾 河源 眉山 巴中 固原 中卫 "
    "资阳 长治 日照".split()
)
_LONGEST = 16


@dataclass(frozen=True, slots=True)
class PlaceName:
    """One name found: as written, its level, and its codes (several counties share a name)."""

    written: str
    level: Level
    codes: tuple[str, ...]
    start: int
    is_full: bool

    @property
    def end(self) -> int:
        return self.start + len(self.written)


@cache
def load_names() -> dict[str, str]:
    """Code to official name."""
    with (_HERE / "places.csv").open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["name"] for row in csv.DictReader(lines)}


def level_of(code: str) -> Level:
    """Municipalities are written as cities and are counted so."""
    if code.endswith("0000"):
        return "city" if code[:2] in _MUNICIPALITIES else "province"
    return "city" if code.endswith("00") else "county"


def stem_of(name: str) -> str:
    """The name without what says its level: 内蒙古自治区 is 内蒙古, 和政县 is 和政."""
    short = _AUTONOMOUS.sub("", name)
    return short if short != name and len(short) > 1 else _SUFFIX.sub("", name)


@cache
def _index() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    full: dict[str, list[str]] = defaultdict(list)
    stems: dict[str, list[str]] = defaultdict(list)
    for code, name in load_names().items():
        full[name].append(code)
        stem = stem_of(name)
        if len(stem) > 1 and stem not in _NOT_ALONE:
            stems[stem].append(code)
    with (_HERE / "aliases.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            full[row["alias"]].append(row["code"])
    freeze = {name: tuple(codes) for name, codes in full.items()}
    return freeze, {name: tuple(codes) for name, codes in stems.items()}


def find_places(text: str, *, context: str = "") -> list[PlaceName]:
    """
    Every place named in the text, longest name first at each spot.

    `context` is the text around, where a full name may stand.

    The stem of a county counts where it has three characters or more, or where the full name
    stands elsewhere in the text; 双城市 is today's 双城区 as it was called before.
    """
    full, stems = _index()
    found: list[PlaceName] = []
    at = 0
    while at < len(text):
        for length in range(min(_LONGEST, len(text) - at), 1, -1):
            name = _match(text, at, length, full, stems, context or text)
            if name:
                found.append(name)
                at = name.end
                break
        else:
            at += 1
    return found


def _match(
    text: str,
    at: int,
    length: int,
    full: dict[str, tuple[str, ...]],
    stems: dict[str, tuple[str, ...]],
    context: str,
) -> PlaceName | None:
    word = text[at : at + length]
    if word in full and (length > 2 or _stands_alone(text, at)):
        return PlaceName(word, _lowest(full[word]), full[word], at, is_full=True)
    if word[-1] == "市" and f"{word[:-1]}区" in full and length > 2:
        return PlaceName(word, "county", full[f"{word[:-1]}区"], at, is_full=True)
    if word in stems:
        codes = stems[word]
        high = tuple(c for c in codes if level_of(c) != "county")
        if high:
            return PlaceName(word, level_of(high[0]), high, at, is_full=False)
        names = load_names()
        if length >= 3 or any(names[c] in context for c in codes):
            return PlaceName(word, "county", codes, at, is_full=False)
    return None


def _stands_alone(text: str, at: int) -> bool:
    """Whether a name of two characters begins here, and is not the end of another word."""
    return at == 0 or not "\u4e00" <= text[at - 1] <= "\u9fff" or text[at - 1] in "和与及在从到往"


def _lowest(codes: tuple[str, ...]) -> Level:
    levels = {level_of(code) for code in codes}
    return next(level for level in ("county", "city", "province") if level in levels)


def is_compatible(one: PlaceName, other: PlaceName) -> bool:
    """Whether one may lie in the other, or both be the same: some of their codes agree."""
    return any(
        a[:digits] == b[:digits]
        for a in one.codes
        for b in other.codes
        for digits in [min(_digits(a), _digits(b))]
    )


def _digits(code: str) -> int:
    return 2 if code.endswith("0000") else 4 if code.endswith("00") else 6


def official_name(place: PlaceName) -> str:
    """The official name where only the stem is written; a full or short name stays as written."""
    if place.is_full:
        return place.written
    return load_names()[place.codes[0]]


def find_code(province: str | None, city: str | None, county: str | None) -> str | None:
    """Return the code of the smallest division named, if the names lead to one and only one."""
    within: tuple[str, ...] = ("",)
    code: str | None = None
    for name, digits in ((province, 2), (city, 4), (county, 6)):
        for place in find_places(name or ""):
            fitting = [c for c in place.codes if c.startswith(within)]
            if place.start == 0 and len(fitting) == 1:
                code = fitting[0]
                level = 2 if code.endswith("0000") else 4 if code.endswith("00") else digits
                within = (code[:level],)
            break
    return code
