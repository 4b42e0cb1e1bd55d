"""Benchmark rates of return by industry, before financing and tax: a table with its sources."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tuijin.engines.returns.spec import Project


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A row of `benchmarks.csv`; `confidence` is official, or vendor for a circulated list."""

    industry: str
    name_zh: str
    name_en: str
    benchmark_ratio: float
    confidence: str
    source: str


@cache
def load_benchmarks() -> dict[str, Benchmark]:
    text = files(__package__).joinpath("benchmarks.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["industry"]: Benchmark(
            **{**row, "benchmark_ratio": float(row["benchmark_ratio"])}  # type: ignore[arg-type]
        )
        for row in rows
    }


def benchmark_ratio(project: Project) -> float | None:
    """The project's own benchmark, else its industry's, else none."""
    if project.benchmark_ratio is not None or project.industry is None:
        return project.benchmark_ratio
    return load_benchmarks()[project.industry].benchmark_ratio
