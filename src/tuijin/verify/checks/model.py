"""Check `model`: a project model, run with what is on record in place of what its sheet assumes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

import numpy as np

from tuijin.discovery import load_plugin, plugin_names
from tuijin.errors import ClaimMalformed, ParameterOutOfRange
from tuijin.project_models import (
    TYPICAL,
    Chart,
    Costly,
    Explained,
    Influence,
    Metric,
    Parameter,
    ProjectModel,
)
from tuijin.verify.cases import Case
from tuijin.verify.checks import VERSION, Inputs, Measurement
from tuijin.verify.claim_types import Measured
from tuijin.verify.facts import Fact, Facts

PACKAGE = "tuijin.project_models"
N_DRAWS, MAX_DRAWS = 2000, 10_000
_BINS = 40
_N_PROBES = 16
_SETTINGS = frozenset({"n_draws", "figures", "set"})


class Model:
    """
    `using` is the model; `parameters` may hold `n_draws`, `figures` and `set`.

    `figures` maps a parameter to the name it is on record under (by default its own), `set` gives a
    parameter a number by hand, or null: not known. Precedence: set, on record, sheet. A claim about
    a statistic reads the model's `METRIC.STATISTIC` where it takes that statistic itself.
    """

    def names(self, case: Case) -> tuple[str, ...]:
        renamed = _setting(case, "figures")
        return tuple(str(renamed.get(p.name, p.name)) for p in _find(case).parameters())

    def parameters(
        self, case: Case, facts: Mapping[str, list[Fact]]
    ) -> tuple[ProjectModel, dict[str, Parameter]]:
        """Return the model, and its sheet with what is on record in place of what it assumes."""
        model = _find(case)
        _check_settings(case, model)
        return model, _parameters(case, model, facts)

    def settings(self, case: Case, facts: Mapping[str, list[Fact]], *, seed: int) -> dict[str, Any]:
        model, parameters = self.parameters(case, facts)
        return {
            "parameters": [asdict(p) for p in parameters.values()],
            "seed": seed,
            "n_draws": int(case.parameters.get("n_draws", usual_draws(model))),
            "made_with": f"verify {VERSION}, {model.id} {model.version}",
        }

    def measure(self, inputs: Inputs, facts: Facts) -> Measurement:
        case, model = inputs.case, _find(inputs.case)
        parameters = {p["name"]: Parameter(**p) for p in inputs.plain["parameters"]}
        metrics = _run(
            case.using, tuple(parameters.values()), inputs.n_draws or N_DRAWS, inputs.seed or 0
        )
        metric, target = _metric_of(case, metrics), case.statement().target
        if metric.unit != case.base_unit or target is None:
            raise ClaimMalformed(f"{model.id} gives {metric.unit}, the claim is in {case.unit!r}")
        influences = _influences(model, parameters, metric, seed=inputs.seed or 0)
        seed = inputs.seed or 0
        decides = model.decide(parameters, metric=metric.name, target=target, seed=seed)
        measured = _measured(metric, parameters, decides, influences)
        if decides:
            rises = _rises(model, parameters, decides[0], metric=metric.name, seed=seed)
            measured = replace(measured, rises=rises)
        return Measurement(
            measured,
            {
                "distribution": build_histogram(metric.sample),
                "explained": [
                    plain_chart(chart)
                    for chart in model.charts(
                        parameters, metric=metric.name, target=target, seed=seed
                    )
                ],
                "influences": [asdict(influence) for influence in influences],
            },
        )


def _find(case: Case) -> ProjectModel:
    if case.using not in plugin_names(PACKAGE):
        raise ClaimMalformed(
            f"model must be one of {', '.join(plugin_names(PACKAGE))}, got {case.using!r}"
        )
    model: ProjectModel = load_plugin(PACKAGE, case.using)
    return model


def usual_draws(model: ProjectModel) -> int:
    return model.n_draws if isinstance(model, Costly) else N_DRAWS


def _metric_of(case: Case, metrics: Mapping[str, Metric]) -> Metric:
    """The metric, or the claimed statistic of it where the model takes that itself."""
    found = metrics.get(f"{case.metric}.{case.statistic}") or metrics.get(case.metric)
    if found is None:
        raise ClaimMalformed(f"{case.using} gives {', '.join(metrics)}, not {case.metric!r}")
    return found


def _influences(
    model: ProjectModel, parameters: Mapping[str, Parameter], metric: Metric, *, seed: int
) -> tuple[Influence, ...]:
    if metric.needs or not isinstance(model, Explained):
        return ()
    return model.influences(parameters, metric=metric.name, rng=np.random.default_rng(seed))


def _setting(case: Case, name: str) -> Mapping[str, Any]:
    """Return a mapping out of the binding's parameters, which were typed in by somebody."""
    found = case.parameters.get(name, {}) if isinstance(case.parameters, dict) else None
    if not isinstance(found, dict):
        raise ClaimMalformed(f"parameters must hold a mapping {name!r}, got {case.parameters!r}")
    return found


@lru_cache(maxsize=32)
def _run(
    using: str, parameters: tuple[Parameter, ...], n_draws: int, seed: int
) -> Mapping[str, Metric]:
    """Run once for all claims of a project that ask the same of the same model."""
    model: ProjectModel = load_plugin(PACKAGE, using)
    rng = np.random.default_rng(seed)
    return model.run({p.name: p for p in parameters}, n_draws=n_draws, rng=rng)


