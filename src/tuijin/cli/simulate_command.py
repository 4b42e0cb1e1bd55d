"""`tuijin simulate SPEC`: run a network that is described in JSON, and print its figures."""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuijin import __version__
from tuijin.cli.spec_file import MAX_SPEC_BYTES, read_bytes
from tuijin.engines.flow import Network, Result, read_network, simulate
from tuijin.errors import ParameterOutOfRange
from tuijin.importers.strict_json import parse_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", type=Path, metavar="SPEC", help="network as JSON; - is stdin")
    parser.add_argument("--replications", type=int, metavar="N", help="instead of the spec's")
    parser.add_argument("--seed", type=int, metavar="N", help="instead of the spec's")
    parser.add_argument(
        "--threads", type=int, default=os.cpu_count() or 1, metavar="N", help="default %(default)s"
    )


def run(args: argparse.Namespace) -> int:
    data = read_bytes(args.spec)
    network = _change(read_network(parse_json(data, max_bytes=MAX_SPEC_BYTES)), args)
    result = simulate(network, threads=max(1, args.threads), progress=_progress())
    if args.json:
        print(json.dumps(_document(result, data), ensure_ascii=False, indent=1))
    else:
        print(render(result))
    return 0


def _change(network: Network, args: argparse.Namespace) -> Network:
    run = network.run
    for name, low in (("replications", 1), ("seed", 0)):
        value = getattr(args, name)
        if value is None:
            continue
        if value < low:
            raise ParameterOutOfRange(f"{name} must be at least {low}, got {value}")
        run = replace(run, **{name: value})
    return replace(network, run=run)


def _progress() -> Any:
    """Tell how far it is, on stderr, where somebody looks."""
    if not sys.stderr.isatty():
        return None

    def tell(share: float) -> None:
        print(f"\r{share:6.1%}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)

    return tell


def _document(result: Result, data: bytes) -> dict[str, Any]:
    """The same spec, seed and version give the same bytes."""
    run = result.network.run
    figures = {
        name: {
            "unit": found.unit,
            "mean": _number(found.mean),
            "interval": [_number(found.low), _number(found.high)],
            "deviation": _number(found.deviation),
            "replications": found.n_replications,
        }
        for name, found in result.estimates.items()
    }
    return {
        "name": result.network.name,
        "version": __version__,
        "spec_sha256": hashlib.sha256(data).hexdigest(),
        "seed": run.seed,
        "confidence": run.confidence,
        "events": result.n_events,
        "figures": figures,
    }


def _number(value: float) -> float | None:
    """JSON has no NaN: a mean of nothing is null."""
    return value if math.isfinite(value) else None


def render(result: Result) -> str:
    """Return one line a figure: name, mean, interval, unit."""
    rows = [
        (name, f"{e.mean:,.6g}", f"[{e.low:,.6g}, {e.high:,.6g}]", e.unit)
        for name, e in result.estimates.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        f"{name:<{widths[0]}}  {mean:>{widths[1]}}  {interval:<{widths[2]}}  {unit}"
        for name, mean, interval, unit in rows
    ]
    n = next(iter(result.values.values())).size
    run = result.network.run
    lines.append(f"{n} replications, {run.confidence:.0%} intervals, seed {run.seed}")
    return "\n".join(lines)
