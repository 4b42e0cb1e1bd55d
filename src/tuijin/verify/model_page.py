"""What the page of a project's model shows: its sheet, scenarios, distributions and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from tuijin.engines.flow import read_network
from tuijin.errors import TuijinError
from tuijin.ledger import scope
from tuijin.ledger.models import Source
from tuijin.project_models import Parameter, Simulated
from tuijin.see.language import either, is_english
from tuijin.units import UNITS, to_base
from tuijin.verify import comparing, wording
from tuijin.verify.charts import axis_of, axis_unit, draw_histogram, unit_word
from tuijin.verify.checks import DEFAULT_SEED
from tuijin.verify.diagrams import draw_network
from tuijin.verify.models import Binding, Claim, Scenario
from tuijin.verify.pictures import build_picture
from tuijin.verify.scenarios import PARTS, Change, Sheet, unpack
from tuijin.verify.showing import name_in_words, write_number

_BINS = 40


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A row of the sheet; `typed` is what the form holds, `error` what is wrong with it."""

    name: str
    title: str
    text: str
    unit: str
    state: str  # verified, assumed, unknown, hidden
    source: Source | None
    source_text: str
    as_of: str
    typed: Mapping[str, str]
    error: str


def build_rows(
    sheet: Sheet, binding: Binding, *, typed: Mapping[str, Any], errors: Mapping[str, str]
) -> list[ParameterRow]:
    """Return the sheet as the reader may see it."""
    project = binding.claim.project
    classes = scope.current().classes_for(place_id=project.place_id, project_id=project.pk)
    keys = {fact.source for facts in sheet.facts.values() for fact in facts}
    sources = {source.key: source for source in Source.objects.filter(key__in=keys)}
    return [
        _row(p, sheet, sources, is_hidden=sheet.class_of(sheet.fact_name(p.name)) not in classes,
             typed=typed.get(p.name, {}), error=errors.get(p.name, ""))
        for p in sheet.parameters.values()
    ]  # fmt: skip


def _row(
    parameter: Parameter,
    sheet: Sheet,
    sources: Mapping[str, Source],
    *,
    is_hidden: bool,
    typed: Mapping[str, Any],
    error: str,
) -> ParameterRow:
    facts = sheet.facts.get(sheet.fact_name(parameter.name), [])
    source = next((sources[f.source] for f in facts if f.source in sources), None)
    is_on_record = parameter.is_verified and not is_hidden
    state = "verified" if parameter.is_verified else "assumed" if parameter.is_known else "unknown"
    return ParameterRow(
        name=parameter.name,
        title=title_of(parameter),
        text="" if is_hidden else write_number(asdict(parameter)),
        unit=unit_word(parameter.unit),
        state="hidden" if is_hidden else state,
        source=source if is_on_record else None,
        source_text="" if is_hidden or (source and is_on_record) else source_of(parameter),
        as_of=parameter.as_of,
        typed={part: str(typed.get(part, "") or "") for part in PARTS},
        error=error,
    )


def draw_unrun(sheet: Sheet, binding: Binding) -> dict[str, Any] | None:
    """The network as on record, for a model that has not run; None where it has none to show."""
    project = binding.claim.project
    classes = scope.current().classes_for(place_id=project.place_id, project_id=project.pk)
    if not isinstance(sheet.model, Simulated) or sheet.field_class not in classes:
        return None
    try:
        return draw_network(read_network(sheet.model.network(sheet.parameters, seed=DEFAULT_SEED)))
    except TuijinError:
        return None  # what is on record lies outside what the model takes; a run says so in words


def title_of(parameter: Parameter) -> str:
    return either(parameter.description_zh, parameter.description) or parameter.name


def source_of(parameter: Parameter) -> str:
    """Where a parameter is from, in the reader's language where the sheet has it."""
    return either(parameter.source_zh, parameter.source) or parameter.source


