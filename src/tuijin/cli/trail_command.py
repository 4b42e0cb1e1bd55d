"""`tuijin trail`: has anybody rewritten it? And a checkpoint to keep elsewhere."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tuijin.ledger import chain

_REASONS = {"edited": "被改动", "cut": "被截断", "rewritten": "被整体重写"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("step", choices=("verify", "checkpoint"))
    parser.add_argument(
        "--checkpoints", type=Path, metavar="FILE", help="checkpoints kept elsewhere, or mailed"
    )
    parser.add_argument(
        "--noted", action="append", default=[], metavar="SIZE:HASH", help="one that was printed"
    )


def run(args: argparse.Namespace) -> int:
    return _checkpoint() if args.step == "checkpoint" else _verify(args)


def _checkpoint() -> int:
    """Print one line to be printed, mailed or written once."""
    point = chain.make_checkpoint()
    if point is not None:
        print(point.as_line())
    return 0


def _verify(args: argparse.Namespace) -> int:
    kept = chain.read_checkpoints(args.checkpoints) if args.checkpoints else None
    found = chain.check(kept, noted=[chain.parse_noted(text) for text in args.noted])
    if args.json:
        print(json.dumps(found.as_dict()))
    elif found.is_whole:
        until = f"，检查点至 {found.last_good.size}" if found.last_good else "，没有检查点"
        print(f"留痕完整：{found.size} 条{until}")
    else:
        good = found.last_good.size if found.last_good else 0
        print(
            f"留痕{_REASONS[found.reason]}：首个不符 {found.first_bad}，最后可信检查点 {good}",
            file=sys.stderr,
        )
    return 0 if found.is_whole else 3
