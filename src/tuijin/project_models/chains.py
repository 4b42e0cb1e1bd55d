"""Pictures of a solved process chain: what flows where, and figures by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from tuijin.engines.balance import Balance, Figure
from tuijin.engines.balance.spec import INWARDS
from tuijin.project_models import (
    TYPICAL,
    Bar,
    Bars,
    Cell,
    Flow,
    Flows,
    MaterialLine,
    Parameter,
    Table,
)
from tuijin.project_models.formulas import (
    Bounds,
    Formulas,
    Given,
    decide_by_formula,
    range_of,
)

# Id of a step or material to its Chinese and English name.
Names = Mapping[str, tuple[str, str]]
_NEGLIGIBLE_T = 1e-6


def middle_of(parameter: Parameter) -> float | None:
    """Return the value, else the middle of the range, else None."""
    if not parameter.is_known:
        return None
    low, high = parameter.ends
    return parameter.value if parameter.value is not None else (low + high) / 2


def known_or_typical(given: Given, name: str) -> float:
    """Return the middle of what is on record or else typical; the sheet has one of them."""
    rows = (given[row] for row in (name, TYPICAL + name) if row in given)
    found = next((middle for row in rows if (middle := middle_of(row)) is not None), None)
    assert found is not None, name
    return found


def picture_flows(balance: Balance, names: Names, *, id: str, title: tuple[str, str]) -> Flows:
    """
    Tonnes per tonne of product, from what comes in to what goes out.

    What an earlier step takes back ends at a node of its own and starts again at another, so that
    the arrows form no circle.
    """
    arrows = [a for a in _arrows(balance) if a[2] > _NEGLIGIBLE_T]
    ids = dict.fromkeys(end for source, target, _ in arrows for end in (source, target))
    nodes = tuple((node, *_name(node, names)) for node in ids)
    flows = tuple(Flow(source, target, tonnes, "t") for source, target, tonnes in arrows)
    return Flows(id, *title, nodes, flows)


def _arrows(balance: Balance) -> Iterator[tuple[str, str, float]]:
    order = {step: n for n, step in enumerate(balance.chain.steps)}
    product = balance.chain.product.material
    for name, material in balance.chain.materials.items():
        flows = {
            step: float((balance.flow_t_per_year(name, step) / balance.t_per_year).mean())
            for found, step in balance.net
            if found == name
        }
        givers = {step: tonnes for step, tonnes in flows.items() if tonnes > 0}
        takers = {step: -tonnes for step, tonnes in flows.items() if tonnes < 0}
        if material.boundary in INWARDS:
            yield from ((name, step, tonnes) for step, tonnes in takers.items())
        elif material.boundary != "inside":
            yield from ((step, name, tonnes) for step, tonnes in givers.items())
        else:
            total = sum(givers.values())
            for giver, given in givers.items():
                for taker, taken in takers.items():
                    tonnes = taken * given / total
                    if order[giver] < order[taker]:
                        yield giver, taker, tonnes
                    else:
                        yield giver, f"{name}.out", tonnes
                        yield f"{name}.in", taker, tonnes
                if name == product:
                    yield giver, name, given


def _name(node: str, names: Names) -> tuple[str, str]:
    base, _, way = node.partition(".")
    zh, en = names[base]
    return (f"{zh}（返料）", f"{en} (recycled)") if way else (zh, en)


def picture_steps(
    figure: Figure, names: Names, *, id: str, title: tuple[str, str], factor: float = 1.0
) -> Bars:
    """Return a figure by step; steps that add nothing are left out."""
    return Bars(
        id, *title,
        tuple(
            bar_of(*names[step], sample * factor, figure.unit)
            for step, sample in figure.by_step.items()
            if np.any(sample)
        ),
    )  # fmt: skip


def bar_of(zh: str, en: str, sample: np.ndarray, unit: str) -> Bar:
    """Middle and ends of a sample."""
    return bar_between(zh, en, (float(sample.min()), float(sample.max())), unit)


def bar_of_metric(formulas: Formulas, given: Given, metric: str, zh: str, en: str) -> Bar:
    """Middle and ends of a metric over what is on record or else typical."""
    return bar_between(zh, en, range_of(formulas, given, metric), formulas[metric].unit)


def bar_between(zh: str, en: str, ends: tuple[float, float], unit: str) -> Bar:
    low, high = ends
    is_range = low < high
    return Bar(
        zh, en, (low + high) / 2, unit, low if is_range else None, high if is_range else None
    )


def table_of_needs(
    formulas: Formulas, given: Given, bounds: Bounds,
    wanted: Iterable[tuple[str, float, str, str]],
) -> Table:  # fmt: skip
    """
    Return the values at which each claim is just met, the others on record or else typical.

    Parameters
    ----------
    wanted
        Metric, target, and what is claimed in Chinese and English.
    """
    rows = []
    for metric, target, zh, en in wanted:
        decided = decide_by_formula(formulas, given, bounds, metric=metric, target=target)
        for name, low, high in decided:
            row = given[name]
            rows.append((
                (zh, en), (row.description_zh, row.description),
                Cell(low, row.unit), Cell(high, row.unit),
            ))  # fmt: skip
    head = (("承诺", "Claim"), ("决定它的数", "What decides it"), ("界限（低）", "Limit, low"),
            ("界限（高）", "Limit, high"))  # fmt: skip
    return Table("needs", "承诺成立的界限", "Limits at which the claims are just met", head,
                 tuple(rows))  # fmt: skip


def material_lines(
    balance: Balance, names: Names, output: Parameter, *, codes: Mapping[str, str]
) -> tuple[MaterialLine, ...]:
    """
    Return a line for the product and for each material of `codes` that crosses the boundary.

    Tonnes a tonne of product times the output on record; without it, no tonnes.
    """
    lines = []
    for name, code in codes.items():
        per_t = float((balance.crossing_t_per_year(name) / balance.t_per_year).mean())
        ends = tuple(abs(per_t) * end for end in output.ends) if output.is_known else (None, None)
        lines.append(MaterialLine(code, *names[name], per_t > 0, *ends))
    return tuple(lines)
