"""What a start makes sure of: a sound database, its tables, places, rules, and the example."""

from __future__ import annotations

from collections.abc import Callable

from django.apps import apps
from django.core.management import call_command
from django.db import connection

from tuijin.cli import example
from tuijin.errors import Unavailable
from tuijin.ledger import scope, seed
from tuijin.ledger.models import Project

# PRAGMA -> value that must be read back; Django's connection sets them.
_SQLITE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}


def prepare(*, with_example: bool, say: Callable[[str], None]) -> None:
    """Bring the installation to where it can serve; a second call changes nothing."""
    check_database()
    call_command("migrate", interactive=False, verbosity=0)
    with scope.active(scope.system_scope("start")):
        seed.load_places()
        load_presets()
        is_empty = not Project.objects.exists()
        if with_example and is_empty:
            say("载入示例台账 loading the example ledger …")
            example.load(say=say)


def load_presets() -> None:
    """Load what each room starts with, the lowest room first: a row may refer to those below."""
    for config in reversed(list(apps.get_app_configs())):
        load = getattr(config, "load_presets", None)
        if load is not None:
            load()


def prepare_once() -> None:
    """Make an empty installation ready for a command; one that is ready is left alone."""
    if "django_migrations" not in connection.introspection.table_names():
        prepare(with_example=False, say=lambda _line: None)


def check_database() -> None:
    """
    Refuse to start on a database that would not keep what it acknowledged.

    Raises
    ------
    Unavailable
        If SQLite's settings do not read back, or its version has the WAL bug.
    """
    if connection.vendor != "sqlite":
        return
    import sqlite3  # the driver that settings.py put in place

    if sqlite3.sqlite_version_info < (3, 51, 3):
        raise Unavailable(f"SQLite must be 3.51.3 or newer, got {sqlite3.sqlite_version}")
    with connection.cursor() as cursor:
        for name, wanted in _SQLITE.items():
            found = cursor.execute(f"PRAGMA {name}").fetchone()[0]
            if found != wanted:
                raise Unavailable(f"SQLite {name} must be {wanted}, got {found}")
