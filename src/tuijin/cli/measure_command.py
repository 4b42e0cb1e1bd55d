"""`tuijin measure`: what a long log of VDA 5050 messages says, and who shall accept it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tuijin.errors import NotFound
from tuijin.ledger import batches, message_logs, scope
from tuijin.ledger.models import User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="LOG", help="one JSON message a line")
    parser.add_argument(
        "--gate", action="append", default=[], metavar="NODE",
        help="a node of a gate; default: where vehicles wait for a release",
    )  # fmt: skip
    add_acceptance(parser)


def add_acceptance(parser: argparse.ArgumentParser) -> None:
    """Add who accepts: nobody yet, somebody on the web, or whoever runs the command."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--for", dest="user", metavar="USER", help="who shall accept it on the web")
    group.add_argument("--accept", action="store_true", help="write it to the ledger now")


def run(args: argparse.Namespace) -> int:
    report(measure(args.path, args), as_json=args.json)
    return 0


def measure(path: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Measure a log, and propose or accept what came of it, as the arguments say."""
    found = message_logs.measure_log(path, gates=tuple(getattr(args, "gate", ())))
    result = {**found.document, "figures": _figures(found), "result": "measured", "batch": None}
    if not (args.user or args.accept):
        return result
    who = _scope_of(args.user) if args.user else scope.current()
    with scope.active(who):
        batch = message_logs.propose(found).batch
        if args.accept and batch.status == batch.Status.PREVIEW:
            batch = batches.accept(batch.pk, digest=batch.details["digest"]).batch
    return {**result, "result": batch.status, "batch": str(batch.pk)}


def _scope_of(username: str) -> scope.Scope:
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotFound(f"没有用户 {username}")
    return scope.build_scope(user)


def _figures(found: message_logs.Measurement) -> list[dict[str, Any]]:
    """Figures as plain values, for reading."""
    table = next(table for table in found.parsed.tables if table.noun == "figure")
    columns = ("project", "metric", "value", "low", "high", "unit")
    rows = zip(*(table.columns[name] for name in columns), strict=True)
    return [
        {n: v if isinstance(v, str) or v is None else float(v) for n, v in
         zip(columns, row, strict=True)}
        for row in rows
    ]  # fmt: skip


def report(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
        return
    counts = result["messages"]
    left_out = "，".join(f"{reason} {n}" for reason, n in counts["left_out"].items())
    print(f"{counts['seen']} 条报文，采用 {counts['taken']} 条；未采用：{left_out or '无'}；"
          f"编号中断 {counts['gaps']} 处，缺 {counts['lost']} 条")  # fmt: skip
    for row in result["figures"]:
        ends = "" if row["low"] is None else f"[{row['low']:.4g}, {row['high']:.4g}]"
        print(f"{row['project']}  {row['metric']:<44} {row['value']:.4g} {ends} {row['unit']}")
    if result["batch"]:
        print(f"{result['result']}  {result['batch']}")
