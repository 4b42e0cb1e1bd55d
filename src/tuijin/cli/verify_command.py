"""`tuijin verify`: run the claims, and print them like a test runner."""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from typing import Any

from tuijin.errors import NotFound, UsageError
from tuijin.ledger import references
from tuijin.verify import listing, verdicts, wording
from tuijin.verify.checks import DEFAULT_SEED
from tuijin.verify.models import Claim
from tuijin.verify.runner import verify_claims
from tuijin.verify.tasks import pending_claims

_GAP = "  "
MOST_SEED = 1 << 63  # what a database column holds
_RULINGS = {"HOLDS": ("holds", "hold"), "FALLS SHORT": ("falls short", "fall short"),
            "UNDECIDED": ("undecided", "undecided")}  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "project", nargs="*", help="key, project code or name; none means every project"
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="default %(default)s")
    parser.add_argument(
        "--stale", action="store_true", help="only claims whose inputs changed, or never run"
    )


def run(args: argparse.Namespace) -> int:
    if not 0 <= args.seed < MOST_SEED:
        raise UsageError(f"--seed must be 0 to {MOST_SEED - 1}, got {args.seed}")
    claims = _choose(args.project)
    ids = list(claims.values_list("id", flat=True))
    pending = pending_claims() if args.stale else ids
    wanted = sorted(set(ids) & set(pending))
    verify_claims(wanted, seed=args.seed, watch=_progress(len(wanted)))
    shown = claims.filter(id__in=wanted) if args.stale else claims
    ordered = shown.select_related("project__place").order_by(
        "project__place_id", "project_id", "id"
    )
    lines = listing.load_lines(list(ordered))
    if args.json:
        print(json.dumps(_document(lines), ensure_ascii=False, indent=1))
    else:
        print(render(lines))
    return _exit_code(lines)


def _choose(words: list[str]) -> Any:
    if not words:
        return Claim.objects.all()
    found = references.resolve_projects(words)
    missing = [word for word in words if word not in found]
    if missing:
        raise NotFound(f"no project {', '.join(missing)}: give its key, project code or name")
    return Claim.objects.filter(project__key__in=set(found.values()))


def _progress(n_claims: int) -> Any:
    """Tell how far it is, on stderr, where somebody looks."""
    if not sys.stderr.isatty() or n_claims < 100:
        return None
    told = -1

    def tell(n_done: int) -> None:
        nonlocal told
        if n_done != told:
            told = n_done
            print(f"\r{n_done:,} of {n_claims:,} claims", end="", file=sys.stderr, flush=True)
        if n_done == n_claims:
            print(file=sys.stderr)

    return tell


def _exit_code(lines: list[listing.Line]) -> int:
    """0 done, 1 a claim falls short, 3 a claim could not be tested."""
    if any(line.speaking and line.speaking.ruling == "FALLS SHORT" for line in lines):
        return 1
    return 3 if any(line.errors for line in lines) else 0


def _counts(lines: list[listing.Line]) -> dict[str, int]:
    found = [line.speaking.ruling for line in lines if line.speaking]
    return {ruling: found.count(ruling) for ruling in _RULINGS}


def _document(lines: list[listing.Line]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "claims": [
            verdicts.as_document(line.speaking, line.claim, shows_figures=line.shows_figures)
            for line in lines
            if line.speaking
        ],
        "counts": _counts(lines),
    }
    errors = [
        {"claim": line.claim.key, "check": binding.kind, **(binding.error or {})}
        for line in lines
        for binding in line.errors
    ]
    return {**document, "errors": errors} if errors else document


def render(lines: list[listing.Line]) -> str:
    """Return the lines under their projects, columns aligned, and the count."""
    rows = [row for line in lines for row in _rows(line)]
    widths = [
        max((width(row[0]) for row in rows), default=0),
        max((width(row[1]) for row in rows), default=0),
        max((width(row[2]) for row in rows if row[3]), default=0),
    ]
    out: list[str] = []
    project = None
    for line in lines:
        if line.claim.project_id != project:
            project = line.claim.project_id
            place = line.claim.project.place
            out.append(f"{place.short_name or place.name}{_GAP}{line.claim.project.name}")
        for cells in _rows(line):
            padded = [pad(c, w) for c, w in zip(cells, [*widths, 0], strict=True)]
            out.append((_GAP + _GAP.join(padded)).rstrip())
    return "\n".join([*out, _footer(lines)])


def _rows(line: listing.Line) -> list[tuple[str, str, str, str]]:
    """Statement, verdict, figure or what is missing, check: one row a verdict or error."""
    statement = wording.write_statement(line.claim)
    decided = [v for v in line.others if v.ruling != "UNDECIDED"]
    found = [v for v in (line.speaking, *decided) if v is not None]
    rows = []
    for verdict in found:
        check = wording.write_check(verdict, sources=line.sources[verdict.pk], english=True)
        value = wording.write_value(verdict, line.claim)
        needs = wording.write_needs(verdict, english=True, on_terminal=True)
        if needs and not value:
            value, check = needs, ""
        elif needs:
            check = f"{check}: {needs}"
        rows.append((statement, verdict.ruling, value, check))
    rows += [(statement, "ERROR", str((b.error or {}).get("message")), "") for b in line.errors]
    return rows or [(statement, "NOT RUN", "no check is bound", "")]


def _footer(lines: list[listing.Line]) -> str:
    parts = [
        f"{count} {words[0] if count == 1 else words[1]}"
        for (ruling, words) in _RULINGS.items()
        if (count := _counts(lines)[ruling])
    ]
    n_failed = sum(1 for line in lines if line.speaking is None)
    if n_failed:
        parts.append(f"{n_failed} not tested")
    noun = "claim" if len(lines) == 1 else "claims"
    return f"{len(lines)} {noun}: {', '.join(parts)}" if parts else f"{len(lines)} {noun}"


def width(text: str) -> int:
    """Columns on a terminal: a wide East Asian character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))