def as_typed(changes: Mapping[str, Change]) -> dict[str, dict[str, str]]:
    """A scenario's changes as its form holds them."""
    return {
        name: {part: f"{value:.15g}" for part, value in change.items()}
        for name, change in changes.items()
    }


def name_of(scenario: Scenario) -> str:
    """A scenario's own title, or else what it changes."""
    return scenario.title or (", ".join(scenario.changes) if scenario.changes else _("按在案数据"))


def write_changes(scenario: Scenario, sheet: Sheet) -> list[str]:
    """`年产能：80,000 t/yr`, a line for each changed parameter."""
    lines = []
    for name, change in scenario.changes.items():
        parameter = sheet.parameters.get(name)
        unit = parameter.unit if parameter else ""
        title = title_of(parameter) if parameter else name
        written = write_number({"unit": unit, **change})
        lines.append(_("%(name)s：%(value)s") % {"name": title, "value": written})
    return lines


def build_metrics(
    scenario: Scenario, beside: Scenario | None, claims: Sequence[Claim], sheet: Sheet
) -> list[dict[str, Any]]:
    """A block for each metric, those on which something was promised first."""
    found: Mapping[str, Any] = (scenario.found or {}).get("metrics", {})
    others: Mapping[str, Any] = ((beside and beside.found) or {}).get("metrics", {})
    on_metric: dict[str, list[Claim]] = {}
    for claim in claims:
        own = f"{claim.metric}.{claim.statistic}"
        on_metric.setdefault(own if own in found else claim.metric, []).append(claim)
    order = sorted(found, key=lambda name: name not in on_metric)
    return [
        _metric(
            name, found[name], others.get(name), scenario, beside, on_metric.get(name, []), sheet
        )
        for name in order
    ]


def _metric(
    name: str,
    kept: Mapping[str, Any],
    other: Mapping[str, Any] | None,
    scenario: Scenario,
    beside: Scenario | None,
    claims: Sequence[Claim],
    sheet: Sheet,
) -> dict[str, Any]:
    sample, unit = unpack(kept["sample"]), kept["unit"]
    other_sample = unpack(other["sample"]) if other else None
    named = {name_of(scenario): sample}
    if beside is not None and other_sample is not None:
        named = {f"A {name_of(scenario)}": sample, f"B {name_of(beside)}": other_sample}
    limits = [(_("目标"), target) for target in dict.fromkeys(map(_target, claims))
              if target is not None]  # fmt: skip
    is_paired = beside is not None and (beside.seed, beside.n_draws) == (
        scenario.seed, scenario.n_draws,
    )  # fmt: skip
    difference = None
    if is_paired and other_sample is not None:
        difference = comparing.compare(sample, other_sample)
    lacking = [sheet.parameters[n] for n in kept["needs"] if n in sheet.parameters]
    summaries = [(label, _summary(drawn, unit)) for label, drawn in named.items()]
    return {
        "id": name,
        "title": name_in_words(name),
        "unit": axis_unit(unit),
        "claims": claims,
        "needs": [title_of(one) for one in lacking],
        "lacking": lacking,
        "summaries": summaries,
        "has_figures": any(found for _label, found in summaries),
        "difference": difference and _difference(difference, unit),
        "decides": _decides(kept["decides"], sheet),
        "histogram": _histogram(named, unit, limits),
        "influences": _influences(kept["influences"], sheet),
    }


@dataclass(frozen=True, slots=True)
class Missing:
    """A parameter nothing is on record of, and the metrics that wait for it."""

    title: str
    unit: str
    metrics: list[str]


def list_missing(metrics: Sequence[Mapping[str, Any]]) -> list[Missing]:
    """What metrics without figures need, the parameter that decides most of them first."""
    found: dict[str, Missing] = {}
    for metric in metrics:
        for one in () if metric["has_figures"] else metric["lacking"]:
            row = found.setdefault(one.name, Missing(title_of(one), unit_word(one.unit), []))
            row.metrics.append(metric["title"])
    return sorted(found.values(), key=lambda row: -len(row.metrics))


