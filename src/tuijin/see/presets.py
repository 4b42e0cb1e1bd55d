"""The published rules that every installation starts with; what somebody changed stays."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from django.db import transaction

from tuijin.ledger.models import NodeRule, Rulebook
from tuijin.ledger.presets import load_sources, read_rows
from tuijin.see.models import IndicatorRule, LightRule

_DATA = Path(__file__).parent / "data"
_INDICATORS, _NODES = "indicator-published", "node-published"


def load_presets() -> None:
    """Load each rulebook that is not there yet, with its rows and sources."""
    with transaction.atomic():
        known = set(Rulebook.objects.values_list("code", flat=True))
        wanted = [row for row in read_rows(_DATA / "rulebooks.csv") if row["code"] not in known]
        if not wanted:
            return
        sources = load_sources(_DATA / "sources.csv")
        for row in wanted:
            row_source = sources[row.pop("source")]
            book = Rulebook.objects.create(**row, source_id=row_source)
            _load_rows(book, sources)


def _load_rows(book: Rulebook, sources: dict[str, int]) -> None:
    if book.kind == Rulebook.Kind.LIGHT:
        rows = [row for row in read_rows(_DATA / "light_rules.csv") if row["rulebook"] == book.code]
        LightRule.objects.bulk_create(
            _build_light(book, order, row) for order, row in enumerate(rows)
        )
    elif book.code == _INDICATORS:
        IndicatorRule.objects.bulk_create(
            IndicatorRule(rulebook=book, order=order, source_id=sources[row.pop("source")], **row)
            for order, row in enumerate(read_rows(_DATA / "indicators.csv"))
        )
    elif book.code == _NODES:
        NodeRule.objects.bulk_create(
            _build_node(book, order, row, sources)
            for order, row in enumerate(read_rows(_DATA / "node_rules.csv"))
        )


def _build_light(book: Rulebook, order: int, row: dict[str, str]) -> LightRule:
    texts = ("code", "light", "measure", "lifted_by", "name", "name_en", "note", "note_en")
    return LightRule(
        rulebook=book,
        order=order,
        low=Decimal(row["low"]),
        is_low_included=row["is_low_included"] == "1",
        high=Decimal(row["high"]) if row["high"] else None,
        source_id=book.source_id,
        **{name: row[name] for name in texts},
    )


def _build_node(
    book: Rulebook, order: int, row: dict[str, str], sources: dict[str, int]
) -> NodeRule:
    texts = ("code", "stage", "name", "name_en", "starts_from", "evidence")
    return NodeRule(
        rulebook=book,
        order=order,
        limit_months=int(row["limit_months"]) if row["limit_months"] else None,
        limit_days=int(row["limit_days"]) if row["limit_days"] else None,
        source_id=sources.get(row["source"]),
        **{name: row[name] for name in texts},
    )
