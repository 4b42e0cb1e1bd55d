"""`tuijin appraise SPEC`: returns of a project; `--cashflows FILE`: those of dated flows."""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from pathlib import Path
from typing import Any

from tuijin import __version__
from tuijin.cli.appraisal_report import describe, render
from tuijin.cli.dated_flows import parse_dated_flows
from tuijin.cli.spec_file import MAX_SPEC_BYTES, read_bytes
from tuijin.engines.returns import (
    dated_rates,
    dated_value_yuan,
    read_project,
    simulate,
)
from tuijin.errors import ParameterOutOfRange, UsageError
from tuijin.importers.csv_rows import MAX_FILE_BYTES
from tuijin.importers.strict_json import parse_json

MAX_DRAWS = 1_000_000
_DISCOUNT_RATIO = 0.10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", nargs="?", type=Path, metavar="SPEC", help="project; - is stdin")
    parser.add_argument("--cashflows", type=Path, metavar="FILE", help="CSV of date and amount")
    parser.add_argument("--draws", type=int, metavar="N", help="instead of the spec's")
    parser.add_argument("--seed", type=int, metavar="N", help="instead of the spec's")
    parser.add_argument("--xlsx", type=Path, metavar="FILE", help="write statements with formulas")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of the workbook")


def run(args: argparse.Namespace) -> int:
    if (args.spec is None) == (args.cashflows is None):
        raise UsageError("give either SPEC or --cashflows FILE")
    if args.cashflows is not None:
        return _run_cashflows(args)
    data = read_bytes(args.spec)
    project = read_project(parse_json(data, max_bytes=MAX_SPEC_BYTES))
    n_draws = _given("draws", args.draws, project.run.draws, low=1, high=MAX_DRAWS)
    seed = _given("seed", args.seed, project.run.seed, low=0, high=2**63)
    document = {
        "name": project.name,
        "version": __version__,
        "spec_sha256": hashlib.sha256(data).hexdigest(),
        **describe(project, risk=simulate(project, n_draws=n_draws, seed=seed)),
    }
    if args.xlsx is not None:
        from tuijin.plan.appraisal_workbook import write_workbook

        args.xlsx.write_bytes(write_workbook(project, language=args.language))
    if args.json:
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        print(render(document))
    return 0


def _run_cashflows(args: argparse.Namespace) -> int:
    if args.draws is not None or args.seed is not None or args.xlsx is not None:
        raise UsageError("--draws, --seed and --xlsx need a SPEC, not --cashflows")
    data = read_bytes(args.cashflows, most=MAX_FILE_BYTES)
    dates, amounts = parse_dated_flows(data, name=args.cashflows.name)
    found = dated_rates(dates, amounts)
    value = dated_value_yuan(dates, amounts, rate_ratio=_DISCOUNT_RATIO)
    document: dict[str, Any] = {
        "xirr": None if math.isnan(found.rate_ratio) else found.rate_ratio,
        "xnpv_10": value,
        "status": found.status.name.lower(),
        "roots": list(found.all_ratio),
        "flows": len(amounts),
    }
    if args.json:
        print(json.dumps(document))
        return 0
    rates = ", ".join(f"{rate:.6%}" for rate in found.all_ratio) or "none"
    print(f"xirr     {rates}  ({document['status']})\nxnpv_10  {value:,.2f}")
    return 0


def _given(name: str, value: int | None, otherwise: int, *, low: int, high: int) -> int:
    if value is not None and not low <= value <= high:
        raise ParameterOutOfRange(f"{name} must be from {low} to {high:,}, got {value}")
    return otherwise if value is None else value
