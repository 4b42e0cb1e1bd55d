"""What every project model keeps, whatever it models."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tuijin import project_models
from tuijin.discovery import load_plugin, plugin_names
from tuijin.project_models import Simulated, sheet
from tuijin.units import SUFFIXES, UNITS

PACKAGE = "tuijin.project_models"
NAMES = plugin_names(PACKAGE)
HOME = Path(project_models.__file__).parent
TARGETS = {"ratio": 0.01, "yuan": 1e9, "yuan_per_year": 1e9, "yuan_per_t": 2e4}

every_model = pytest.mark.parametrize("model", [load_plugin(PACKAGE, n) for n in NAMES], ids=NAMES)


def given(model, **values):
    parameters = {p.name: p for p in model.parameters()}
    for name, value in values.items():
        parameters[name] = replace(parameters[name], value=float(value), low=None, high=None)
    return parameters


def run(model, parameters, *, seed=7, n_draws=64):
    return model.run(parameters, n_draws=n_draws, rng=np.random.default_rng(seed))


@every_model
def test_folder_is_whole(model):
    folder = HOME / model.id
    assert (folder / "README.md").read_text(encoding="utf-8").startswith(f"# {model.id}")
    assert (folder / f"test_{model.id}.py").exists()
    header = (folder / "parameters.csv").read_text(encoding="utf-8").splitlines()[0]
    assert tuple(header.split(",")) in (sheet.COLUMNS, (*sheet.COLUMNS, "source_zh"))
    assert all((model.version, model.title_zh, model.title_en))


@pytest.mark.parametrize("name", ["border_port", "motor_line"])
def test_sources_are_told_in_chinese_too(name):
    """With every address that the English text has."""
    for row in load_plugin(PACKAGE, name).parameters():
        assert bool(row.source) == bool(row.source_zh), row.name
        english = [a.rstrip(".") for a in re.findall(r"https?://[^ ,;)]+", row.source)]
        assert re.findall(r"https?://[^，；。）]+", row.source_zh) == english, row.name


@every_model
def test_sheet(model):
    names = [p.name for p in model.parameters()]
    assert len(set(names)) == len(names)
    for p in model.parameters():
        assert p.name.endswith(SUFFIXES), p.name
        assert UNITS[p.unit].base == p.unit, p.name
        assert all((p.description, p.description_zh)), p.name
        assert bool(p.source) is p.is_known, f"{p.name}: no number without a source"
        numbers = [n for n in (p.low, p.value, p.high) if n is not None]
        assert numbers == sorted(numbers), p.name


@every_model
def test_metrics_are_whole_or_say_what_they_need(model):
    metrics = run(model, given(model))
    for name, metric in metrics.items():
        assert metric.name == name
        assert name.partition(".")[0].endswith(SUFFIXES), name
        assert UNITS[metric.unit].base == metric.unit
        assert metric.sample.shape == ((0,) if metric.needs else (64,)), name
        assert set(metric.needs) <= set(given(model)), name


@every_model
def test_same_seed_same_bytes(model):
    one, again, other = (run(model, given(model), seed=s) for s in (7, 7, 8))
    for name in one:
        assert one[name].sample.tobytes() == again[name].sample.tobytes()
        assert one[name].sample.shape == other[name].sample.shape


@pytest.mark.parametrize(
    "model", [m for n in NAMES if not isinstance(m := load_plugin(PACKAGE, n), Simulated)]
)
def test_the_deciding_values_decide(model):
    """
    At one end of the deciding range every draw reaches the target, at the other none passes.

    A margin falls where a cost rises, so either end may be the one. A simulated model draws the
    others instead of walking to their ends; it has a test of its own.
    """
    for name, metric in run(model, given(model)).items():
        target = TARGETS.get(metric.unit, 1000.0)
        for unknown, low, high in model.decide(given(model), metric=name, target=target, seed=7):
            assert 0 <= low <= high, (name, unknown)
            ends = [run(model, given(model, **{unknown: x}))[name] for x in (low, high)]
            if any(end.needs for end in ends):
                continue  # another parameter is missing too
            below, above = sorted((end.sample for end in ends), key=np.mean)
            assert below.max() <= target * (1 + 1e-9), (name, unknown)
            assert above.min() >= target * (1 - 1e-9), (name, unknown)


@every_model
def test_charts_can_be_drawn(model):
    for name in run(model, given(model)):
        for chart in model.charts(given(model), metric=name, target=1e6, seed=7):
            assert all(line.y.shape == chart.x.shape for line in chart.lines)
            assert all(np.isfinite(line.y).all() for line in chart.lines)
            assert {chart.x_unit, chart.y_unit} <= set(UNITS)


def cases():
    return [
        pytest.param(load_plugin(PACKAGE, n), path, id=f"{n}-{path.stem}")
        for n in NAMES
        for path in sorted((HOME / n / "fixtures").glob("*.json"))
    ]


@pytest.mark.parametrize(("model", "path"), cases())
def test_golden(model, path):
    case = json.loads(path.read_text(encoding="utf-8"))
    metrics = run(model, given(model, **case["given"]), seed=case["seed"], n_draws=case["n_draws"])
    found = {name: summary(metric) for name, metric in metrics.items()}
    golden = HOME / model.id / "golden" / path.name
    if os.environ.get("TUIJIN_GOLDEN") == "write":
        golden.write_text(json.dumps(found, indent=1, default=float) + "\n", encoding="utf-8")
    kept = json.loads(golden.read_text(encoding="utf-8"))
    assert found.keys() == kept.keys()
    for name, numbers in kept.items():
        assert found[name].pop("needs") == numbers.pop("needs")
        assert found[name] == pytest.approx(numbers, rel=1e-9), name


def summary(metric):
    if not metric.sample.size:
        return {"needs": list(metric.needs)}
    finite = metric.sample[np.isfinite(metric.sample)]
    never = {} if finite.size == metric.sample.size else {"never": metric.sample.size - finite.size}
    low, high = np.quantile(finite, [0.025, 0.975])
    return {"needs": [], "mean": finite.mean(), "low": low, "high": high} | never
