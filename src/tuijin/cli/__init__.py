"""The `tuijin` command: one file a command, imported only when asked for."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys

from tuijin.errors import TuijinError

# command -> one line of help, whether it needs the database, and which action of ledger/roles.py
# it is.
# The module is the name with "_".
COMMANDS: dict[str, tuple[str, bool, str]] = {
    "up": ("set up, load the example on first start, serve web, API and worker", True, "configure"),
    "import": ("bring files into the ledger", True, "import"),
    "measure": ("measure a long log of VDA 5050 messages", True, "import"),
    "listen": ("receive VDA 5050 messages from an MQTT broker, and measure them", True, "import"),
    "extract": ("read facts out of articles; touches no database", False, "read"),
    "simulate": ("run a network of queues and machines described as JSON", False, "read"),
    "balance": ("material, energy and carbon balance of a process chain in JSON", False, "read"),
    "appraise": ("returns of a project, or of dated cash flows", False, "read"),
    "verify": ("run the claims", True, "verify"),
    "meet": ("a meeting: new, pack, brief", True, "decide"),
    "push": ("what is due, late, and to be escalated", True, "dispatch"),
    "trail": ("check that nobody rewrote the trail: verify, checkpoint", True, "trail"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    parser = argparse.ArgumentParser(prog="tuijin", description="推进: executable promises")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    name = next((a for a in (argv or sys.argv[1:]) if not a.startswith("-")), "")
    for command, (line, needs_database, _) in COMMANDS.items():
        sub = commands.add_parser(command, help=line, description=line)
        if command == name:
            if needs_database:
                _start_django()
            module = importlib.import_module(f"tuijin.cli.{command}_command")
            sub.add_argument("--json", action="store_true", help="one JSON document on stdout")
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    args = parser.parse_args(argv)
    try:
        return int(_run_scoped(args) if COMMANDS[args.command][1] else args.run(args))
    except TuijinError as error:
        _print_error(error, as_json=args.json)
        return error.exit_code
    except BrokenPipeError:
        return 0


def _start_django() -> None:
    """Start Django; commands that need no database do without, and are quicker."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuijin.site.settings")
    importlib.import_module("django").setup()


def _run_scoped(args: argparse.Namespace) -> int:
    """Run as whoever owns the machine: the shell is the sign-in."""
    scope = importlib.import_module("tuijin.ledger.scope")
    if args.command != "up":
        importlib.import_module("tuijin.cli.first_start").prepare_once()
    with scope.active(scope.system_scope(args.command)):
        current = scope.current()
        current.require(COMMANDS[args.command][2])
        return int(args.run(args))


def _print_error(error: TuijinError, *, as_json: bool) -> None:
    if as_json:
        body = {
            "title": error.title, "status": error.status, "code": error.code,
            "detail": error.detail, "errors": [p.as_wire() for p in error.problems[:200]],
        }  # fmt: skip
        print(json.dumps(body, ensure_ascii=False))
        return
    print(f"{error.title}（{error.code}）：{error.detail}", file=sys.stderr)
    for problem in error.problems[:200]:
        where = " ".join(
            str(part) for part in (problem.sheet, problem.row or "", problem.column) if part
        )
        print(f"  {where}  {problem.message}  {problem.expected}", file=sys.stderr)
