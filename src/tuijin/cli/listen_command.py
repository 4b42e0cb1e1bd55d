"""`tuijin listen`: receive what a project's vehicles say, then measure it."""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from tuijin.cli.measure_command import add_acceptance, measure, report
from tuijin.errors import BadInput, ImportFailed, NotFound, UsageError
from tuijin.ledger.listening import Broker, Listener
from tuijin.ledger.measuring import load_bindings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--broker", required=True, metavar="HOST[:PORT]", help="MQTT broker")
    parser.add_argument("--project", required=True, metavar="KEY", help="whose vehicles to hear")
    parser.add_argument("--interface", default="+", help="first part of the topics; default any")
    parser.add_argument(
        "--credentials", type=Path, metavar="FILE", help="user name and password, a line each"
    )
    parser.add_argument("--ca", default="", metavar="FILE", help="certificates for TLS")
    parser.add_argument("--seconds", type=float, metavar="N", help="stop after N seconds")
    add_acceptance(parser)


def run(args: argparse.Namespace) -> int:
    bound = {vehicle for vehicle, key in load_bindings().items() if key == args.project}
    if not bound:
        raise NotFound(f"项目 {args.project} 没有登记车辆：请先导入“车辆”（制造商、序列号、项目）")
    spool = _spool_path(args.project)
    listener = Listener(_broker(args), spool=spool, bound=bound)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, listener.stop)
    print(f"{len(bound)} 台车 → {spool}", file=sys.stderr, flush=True)
    listener.listen(seconds=args.seconds)
    counts = listener.counts.as_dict()
    print(f"收到 {counts}", file=sys.stderr)
    if not counts["taken"]:
        raise ImportFailed(f"没有收到可用的报文：{counts}", code="nothing_taken")
    report({**measure(spool, args), "received": counts}, as_json=args.json)
    return 0


def _spool_path(project: str) -> Path:
    folder = Path(settings.CONFIG.home) / "telemetry" / project
    return folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z.jsonl"


def _broker(args: argparse.Namespace) -> Broker:
    host, _, port = args.broker.partition(":")
    if not (host and (not port or (port.isdecimal() and 0 < int(port) < 65_536))):
        raise UsageError(f"--broker 应为 HOST 或 HOST:PORT，收到 {args.broker!r}")
    username, password = _credentials(args.credentials) if args.credentials else ("", "")
    default = 8883 if args.ca else 1883
    return Broker(host, int(port or default), args.interface, username, password, args.ca)


def _credentials(path: Path) -> tuple[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadInput(f"读不到 {path.name}：{error.strerror}", code="unreadable") from error
    if len(lines) < 2:
        raise UsageError(f"{path.name} 应有两行：用户名、密码")
    return lines[0], lines[1]
