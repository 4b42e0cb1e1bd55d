"""Claims and verdicts as pages show them, in the reader's language and by what he may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tuijin.discovery import load_plugin, plugin_names
from tuijin.ledger import metrics
from tuijin.ledger.models import Source
from tuijin.see.language import either, is_english
from tuijin.verify import listing, wording
from tuijin.verify.charts import build_charts
from tuijin.verify.models import Binding, Claim, Verdict


@dataclass(frozen=True, slots=True)
class ShownVerdict:
    """A verdict in words; figures are empty for a reader who may not see their class."""

    verdict: Verdict
    value: str
    unit: str
    needs: str
    check: str
    shows_figures: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A claim in a list."""

    claim: Claim
    title: str
    statement: str
    speaking: ShownVerdict | None
    others: tuple[ShownVerdict, ...]
    errors: tuple[Binding, ...]


def build_rows(claims: Iterable[Claim]) -> list[Row]:
    """Return rows of claims that were read with their project and its place."""
    return [_row(line) for line in listing.load_lines(list(claims))]


def _row(line: listing.Line) -> Row:
    shown = {
        v.pk: show_verdict(v, line.claim, sources=line.sources[v.pk])
        for v in (line.speaking, *line.others)
        if v is not None
    }
    return Row(
        claim=line.claim,
        title=either(line.claim.title, line.claim.title_en),
        statement=wording.write_promise(line.claim, english=is_english()),
        speaking=shown[line.speaking.pk] if line.speaking else None,
        others=tuple(shown[v.pk] for v in line.others),
        errors=line.errors,
    )


def show_verdict(verdict: Verdict, claim: Claim, *, sources: str) -> ShownVerdict:
    shows = listing.shows_figures(verdict, claim)
    english = is_english()
    said = wording.write_in_words(verdict, claim, english=english) if shows else ""
    value = said or (wording.write_value(verdict, claim) if shows else "")
    is_plain = bool(verdict.on or said or not value)
    return ShownVerdict(
        verdict=verdict,
        value=value,
        unit="" if is_plain else wording.write_unit(claim.unit, english=english),
        needs=needs_in_words(verdict) if shows else "",
        check=wording.write_method(verdict, sources=sources, english=english),
        shows_figures=shows,
    )


def needs_in_words(verdict: Verdict) -> str:
    """What is missing, and which amount of what would decide, metrics by their names."""
    return wording.in_words(
        wording.write_needs(verdict, english=is_english()), english=is_english()
    )


@dataclass(frozen=True, slots=True)
class InputRow:
    """One input of a verdict: a fact on record, or a parameter of a model."""

    name: str
    text: str
    origin: str
    source: Source | None
    source_text: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class BindingCard:
    """A check of a claim: its current verdict, what went in, its charts and its history."""

    binding: Binding
    title: str
    now: ShownVerdict | None
    influence: str
    inputs: list[InputRow]
    charts: list[dict[str, Any]]
    history: list[ShownVerdict]


def build_cards(claim: Claim) -> list[BindingCard]:
    """Return the checks of a claim, the strongest first."""
    bindings = list(Binding.objects.filter(claim=claim))
    verdicts = list(
        Verdict.objects.filter(claim=claim).select_related("binding", "run").order_by("-id")[:100]
    )
    keys = {f.get("source", "") for v in verdicts for f in listing.facts_of(v)}
    sources = {source.key: source for source in Source.objects.filter(key__in=keys)}
    titles = {key: source.title for key, source in sources.items()}
    cards = []
    for binding in bindings:
        mine = [v for v in verdicts if v.binding_id == binding.pk]
        shown = [show_verdict(v, claim, sources=listing.write_sources(v, titles)) for v in mine]
        now = next((s for s in shown if s.verdict.is_current), None)
        is_open = now is not None and now.shows_figures
        cards.append(
            BindingCard(
                binding=binding,
                title=_title(binding),
                now=now,
                influence=_influence(now.verdict) if now and is_open else "",
                inputs=_inputs(now.verdict, sources) if now and is_open else [],
                charts=build_charts(now.verdict, claim) if now and is_open else [],
                history=[s for s in shown if s is not now],
            )
        )
    strength = {kind: at for at, kind in enumerate(("evidence", "formula", "model"))}
    return sorted(cards, key=lambda card: strength.get(card.binding.kind, 9))


def _title(binding: Binding) -> str:
    """What a check uses: a model's title, a formula as it was typed, a metric by its name."""
    if binding.kind == "formula":
        return binding.using
    if binding.kind == "model":
        if binding.using not in plugin_names(wording.MODELS):
            return binding.using
        model = load_plugin(wording.MODELS, binding.using)
        return either(model.title_zh, model.title_en)
    return name_in_words(binding.using)


def _influence(verdict: Verdict) -> str:
    return wording.write_influence(verdict, verdict.charts, english=is_english())


def _inputs(verdict: Verdict, sources: dict[str, Source]) -> list[InputRow]:
    """Parameters of a model, or else the facts: a model's facts are in its parameters already."""
    parameters = verdict.inputs.get("parameters")
    if parameters:
        return [_parameter_row(p, verdict, sources) for p in parameters]
    rows = [
        _fact_row(name, fact, sources)
        for name, facts in verdict.inputs["facts"].items()
        for fact in facts
    ]
    empty = [name for name, facts in verdict.inputs["facts"].items() if not facts]
    absent = either("未入账", "not on record")
    rows += [
        InputRow(name_in_words(name), absent, name, None, "", is_verified=False) for name in empty
    ]
    if verdict.inputs.get("reach"):
        until = either("记录截至", "the record ends")
        rows.append(InputRow(until, verdict.inputs["reach"], "", None, "", is_verified=True))
    return rows


def _parameter_row(p: dict[str, Any], verdict: Verdict, sources: dict[str, Source]) -> InputRow:
    facts = verdict.inputs["facts"].get(p["name"], [])
    source = next((sources[f["source"]] for f in facts if f.get("source") in sources), None)
    return InputRow(
        name=either(p["description_zh"], p["description"]) or p["name"],
        text=write_number(p),
        origin=p["name"],
        source=source if p["is_verified"] else None,
        source_text="" if source and p["is_verified"] else _source_text(p),
        is_verified=p["is_verified"],
    )


def _source_text(p: dict[str, Any]) -> str:
    """In the reader's language where the sheet has it; verdicts of before have English only."""
    return either(p.get("source_zh", ""), p["source"]) or str(p["source"])


def _fact_row(name: str, fact: dict[str, Any], sources: dict[str, Source]) -> InputRow:
    return InputRow(
        name=name_in_words(name),
        text=fact.get("on") or write_number(fact),
        origin=fact["ref"],
        source=sources.get(fact.get("source", "")),
        source_text="",
        is_verified=True,
    )


def name_in_words(name: str) -> str:
    """A name in words: the metric's, with the statistic it is recorded as."""
    return either(*metrics.words_of(name))


def write_number(entry: dict[str, Any]) -> str:
    """`26,466 [15,000, 40,000] yuan/t`; parts that are not known are left out."""
    unit = wording.write_unit(entry["unit"], english=is_english())
    value, low, high = (entry.get(name) for name in ("value", "low", "high"))
    parts = [] if value is None else [wording.write_figure(float(value), digits=6)]
    if low is not None and high is not None:
        ends = (wording.write_figure(float(end), digits=6) for end in (low, high))
        parts.append(f"[{', '.join(ends)}]")
    return " ".join([*parts, unit]).strip() if parts else either("未入账", "not on record")
