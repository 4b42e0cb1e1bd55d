"""Plants of 25 years with a loan, working capital and full tax, no two alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from tuijin.engines.returns import Project, read_project

Factors = dict[str, np.ndarray]


def describe_plant(size: float) -> dict[str, Any]:
    return {
        "construction_years": 2,
        "operation_years": 23,
        "benchmark_ratio": 0.12,
        "equity_benchmark_ratio": 0.13,
        "load_ratio": [0.7, 0.9, 1.0],
        "products": {"anode": {"quantity": 50_000 * size, "price": 20_000, "vat_ratio": 0.13}},
        "costs": {
            "materials": {"yuan_per_year": 6e8 * size, "vat_ratio": 0.13},
            "wages": {"yuan_per_year": 5e7 * size, "varies": False},
        },
        "assets": {
            "works": {"kind": "building", "yuan_by_year": [3e8 * size, 2e8 * size],
                      "life_years": 20, "residual_ratio": 0.05, "vat_ratio": 0.09},
            "machines": {"yuan_by_year": [0, 8e8 * size], "life_years": 10,
                         "residual_ratio": 0.05, "vat_ratio": 0.13},
        },
        "loans": {"bank": {"share_ratio": 0.7, "rate_ratio": 0.049, "term_years": 10}},
        "working_capital": {"yuan_by_year": 1e8 * size, "rate_ratio": 0.0435},
        "income_tax": {"western": True},
    }  # fmt: skip


def build_plants(n_projects: int, n_draws: int) -> tuple[list[Project], list[Factors]]:
    rng = np.random.default_rng(2)
    plants = [read_project(describe_plant(size)) for size in rng.uniform(0.2, 5, n_projects)]
    factors = [
        {name: rng.uniform(0.8, 1.2, n_draws) for name in ("price", "volume", "cost", "investment")}
        for _ in plants
    ]
    return plants, factors


def count_draws(factors: list[Factors]) -> int:
    return sum(each["price"].size for each in factors)
