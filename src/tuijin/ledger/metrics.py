"""Names of metrics in words, for a reader who does not know `clearance_minutes`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tuijin.importers.nouns import CHOICES
from tuijin.project_models import TYPICAL

_FILE = Path(__file__).parent / "data" / "metrics.csv"


@dataclass(frozen=True, slots=True)
class MetricName:
    """A row of `data/metrics.csv`; `docs/metrics.md` shows the same rows."""

    metric: str
    unit: str
    name: str
    name_en: str


@cache
def load_metrics() -> Mapping[str, MetricName]:
    """Return the metrics that have a name; anybody may record others, which go by their code."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return {
            row["metric"]: MetricName(row["metric"], row["unit"], row["name"], row["name_en"])
            for row in csv.DictReader(stream)
        }


def words_of(name: str) -> tuple[str, str]:
    """Words for a name that a check reads: the metric's, with the statistic of it on record."""
    metric, _, statistic = name.removeprefix("place.").partition(".")
    zh, en = name_of(metric)
    if not statistic:
        return zh, en
    statistic_zh, statistic_en = CHOICES["statistic"].get(statistic, (statistic, statistic))
    return f"{zh}（{statistic_zh}）", f"{en} ({statistic_en.lower()})"


def name_of(metric: str) -> tuple[str, str]:
    """Return the name in Chinese and English, or the code itself twice."""
    known = load_metrics().get(metric.removeprefix(TYPICAL))
    if known is None:
        return metric, metric
    if metric.startswith(TYPICAL) and metric not in load_metrics():
        return f"同类水平：{known.name}", f"Typical: {known.name_en}"
    return known.name, known.name_en
