"""Sobol's indices against those published for Ishigami's function."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tuijin.project_models import Parameter
from tuijin.project_models.sensitivity import build_design, explain, quantile


def ranges(*names):
    return [Parameter(n, "ratio", None, -math.pi, math.pi, "") for n in names]


def ishigami(x):
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def test_ishigami():
    """T. Ishigami, T. Homma, 1990: first 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437."""
    found = explain(ishigami, ranges("x1", "x2", "x3"), n_points=4096, seed=7)
    by_name = {one.name: one for one in found}
    assert [one.name for one in found] == ["x1", "x2", "x3"]
    for name, first, total in (
        ("x1", 0.3139, 0.5576), ("x2", 0.4424, 0.4424), ("x3", 0.0, 0.2437)
    ):  # fmt: skip
        assert by_name[name].first_ratio == pytest.approx(first, abs=0.02)
        assert by_name[name].total_ratio == pytest.approx(total, abs=0.02)
        assert by_name[name].low_ratio <= total <= by_name[name].high_ratio


def test_the_same_seed_gives_the_same_indices():
    one, two = (explain(ishigami, ranges("a", "b", "c"), n_points=64, seed=3) for _ in range(2))
    assert one == two


def test_what_does_not_move_it_is_left_out():
    (only,) = explain(lambda x: 3 * x[1], ranges("idle", "moves"), n_points=16, seed=1)
    assert (only.name, only.total_ratio) == ("moves", 1.0)
    assert explain(lambda x: 0 * x[0], ranges("idle"), n_points=16, seed=1) == ()


def test_quantiles_of_a_triangle_are_numpys():
    triangle = Parameter("t", "ratio", 3.0, 1.0, 9.0, "")
    drawn = np.random.default_rng(1).triangular(1, 3, 9, 200_000)
    shares = np.array([0.05, 0.25, 0.5, 0.9])
    assert quantile(triangle, shares) == pytest.approx(np.quantile(drawn, shares), abs=0.03)


def test_design_keeps_to_the_ranges():
    design = build_design(ranges("a", "b"), n_points=8, seed=2)
    assert design.points.shape == (2, 8 * 4)
    assert (np.abs(design.points) <= math.pi).all()
