"""`tuijin meet`: make a meeting, write its pack and its brief."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone, translation

from tuijin.errors import BadInput, NotFound, UsageError
from tuijin.ledger import references
from tuijin.meet import brief, documents, ordering, planning
from tuijin.meet.models import Meeting
from tuijin.paper import Brief, Pack, render_docx, render_pdf

_WRITERS = {".pdf": render_pdf, ".docx": render_docx}
_BUILDERS: dict[str, Callable[..., Brief | Pack]] = {
    "pack": documents.build_pack,
    "brief": brief.build_brief,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    new = acts.add_parser("new", help="record a meeting and put projects on its tour")
    new.add_argument("title")
    new.add_argument("--place", required=True, help="code or name")
    new.add_argument("--from", dest="starts_on", required=True, type=date.fromisoformat)
    new.add_argument("--to", dest="ends_on", type=date.fromisoformat, help="default: the same day")
    new.add_argument(
        "--stop", action="append", default=[], metavar="PROJECT", help="on the first day; repeat"
    )
    for name, line in (
        ("pack", "write the tour pack: one sheet a stop"),
        ("brief", "write the brief, laid out as GB/T 9704"),
    ):
        act = acts.add_parser(name, help=line)
        act.add_argument("meeting", nargs="?", help="key; default: the latest meeting")
        act.add_argument("--day", type=date.fromisoformat, help="only one day of the tour")
        act.add_argument(
            "-o", "--output", action="append", type=Path, default=[],
            help="PATH.pdf or PATH.docx; repeat for both; default: KEY-ACT.pdf",
        )  # fmt: skip
        act.add_argument("--as-of", type=date.fromisoformat, help="default: today")
        act.add_argument("--english", action="store_true", help="default: Chinese")


def run(args: argparse.Namespace) -> int:
    answer = _make(args) if args.act == "new" else _write(args)
    if args.json:
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        for line in answer.get("files") or [f"{answer['meeting']}  {answer['title']}"]:
            print(line)
    return 0


def _make(args: argparse.Namespace) -> dict[str, Any]:
    place = references.resolve_places([args.place]).get(args.place)
    if place is None:
        raise NotFound(f"no single place {args.place!r}: give its code")
    meeting = planning.create_meeting(
        {
            "title": args.title,
            "place_id": place,
            "starts_on": args.starts_on,
            "ends_on": args.ends_on or args.starts_on,
        }
    )
    for word in args.stop:
        planning.add_stop(meeting, word=word, day=args.starts_on, group="", visit_minutes=None)
    stops = [stop.project.key for stop in ordering.load_stops(meeting)]
    return {"meeting": meeting.key, "title": meeting.title, "stops": stops}


def _write(args: argparse.Namespace) -> dict[str, Any]:
    meeting = _find(args.meeting)
    paths = args.output or [Path(f"{meeting.key}-{args.act}.pdf")]
    for path in paths:
        if path.suffix not in _WRITERS:
            raise UsageError(f"output must end in .pdf or .docx, got {path.name!r}")
    with translation.override("en" if args.english else "zh-hans"):
        as_of = args.as_of or timezone.localdate()
        found = documents.gather(meeting, as_of=as_of, day=args.day)
        document = _BUILDERS[args.act](found, footer=documents.checkpoint_line())
        for path in paths:
            _save(path, _WRITERS[path.suffix](document))
    return {
        "meeting": meeting.key,
        "title": meeting.title,
        "stops": [sheet.project.key for sheet in found.sheets],
        "files": [str(path) for path in paths],
    }


def _find(key: str | None) -> Meeting:
    meetings = Meeting.objects.select_related("place", "source").order_by("-starts_on")
    meeting = (meetings.filter(key=key) if key else meetings).first()
    if meeting is None:
        raise NotFound(f"no meeting {key!r}" if key else "no meeting on record")
    return meeting


def _save(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror}") from error
    print(f"{path.name}: {len(data):,} bytes", file=sys.stderr)
