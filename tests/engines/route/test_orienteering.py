"""Choosing stops under a time limit, against optima of Tsiligirides' and Chao's problems."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from tuijin.engines.route import Day, Stop, TourStatus, plan_tour

TOURS = Path(__file__).parents[4] / "shared" / "data" / "tours"
INSTANCES = [
    ("Tsiligirides_1", "tsiligirides_problem_1_budget_20.txt"),
    ("Tsiligirides_1", "tsiligirides_problem_1_budget_46.txt"),
    ("Tsiligirides_2", "tsiligirides_problem_2_budget_30.txt"),
    ("ChaoSet_64", "set_64_1_25.txt"),
]


def read_optimum(folder: str, name: str) -> int:
    with (TOURS / "computed_optima.csv").open(encoding="utf-8") as file:
        return next(
            int(float(row["best_score"]))
            for row in csv.DictReader(file)
            if (row["set"], row["file"]) == (folder, name)
        )


@pytest.mark.shared
@pytest.mark.skipif(not TOURS.exists(), reason="shared input is not beside the repository")
@pytest.mark.parametrize(("folder", "name"), INSTANCES)
def test_prizes_within_two_percent_of_the_optimum(folder, name):
    lines = (TOURS / "op" / folder / name).read_text(encoding="utf-8").split("\n")
    budget = float(lines[0].split()[0])
    points = np.array([[float(x) for x in line.split()] for line in lines[1:] if line.strip()])
    drives = np.linalg.norm(points[:, None, :2] - points[None, :, :2], axis=2)
    prizes = {str(i): int(score) for i, score in enumerate(points[2:, 2])}
    stops = [Stop(i, 0, is_required=False, prize_count=prize) for i, prize in prizes.items()]
    tour = plan_tour(stops, [Day(0, budget)], drives, n_iterations=3_000)
    assert tour.status is TourStatus.PLANNED
    score = sum(prizes[leg.stop] for leg in tour.legs)
    best = read_optimum(folder, name)
    assert best * 0.98 <= score <= best
