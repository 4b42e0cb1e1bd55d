"""Faults of a project between its parts: shares beyond the whole, names that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tuijin.engines.returns.benchmarks import load_benchmarks
from tuijin.engines.returns.factors import known_factors
from tuijin.engines.returns.spec import MAX_YEARS, Project
from tuijin.engines.returns.yearly import by_year
from tuijin.errors import Problem

Fault = tuple[str, str]


def find_faults(project: Project) -> list[Problem]:
    return [Problem("spec", message, field=path) for path, message in _faults(project)]


def _faults(project: Project) -> Iterator[Fault]:
    if project.n_years > MAX_YEARS:
        total = f"{project.n_years} years with construction"
        yield "/operation_years", f"must leave at most {MAX_YEARS} years in all, got {total}"
    if not project.assets:
        yield "/assets", "needs at least one asset"
    if not project.products:
        yield "/products", "needs at least one product"
    if project.industry is not None and project.industry not in load_benchmarks():
        known = ", ".join(load_benchmarks())
        yield "/industry", f"{project.industry!r} is not in the table; known are {known}"
    yield from _asset_faults(project)
    yield from _loan_faults(project)
    yield from _uncertain_faults(project)


def _asset_faults(project: Project) -> Iterator[Fault]:
    for name, asset in project.assets.items():
        path = f"/assets/{name}"
        if len(asset.yuan_by_year) > project.n_years:
            yield f"{path}/yuan_by_year", f"has more years than the project's {project.n_years}"
        first = asset.from_year or project.construction_years + 1
        spent = [n for n, amount in enumerate(asset.yuan_by_year, start=1) if amount]
        if spent and first < spent[-1]:
            yield f"{path}/from_year", f"must not be before the last spending, year {spent[-1]}"


def _loan_faults(project: Project) -> Iterator[Fault]:
    total = np.zeros(project.n_years)
    for name, loan in project.loans.items():
        total += by_year(loan.share_ratio, project.n_years)
        last = loan.grace_years + (1 if loan.repayment == "as_able" else loan.term_years)
        if last > project.operation_years:
            years = f"the project operates for {project.operation_years}"
            yield f"/loans/{name}/term_years", f"is repaid {last} years after the start; {years}"
    if (total > 1 + 1e-12).any():
        yield "/loans", f"pay {total.max():.10g} of a year's investment; at most 1"


def _uncertain_faults(project: Project) -> Iterator[Fault]:
    known = known_factors(project)
    for name, uncertain in project.uncertain.items():
        path = f"/uncertain/{name}"
        if name not in known:
            yield path, f"is not a factor; known are {', '.join(known)}"
        if not uncertain.low_ratio < uncertain.high_ratio:
            yield f"{path}/high_ratio", f"must exceed low_ratio, {uncertain.low_ratio}"
        elif uncertain.kind == "triangular" and not (
            uncertain.low_ratio <= uncertain.mode_ratio <= uncertain.high_ratio
        ):
            yield f"{path}/mode_ratio", "must lie between low_ratio and high_ratio"
    for n, pair in enumerate(project.correlations):
        for field, name in (("of", pair.of), ("with", pair.with_)):
            if name not in project.uncertain:
                yield f"/correlations/{n}/{field}", f"{name!r} is not one of the uncertain"
        if pair.of == pair.with_:
            yield f"/correlations/{n}/with", "must differ from `of`"
