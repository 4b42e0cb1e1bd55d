"""Titles of the appraisal workbook in the reader's language; a title may begin with a name."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "appraisal_words.csv"
LANGUAGES = ("zh", "en")
Say = Callable[[str], str]


def say_in(language: str) -> Say:
    """Return what turns a Chinese title into one of the language; names of parts stay as given."""
    return _say_english if language == "en" else str


@cache
def load_words() -> tuple[Mapping[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Whole titles, and those with a part of their own."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        words = {row["zh"]: row["en"] for row in csv.DictReader(stream)}
    patterns = tuple(
        (re.compile(re.escape(zh).replace(r"\{\}", "(.+)")), en)
        for zh, en in words.items() if "{}" in zh
    )  # fmt: skip
    return words, patterns


def _say_english(title: str) -> str:
    words, patterns = load_words()
    if title in words:
        return words[title]
    for pattern, en in patterns:
        found = pattern.fullmatch(title)
        if found:
            return en.format(_say_english(found.group(1)))
    name, _, rest = title.rpartition(" ")
    return f"{name}: {_say_english(rest)}" if name else title
