"""Claims with what speaks for them, and where that comes from, for pages and commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuijin.ledger import scope
from tuijin.ledger.chunks import chunks
from tuijin.ledger.models import Source
from tuijin.verify.models import Binding, Claim, Verdict
from tuijin.verify.verdicts import headline


@dataclass(frozen=True, slots=True)
class Line:
    """
    A claim as it stands.

    Parameters
    ----------
    speaking
        The verdict that speaks for the claim, or None where it was never tested.
    others
        The other current verdicts, which may disagree.
    errors
        Bindings that could not be tested.
    sources
        What each verdict was read from, by its id.
    """

    claim: Claim
    speaking: Verdict | None
    others: tuple[Verdict, ...]
    errors: tuple[Binding, ...]
    sources: Mapping[int, str]
    shows_figures: bool


def load_lines(claims: Sequence[Claim]) -> list[Line]:
    """Read the current verdicts of claims that were read with their project and its place."""
    ids = [claim.pk for claim in claims]
    verdicts: dict[int, list[Verdict]] = {pk: [] for pk in ids}
    failed: dict[int, list[Binding]] = {pk: [] for pk in ids}
    for part in chunks(ids):
        rows = Verdict.objects.filter(claim__in=part, is_current=True)
        for verdict in rows.select_related("binding").defer("charts").order_by("id"):
            verdicts[verdict.claim_id].append(verdict)
        for binding in Binding.objects.filter(claim__in=part, error__isnull=False):
            failed[binding.claim_id].append(binding)
    titles = _titles(v for listed in verdicts.values() for v in listed)
    return [_line(claim, verdicts[claim.pk], failed[claim.pk], titles) for claim in claims]


def _line(
    claim: Claim, verdicts: list[Verdict], failed: list[Binding], titles: dict[str, str]
) -> Line:
    speaking = headline(verdicts)
    return Line(
        claim=claim,
        speaking=speaking,
        others=tuple(v for v in verdicts if v is not speaking),
        errors=tuple(failed),
        sources={v.pk: write_sources(v, titles) for v in verdicts},
        shows_figures=all(shows_figures(v, claim) for v in verdicts),
    )


def shows_figures(verdict: Verdict, claim: Claim) -> bool:
    """Whether the reader may see the class of what a verdict was drawn from."""
    project = claim.project
    return verdict.field_class in scope.current().classes_for(
        place_id=project.place_id, project_id=project.pk
    )


def facts_of(verdict: Verdict) -> list[dict[str, Any]]:
    return [fact for listed in verdict.inputs.get("facts", {}).values() for fact in listed]


def _titles(verdicts: Iterable[Verdict]) -> dict[str, str]:
    keys = {fact["source"] for v in verdicts for fact in facts_of(v) if fact.get("source")}
    return source_titles(keys)


def source_titles(keys: Iterable[str]) -> dict[str, str]:
    return {
        key: title
        for part in chunks(sorted(set(keys)))
        for key, title in Source.objects.filter(key__in=part).values_list("key", "title")
    }


def write_sources(verdict: Verdict, titles: dict[str, str]) -> str:
    """Name what a verdict was read from: the sources' titles, or else the entries themselves."""
    named = [titles.get(f.get("source", ""), f["ref"]) for f in facts_of(verdict)]
    unique = list(dict.fromkeys(named))
    return "; ".join(unique[:2]) + (" …" if len(unique) > 2 else "")
