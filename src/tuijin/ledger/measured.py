"""What was measured, as the entries of an import: a source, evidence, and figures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np

from tuijin.engines import telemetry
from tuijin.engines.telemetry import Measured, Passages, States
from tuijin.errors import ImportFailed, Problem
from tuijin.importers import Table
from tuijin.importers.tables import build_table
from tuijin.ledger import metrics

_BEIJING = timezone(timedelta(hours=8))
_DAY_SECONDS = 86_400.0
_DIGITS = Decimal("0.000001")
_SHARES = {
    "driving": "driving_ratio",
    "waiting": "gate_wait_ratio",
    "handling": "handling_ratio",
    "blocked": "blocked_ratio",
    "idle": "idle_ratio",
    "charging": "charging_ratio",
    "available": "availability_ratio",
}
_STATISTICS = {"mean": "平均值", "p50": "中位数", "p90": "90分位", "p95": "95分位"}


@dataclass(frozen=True, slots=True)
class Observed:
    """What a log shows of one project: passages of its gates, and its vehicles if they spoke."""

    project: str
    vehicles_count: int
    passages: Passages
    states: States | None

    def period(self) -> tuple[float, float]:
        """First and last moment, seconds since 1970."""
        if self.states is not None:
            times = self.states.time_seconds
            return float(times.min()), float(times.max())
        passages = self.passages
        return float(passages.arrived_seconds.min()), float(passages.released_seconds.max())


@dataclass(frozen=True, slots=True)
class _Value:
    """A figure to be."""

    metric: str
    unit: str
    value: float  # in `unit`
    low: float | None = None
    high: float | None = None


def build_tables(
    observed: Sequence[Observed], name: str, sha256: str, notes: list[Problem]
) -> tuple[Table, ...]:
    """
    Build the tables of what was observed; what was too little is told in `notes`.

    Raises
    ------
    ImportFailed
        no_figures: no figure of any project could be measured.
    """
    source = {"key": f"log-{sha256[:16]}", "title": f"运行记录 {name}"[:300]}
    evidence, figures = [], []
    said = "；".join(note.message for note in notes)
    for one in observed:
        samples = _measure_samples(one)
        values = [*_values_of(samples), *_rates_of(one)]
        notes += _too_few(samples)
        if not values:
            continue
        entry = _build_evidence(one, samples, sha256, said)
        evidence.append({**entry, "source": source["key"]})
        as_of = "/".join(f"{_day(end):%Y-%m-%d}" for end in one.period())
        figures += [
            {**_build_figure(one.project, value, entry["key"]), "as_of": as_of,
             "source": source["key"]}
            for value in values
        ]  # fmt: skip
    if not figures:
        told = "；".join(note.message for note in notes)
        raise ImportFailed(f"没有可以测出的数据：{told}", code="no_figures")
    tables = (("source", [source]), ("evidence", evidence), ("figure", figures))
    return tuple(build_table(noun, rows, range(1, len(rows) + 1)) for noun, rows in tables)


def _measure_samples(one: Observed) -> dict[str, Measured]:
    passages = one.passages
    minutes, order = passages.clearance_minutes, passages.arrived_seconds
    found = {"clearance_minutes": telemetry.measure_times(minutes, order=order)}
    if (passages.is_inspected >= 0).any():
        free = passages.is_inspected == 0
        found["clearance_without_inspection_minutes"] = telemetry.measure_times(
            minutes[free], order=order[free]
        )
    if one.states is not None:
        trips = telemetry.find_trips(one.states)
        found["round_trip_minutes"] = telemetry.measure_times(
            trips.cycle_minutes, order=trips.cycle_ended_seconds
        )
    return found


def _values_of(samples: Mapping[str, Measured]) -> Iterator[_Value]:
    for metric, sample in samples.items():
        for statistic, figure in sample.figures.items():
            yield _Value(f"{metric}.{statistic}", "minutes", figure.value_minutes,
                         figure.low_minutes, figure.high_minutes)  # fmt: skip


def _rates_of(one: Observed) -> Iterator[_Value]:
    """Shares of time, trips and freight of vehicles that spoke; freight of a gate's log."""
    if one.states is None:
        freight = telemetry.measure_freight(one.passages.load_kg, one.passages.released_seconds)
    else:
        trips = telemetry.find_trips(one.states)
        freight = telemetry.measure_freight(trips.load_kg, trips.ended_seconds)
        for doing, share in telemetry.measure_shares(one.states).items():
            if doing in _SHARES:
                yield _Value(_SHARES[doing], "ratio", share)
        first, last = one.period()
        vehicle_days = one.vehicles_count * (last - first) / _DAY_SECONDS
        if trips.ended_seconds.size and last - first >= _DAY_SECONDS:
            yield _Value("trips_per_vehicle_day", "count_per_day",
                         trips.ended_seconds.size / vehicle_days)  # fmt: skip
    if freight is not None:
        yield _Value("freight_t_per_day", "t_per_day", freight)


def _too_few(samples: Mapping[str, Measured]) -> Iterator[Problem]:
    for metric, sample in samples.items():
        if not sample.figures:
            word = metrics.name_of(metric)[0]
            least = telemetry.LEAST
            yield Problem("too_few", f"“{word}”只有 {sample.n} 次，至少 {least} 次才计入")


def _build_evidence(
    one: Observed, samples: Mapping[str, Measured], sha256: str, said: str
) -> dict[str, Any]:
    first, last = (_day(end) for end in one.period())
    title = f"运行实测 {first:%Y-%m-%d %H:%M} 至 {last:%Y-%m-%d %H:%M}"
    parts = [f"{one.vehicles_count} 台车，{len(one.passages)} 次通行"]
    if one.passages.n_left_out:
        parts.append(f"{one.passages.n_left_out} 次首尾不明，未计入")
    return {
        "key": f"measured-{sha256[:16]}-{one.project}"[:80],
        "project": one.project,
        "kind": "measurement",
        "title": title,
        "taken_on": last.date(),
        "measured": {metric: _plain(sample) for metric, sample in samples.items() if sample.n},
        "note": "；".join([*parts, *([said] if said else [])])[:2000],
    }


def _plain(sample: Measured) -> dict[str, Any]:
    return {
        "n": sample.n,
        "edges": _rounded(sample.edges),
        "counts": list(sample.counts),
        "quantiles": _rounded(sample.quantiles),
        "independent": [[share, round(n, 1)] for share, n in sample.independent],
    }


def _rounded(values: Iterable[float]) -> list[float]:
    return [float(f"{value:.6g}") for value in values]


def _build_figure(project: str, value: _Value, evidence: str) -> dict[str, Any]:
    metric, _, statistic = value.metric.partition(".")
    zh, en = metrics.name_of(metric)
    key = f"{project}-measured-{value.metric}"
    if len(key) > 80:
        key = f"measured-{hashlib.sha256(key.encode()).hexdigest()[:40]}"
    return {
        "key": key,
        "project": project,
        "metric": value.metric,
        "title": f"实测{zh}{f'（{_STATISTICS[statistic]}）' if statistic else ''}",
        "title_en": f"Measured: {en}{f' ({statistic})' if statistic else ''}",
        "value": _decimal(value.value),
        "low": _decimal(value.low),
        "high": _decimal(value.high),
        "unit": value.unit,
        "note": f"证据 {evidence}",
    }


def _decimal(number: float | None) -> Decimal | None:
    if number is None or not np.isfinite(number):
        return None
    return Decimal(repr(number)).quantize(_DIGITS)


def _day(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone(_BEIJING)