def _check_settings(case: Case, model: ProjectModel) -> None:
    names = {p.name for p in model.parameters()}
    given = case.parameters
    unknown = [*(given.keys() - _SETTINGS)]
    unknown += [
        *(_setting(case, "figures").keys() - names),
        *(_setting(case, "set").keys() - names),
    ]
    if unknown:
        raise ClaimMalformed(f"{model.id} has no {', '.join(sorted(unknown))}")
    n_draws = given.get("n_draws", usual_draws(model))
    if not (isinstance(n_draws, int) and 1 <= n_draws <= MAX_DRAWS):
        raise ClaimMalformed(f"n_draws must be 1 to {MAX_DRAWS}, got {n_draws!r}")


def _parameters(
    case: Case, model: ProjectModel, facts: Mapping[str, list[Fact]]
) -> dict[str, Parameter]:
    renamed, by_hand = _setting(case, "figures"), _setting(case, "set")
    found = {}
    for parameter in model.parameters():
        on_record = facts.get(str(renamed.get(parameter.name, parameter.name)), [])
        found[parameter.name] = _on_record(parameter, on_record)
        if parameter.name in by_hand:
            found[parameter.name] = replace(
                parameter, value=_number(by_hand[parameter.name]), low=None, high=None,
                source="set by hand in the binding", source_zh="在检验设置中手工给定",
                is_verified=False,
            )  # fmt: skip
    return found


def _on_record(parameter: Parameter, facts: list[Fact]) -> Parameter:
    """Put what is on record in place of the sheet's row; entries that disagree make a range."""
    ends = [fact.ends for fact in facts if fact.ends is not None]
    if not ends:
        return parameter
    wrong = {fact.unit for fact in facts} - {parameter.unit}
    if wrong:
        raise ClaimMalformed(f"{parameter.name} is in {parameter.unit}, on record in {wrong.pop()}")
    low, high = float(min(e[0] for e in ends)), float(max(e[1] for e in ends))
    if not math.isfinite(high - low):
        return parameter  # "at least" or "at most" alone is no range to draw from
    values = {fact.value for fact in facts if fact.value is not None}
    value = float(values.pop()) if len(values) == 1 else None
    is_range = low < high
    return replace(
        parameter,
        value=value if is_range else low,
        low=low if is_range else None,
        high=high if is_range else None,
        source="; ".join(
            f"{fact.ref} ({fact.source})" if fact.source else fact.ref for fact in facts
        ),
        source_zh="",
        as_of="",
        is_verified=True,
    )


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ClaimMalformed(f"a parameter set by hand must be a number or null, got {value!r}")
    return float(value)


def _measured(
    metric: Metric,
    parameters: Mapping[str, Parameter],
    decides: tuple[tuple[str, float, float], ...],
    influences: tuple[Influence, ...],
) -> Measured:
    if metric.needs:
        zh = "、".join(parameters[name].description_zh for name in metric.needs)
        en = ", ".join(parameters[name].description for name in metric.needs)
        needs = (f"{zh}未入账", f"{en} not on record")
        return Measured(metric.sample, needs=needs, decides=decides)
    if metric.ends is not None:
        low, high = metric.ends
        middle = float(np.median(metric.sample))
        return Measured(
            np.array([low, min(max(middle, low), high), high]), is_recorded=True,
            needs=_hangs_on(influences, parameters), decides=decides,
        )  # fmt: skip
    if metric.sample.size and np.ptp(metric.sample) == 0:
        return Measured(metric.sample[:1], is_recorded=True, decides=decides)
    return Measured(metric.sample, decides=decides)


def _rises(
    model: ProjectModel,
    parameters: Mapping[str, Parameter],
    decided: tuple[str, float, float],
    *,
    metric: str,
    seed: int,
) -> bool | None:
    """Whether the metric rises with a parameter: run below and above what decides."""
    name, low, high = decided
    parameter = parameters[name]
    least, most = parameter.ends if parameter.is_known else (low * 0.5, high)
    medians = []
    for value in ((least + low) / 2, (high + most) / 2):
        tried = replace(parameter, value=value, low=None, high=None)
        try:
            found = model.run(
                {**parameters, name: tried}, n_draws=_N_PROBES, rng=np.random.default_rng(seed)
            )
        except ParameterOutOfRange:
            return None
        # with several unknowns the others stand at what is typical, as `decide` has them
        sample = next(
            (
                found[n].sample
                for n in (metric, TYPICAL + metric)
                if n in found and found[n].sample.size
            ),
            np.array([math.nan]),
        )
        medians.append(float(np.median(sample)))
    below, above = medians
    return None if not (below < above or below > above) else below < above


def _hangs_on(
    influences: tuple[Influence, ...], parameters: Mapping[str, Parameter]
) -> tuple[str, str]:
    """Name the unknown that moves the metric most."""
    if not influences:
        return "", ""
    named = parameters[influences[0].name]
    return f"最大未知：{named.description_zh}", f"biggest unknown: {named.description}"


def build_histogram(sample: np.ndarray) -> dict[str, list[float]] | None:
    finite = sample[np.isfinite(sample)]
    if finite.size < 2 or np.ptp(finite) == 0:
        return None
    counts, edges = np.histogram(finite, bins=_BINS)
    return {"edges": rounded(edges), "counts": [int(n) for n in counts]}


def plain_chart(chart: Chart) -> dict[str, Any]:
    return {
        **asdict(replace(chart, x=np.empty(0), lines=())),
        "x": rounded(chart.x),
        "lines": [
            {"title_zh": line.title_zh, "title_en": line.title_en, "y": rounded(line.y)}
            for line in chart.lines
        ],
    }


def rounded(values: np.ndarray) -> list[float]:
    """Six digits: what a chart can show, and no more bytes."""
    return [float(f"{value:.6g}") for value in values]


plugin = Model()
