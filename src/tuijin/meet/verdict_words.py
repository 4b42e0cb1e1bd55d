"""Verdicts as a leader reads them: units with values, names for codes."""

from __future__ import annotations

from collections.abc import Iterable

from tuijin.see.language import is_english
from tuijin.verify.listing import Line
from tuijin.verify.models import Claim, Verdict
from tuijin.verify.wording import (
    write_in_words,
    write_influence,
    write_method,
    write_unit,
    write_value,
)


def write_found(verdict: Verdict, claim: Claim) -> str:
    """What was measured, with its interval and unit; "" where nothing was."""
    english = is_english()
    if said := write_in_words(verdict, claim, english=english):
        return said
    value, unit = write_value(verdict, claim), write_unit(claim.unit, english=english)
    if not value or not unit or verdict.on is not None:
        return value
    return f"{value} {unit}" if english else f"{value}{unit}"


def load_influences(verdicts: Iterable[Verdict | None]) -> dict[int, str]:
    """The unknown that moves each verdict's metric most, with its index; read in one query."""
    listed = {verdict.pk: verdict for verdict in verdicts if verdict is not None}
    charts = dict(Verdict.objects.filter(pk__in=listed).values_list("pk", "charts"))
    return {
        pk: write_influence(listed[pk], kept, english=is_english()) for pk, kept in charts.items()
    }


def write_basis(line: Line, verdict: Verdict) -> str:
    """What a verdict rests on; "" where the record it looked for is not there."""
    sources = line.sources.get(verdict.pk, "")
    if verdict.binding.kind == "evidence" and not sources:
        return ""
    return write_method(verdict, sources=sources, english=is_english())
