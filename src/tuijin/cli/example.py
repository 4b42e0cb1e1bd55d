"""The Baotou example: files brought in by the same road as anybody's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from tuijin.discovery import load_plugin
from tuijin.errors import ImportFailed, Problem
from tuijin.importers import Table
from tuijin.ledger import intake
from tuijin.ledger.example_users import create_example_users
from tuijin.ledger.models import Project
from tuijin.meet.models import Meeting
from tuijin.meet.ordering import order_stops
from tuijin.push import daily
from tuijin.push.example_officers import assign_example_officers
from tuijin.see.judging import judge_portfolio
from tuijin.verify.models import Claim
from tuijin.verify.runner import verify_claims


def folder() -> Path:
    """Where the example is: in the package, or beside it in a checkout."""
    inside = Path(__file__).parents[1] / "examples" / "baotou"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "examples" / "baotou"


def load(*, say: Callable[[str], None]) -> None:
    """Bring every file of the example in, all or nothing."""
    tables: list[Table] = []
    problems: list[Problem] = []
    for path in sorted(folder().glob("*.csv")):
        _read(path, "ledger_csv", tables, problems)
    for path in sorted((folder() / "gem").glob("*.csv")):
        _read(path, "gem_units_csv", tables, problems)
    if problems:
        raise ImportFailed("示例台账有误", problems=problems)
    with transaction.atomic():
        found = intake.accept(tables, batch="example")
        judge_portfolio(as_of=timezone.localdate())
        verify_claims(Claim.objects.values_list("pk", flat=True))
        create_example_users()
        for meeting in Meeting.objects.all():
            order_stops(meeting)
        assign_example_officers(on=timezone.localdate())
        daily.go_through(on=timezone.localdate())
    say(f"{found.counts['new']} entries, {Project.objects.count()} projects")


def _read(path: Path, importer: str, tables: list[Table], problems: list[Problem]) -> None:
    parsed = load_plugin("tuijin.importers", importer).parse(path.read_bytes(), name=path.name)
    tables.extend(parsed.tables)
    problems.extend(parsed.problems)
