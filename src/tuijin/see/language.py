"""Words that the ledger keeps in two languages, in the reader's one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import lazystr
from django.utils.translation import get_language

from tuijin.importers.dates import show_period
from tuijin.importers.nouns import CHOICES


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def either(zh: str, en: str) -> str:
    """The English word for an English reader, if there is one."""
    return en if en and is_english() else zh


class _Either:
    """Decides when it is shown, for words named at import."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en

    def __str__(self) -> str:
        return either(self.zh, self.en)


def either_later(zh: str, en: str) -> Any:
    """As `either`, for use outside a request."""
    return lazystr(_Either(zh, en))


def choice_text(choices: str, code: str) -> str:
    """A vocabulary's word in the reader's language."""
    return either(*CHOICES[choices].get(code, ("", "")))


def write_period(period: str) -> str:
    """A month or 旬 as people read it: `2026-11`, `2026-11下旬`; in English `late 2026-11`."""
    parts = ("", "early ", "mid ", "late ")
    return either(show_period(period), parts[int(period[8:] or 0)] + period[:7])


def pick(row: Mapping[str, Any], *names: str) -> str:
    """
    The first name on record; an English reader gets the last of `names` first.

    Names run from the shortest Chinese one to the English one.
    """
    order = reversed(names) if is_english() else names
    return next((str(row[name]) for name in order if row.get(name)), "")
