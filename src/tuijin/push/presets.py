"""The published limits that every installation starts with; what somebody changed stays."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from tuijin.ledger.models import Rulebook
from tuijin.ledger.presets import load_sources, read_rows
from tuijin.push.models import ClockRule, FlagRule

_DATA = Path(__file__).parent / "data"


def load_presets() -> None:
    """Load the rows of each rulebook that has none yet; those of the lights are there already."""
    with transaction.atomic():
        known = set(ClockRule.objects.values_list("rulebook__code", flat=True))
        rows = [row for row in read_rows(_DATA / "clock_rules.csv") if row["rulebook"] not in known]
        if not rows:
            return
        sources = load_sources(_DATA / "sources.csv")
        for book in read_rows(_DATA / "rulebooks.csv"):
            source_id = sources[book.pop("source")]
            Rulebook.objects.get_or_create(
                code=book.pop("code"), defaults={**book, "source_id": source_id}
            )
        books = dict(Rulebook.objects.values_list("code", "pk"))
        ClockRule.objects.bulk_create(
            _build_rule(order, row, books=books, sources=sources)
            for order, row in enumerate(rows)
            if row["rulebook"] in books
        )


def _build_rule(
    order: int, row: dict[str, str], *, books: dict[str, int], sources: dict[str, int]
) -> ClockRule:
    texts = ("code", "trigger", "until", "severity", "unit", "reaches", "name", "name_en", "note",
             "note_en")  # fmt: skip
    return ClockRule(
        rulebook_id=books[row["rulebook"]],
        order=order,
        amount=int(row["amount"]) if row["amount"] else None,
        level=int(row["level"]),
        source_id=sources.get(row["source"]),
        **{name: row[name] for name in texts},
    )


def load_flag_rules() -> None:
    """Load each threshold that is not there yet; what somebody changed stays."""
    known = set(FlagRule.objects.values_list("code", flat=True))
    rows = list(enumerate(read_rows(_DATA / "flag_rules.csv")))
    wanted = [(order, row) for order, row in rows if row["code"] not in known]
    if not wanted:
        return
    sources = load_sources(_DATA / "sources.csv")
    for order, row in wanted:
        source_id = sources.get(row.pop("source"))
        threshold = float(row.pop("threshold"))
        FlagRule.objects.create(order=order, threshold=threshold, source_id=source_id, **row)