def _target(claim: Claim) -> float | None:
    """A claim's target in the unit that models reckon in."""
    if claim.target is None or claim.unit not in UNITS:
        return None
    return float(to_base(claim.target, claim.unit)[0])


def _amount(value: float, unit: str) -> str:
    return wording.write_range(value, value, unit, english=is_english())


def _summary(sample: np.ndarray, unit: str) -> dict[str, str] | None:
    found = comparing.summarise(sample)
    if found is None:
        return None
    ends = {"mean": found.mean, "p5": found.p5, "p50": found.p50, "p95": found.p95}
    return {name: _amount(float(f"{value:.4g}"), unit) for name, value in ends.items()}


def _difference(found: comparing.Difference, unit: str) -> dict[str, Any]:
    written = {
        name: _amount(float(f"{getattr(found, name):.4g}"), unit)
        for name in ("mean", "low", "high", "p5", "p95")
    }
    return {**written, "larger_ratio": found.larger_ratio, "is_clear": found.low * found.high > 0}


def _decides(by_claim: Mapping[str, Sequence[Any]], sheet: Sheet) -> list[str]:
    lines: dict[str, None] = {}
    for name, low, high in (entry for listed in by_claim.values() for entry in listed):
        parameter = sheet.parameters.get(name)
        unit = parameter.unit if parameter else ""
        value = wording.write_range(low, high, unit, english=is_english())
        title = title_of(parameter) if parameter else name
        lines[_("%(name)s：%(value)s") % {"name": title, "value": value}] = None
    return list(lines)


def _histogram(
    named: Mapping[str, np.ndarray], unit: str, limits: Sequence[tuple[str, float]]
) -> dict[str, Any] | None:
    finite = {name: sample[np.isfinite(sample)] for name, sample in named.items()}
    drawn = {name: sample for name, sample in finite.items() if sample.size}
    values = np.concatenate([*drawn.values(), np.empty(0)])
    if values.size < 2 or np.ptp(values) == 0:
        return None
    edges = np.histogram_bin_edges(values, bins=_BINS)
    counts = {name: [int(n) for n in np.histogram(s, edges)[0]] for name, s in drawn.items()}
    return draw_histogram([float(f"{e:.6g}") for e in edges], counts, unit=unit, limits=limits)


def _influences(listed: Sequence[Mapping[str, Any]], sheet: Sheet) -> dict[str, Any] | None:
    """Bars of the total index, with its interval."""
    if not listed:
        return None
    names = [
        title_of(sheet.parameters[i["name"]]) if i["name"] in sheet.parameters else i["name"]
        for i in listed
    ]
    return {
        "option": {
            "tooltip": {"trigger": "axis", "valueFormatter": "@percent"},
            "xAxis": {"type": "value", "min": 0, "axisLabel": axis_of("ratio")},
            "yAxis": {"type": "category", "data": names, "inverse": True},
            "series": [
                {"type": "bar", "data": [i["total_ratio"] for i in listed]},
                {"type": "interval", "direction": "horizontal",
                 "data": [[n, i["low_ratio"], i["high_ratio"]] for n, i in enumerate(listed)]},
            ],
        },
        "rows": list(zip(names, listed, strict=True)),
    }  # fmt: skip


def state_claims(claims: Sequence[Claim]) -> list[dict[str, Any]]:
    """The promises that this model tests, in words."""
    return [
        {"claim": claim, "title": either(claim.title, claim.title_en),
         "statement": wording.write_promise(claim, english=is_english())}
        for claim in claims
    ]  # fmt: skip


def build_pictures(scenario: Scenario) -> list[dict[str, Any]]:
    plain = (scenario.found or {}).get("pictures", ())
    return [build_picture(picture, parameters=scenario.parameters) for picture in plain]
