"""The published ways to score that every installation starts with; what somebody changed stays."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from tuijin.ledger.models import Rulebook, Source
from tuijin.meet.models import ScoreRule

_DATA = Path(__file__).parent / "data"


def load_presets() -> None:
    """Load each rulebook that is not there yet, with its rows and sources."""
    with transaction.atomic():
        known = set(Rulebook.objects.values_list("code", flat=True))
        wanted = [row for row in _read("rulebooks") if row["code"] not in known]
        if not wanted:
            return
        _load_sources()
        sources = dict(Source.objects.values_list("key", "pk"))
        rules = _read("score_rules")
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


def _load_sources() -> None:
    known = set(Source.objects.values_list("key", flat=True))
    rows = [row for row in _read("sources") if row["key"] not in known]
    Source.objects.bulk_create(Source(**row) for row in rows)


def _read(name: str) -> list[dict[str, str]]:
    with (_DATA / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
