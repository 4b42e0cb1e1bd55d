"""The published ways to score that every installation starts with; what somebody changed stays."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from django.db import transaction

from tuijin.ledger.models import Rulebook
from tuijin.ledger.presets import load_sources, read_rows
from tuijin.meet.models import ScoreRule

_DATA = Path(__file__).parent / "data"


def load_presets() -> None:
    """Load each rulebook that is not there yet, with its rows and sources."""
    with transaction.atomic():
        known = set(Rulebook.objects.values_list("code", flat=True))
        wanted = [row for row in read_rows(_DATA / "rulebooks.csv") if row["code"] not in known]
        if not wanted:
            return
        sources = load_sources(_DATA / "sources.csv")
        rules = read_rows(_DATA / "score_rules.csv")
        for row in wanted:
            source_id = sources[row.pop("source")]
            book = Rulebook.objects.create(**row, kind=Rulebook.Kind.SCORE, source_id=source_id)
            own = [rule for rule in rules if rule["rulebook"] == book.code]
            ScoreRule.objects.bulk_create(
                ScoreRule(
                    rulebook=book,
                    order=order,
                    points=Decimal(rule["points"]),
                    **{name: rule[name] for name in ("kind", "code", "name", "name_en")},
                )
                for order, rule in enumerate(own, start=1)
            )
