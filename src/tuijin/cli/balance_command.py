"""`tuijin balance SPEC`: material, energy and carbon balance of a process chain in JSON."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from tuijin import __version__
from tuijin.cli.spec_file import MAX_SPEC_BYTES, read_bytes
from tuijin.engines.balance import (
    Balance,
    Closure,
    Comparison,
    Figure,
    check_closure,
    compare_levels,
    draw_chain,
    read_chain,
    read_figures,
    solve,
)
from tuijin.errors import ParameterOutOfRange
from tuijin.importers.strict_json import parse_json

MAX_DRAWS = 100_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", type=Path, metavar="SPEC", help="chain as JSON; - is stdin")
    parser.add_argument(
        "--draws", type=int, default=1000, metavar="N", help="of ranges; default %(default)s"
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="of the draws; default %(default)s"
    )


def run(args: argparse.Namespace) -> int:
    for name, low, high in (("draws", 1, MAX_DRAWS), ("seed", 0, 2**53)):
        if not low <= getattr(args, name) <= high:
            raise ParameterOutOfRange(f"{name} must be {low} to {high}, got {getattr(args, name)}")
    data = read_bytes(args.spec)
    chain = read_chain(parse_json(data, max_bytes=MAX_SPEC_BYTES))
    rng = np.random.default_rng(args.seed)
    balance = solve(draw_chain(chain, n_draws=args.draws, rng=rng), n_draws=args.draws)
    closures = check_closure(balance)
    figures = read_figures(balance)
    comparisons = compare_levels(chain.levels, figures)
    if args.json:
        document = {
            "name": chain.name,
            "version": __version__,
            "spec_sha256": hashlib.sha256(data).hexdigest(),
            "seed": args.seed,
            "draws": args.draws,
            **_document(balance, closures, figures, comparisons),
        }
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        print(render(balance, figures, comparisons))
    return 0


def _document(
    balance: Balance,
    closures: tuple[Closure, ...],
    figures: dict[str, Figure],
    comparisons: tuple[Comparison, ...],
) -> dict[str, Any]:
    worst = max((c.worst_ratio for c in closures if c.of != "energy"), default=0.0)
    return {
        "product": {"material": balance.chain.product.material, **_spread(balance.t_per_year)},
        "figures": {name: _figure(figure) for name, figure in figures.items()},
        "materials": {
            name: {"boundary": material.boundary, "unit": "t_per_t"}
            | _spread(_per_t(balance, name))
            for name, material in balance.chain.materials.items()
            if material.boundary != "inside"
        },
        "levels": {
            c.key: {
                "figure": c.level.figure, "level": c.level.level, "unit": c.unit,
                "within_ratio": c.within_ratio, "excess": c.excess, "source": c.level.source,
                "verified": c.level.verified,
            }
            for c in comparisons
        },
        "closure": {"worst_ratio": worst, "checked": len(closures)},
    }  # fmt: skip


def _per_t(balance: Balance, material: str) -> np.ndarray:
    return np.abs(balance.crossing_t_per_year(material)) / balance.t_per_year


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "unit": figure.unit,
        **_spread(figure.sample),
        "by_step": {step: float(sample.mean()) for step, sample in figure.by_step.items()},
        "missing": list(figure.missing),
        "unverified": list(figure.unverified),
        "factor_years": list(figure.factor_years),
    }


def _spread(sample: np.ndarray) -> dict[str, Any]:
    """Mean and the middle 95 % of the draws; null where it is not known."""
    if not sample.size:
        return {"mean": None, "interval": None}
    low, high = np.quantile(sample, [0.025, 0.975])
    return {"mean": float(sample.mean()), "interval": [float(low), float(high)]}


def render(
    balance: Balance, figures: dict[str, Figure], comparisons: tuple[Comparison, ...]
) -> str:
    """Return a line for each figure, each material that crosses, and each level."""
    lines = [_line(name, f.sample, f.unit, _remark(f)) for name, f in figures.items()]
    lines += [
        _line(f"{material.boundary} {name}", _per_t(balance, name), "t_per_t", "")
        for name, material in balance.chain.materials.items()
        if material.boundary != "inside"
    ]
    for c in comparisons:
        seen = "not known" if c.within_ratio is None else f"{c.within_ratio:.0%} of draws within"
        mark = "" if c.level.verified else "  (level unverified)"
        lines.append(f"{c.key:<28}  {seen}  {c.level.level:g} {c.unit}{mark}")
    return "\n".join(lines)


def _line(name: str, sample: np.ndarray, unit: str, remark: str) -> str:
    found = _spread(sample)
    if found["interval"] is None:
        return f"{name:<28}  {'not known':>12}  {unit}{remark}"
    low, high = found["interval"]
    return f"{name:<28}  {found['mean']:>12,.6g}  [{low:,.6g}, {high:,.6g}]  {unit}{remark}"


def _remark(figure: Figure) -> str:
    parts = [f"missing {', '.join(figure.missing)}"] if figure.missing else []
    if figure.unverified:
        parts.append(f"rests on unverified {', '.join(figure.unverified)}")
    if figure.factor_years:
        parts.append(f"factor of {', '.join(map(str, figure.factor_years))}")
    return f"  {'; '.join(parts)}" if parts else ""
