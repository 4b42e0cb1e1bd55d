"""`tuijin import`: bring files into the ledger, each all or nothing."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tuijin.errors import BadInput, ImportFailed
from tuijin.importers.prescan import MAX_FILE_BYTES
from tuijin.ledger import batches, intake, parsing

_SHOWN = {"new": "新增", "changed": "变更", "unchanged": "不变", "refused": "拒绝"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="xlsx, csv, json, …")
    parser.add_argument("--dry-run", action="store_true", help="show what would change, and stop")


def run(args: argparse.Namespace) -> int:
    results = []
    for path in args.paths:
        data = _read(path)
        results.append(_dry_run(data, path) if args.dry_run else _import(data, path))
        if not args.json:
            _print(results[-1])
    if args.json:
        print(json.dumps({"files": results}, ensure_ascii=False, indent=1))
    return 0


def _read(path: Path) -> bytes:
    """Read no more than is allowed, and a little: enough to know that it is too much."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_FILE_BYTES + 65_536)
    except OSError as error:
        raise BadInput(f"读不到 {path}：{error.strerror}", code="unreadable") from error


def _import(data: bytes, path: Path) -> dict[str, Any]:
    print(f"{path.name} …", file=sys.stderr)
    outcome = batches.import_now(data, name=path.name)
    batch = outcome.batch
    code = "already_imported" if outcome.is_repeat else "imported"
    return {"file": path.name, "result": code, "batch": str(batch.pk), "counts": batch.counts}


def _dry_run(data: bytes, path: Path) -> dict[str, Any]:
    importer = parsing.choose_importer(data, name=path.name)
    parsed = parsing.parse(
        data, name=path.name, importer=importer, mappings=batches.load_mappings()
    )
    found = intake.preview(parsed.tables, problems=parsed.problems)
    if found.refused:
        raise ImportFailed(f"{len(found.refused)} 处不符合要求", problems=found.refused)
    return {"file": path.name, "result": "would_import", "counts": found.counts}


def _print(result: dict[str, Any]) -> None:
    counts = "，".join(f"{_SHOWN[name]} {count}" for name, count in result["counts"].items())
    said = {"already_imported": "已导入过，未作改动", "would_import": "预览", "imported": "已入账"}
    print(f"{result['file']}  {said[result['result']]}  {counts}")
