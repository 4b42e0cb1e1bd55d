"""A large import is safe in the log when it is acknowledged; copying the log comes after."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from tuijin.ledger import large_writes

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def setting(name):
    with connection.cursor() as cursor:
        return cursor.execute(f"PRAGMA {name}").fetchone()[0]


@pytest.fixture(autouse=True)
def sqlite_only():
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has a log to copy")


def test_the_log_is_not_copied_in_the_commit_but_right_after():
    cache = setting("cache_size")
    with large_writes.prepared(large_writes.ROWS), transaction.atomic():
        assert setting("wal_autocheckpoint") == 0
        assert setting("cache_size") != cache
    assert (setting("wal_autocheckpoint"), setting("cache_size")) == (1000, cache)
    for thread in threading.enumerate():
        if thread.name == "tuijin-copy-log":
            thread.join(10)
    with connection.cursor() as cursor:
        busy, in_log, copied = cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    assert (busy, in_log) == (0, copied)


def test_a_failed_import_leaves_the_setting_as_it_was():
    with pytest.raises(ValueError, match="torn"), large_writes.prepared(large_writes.ROWS):
        raise ValueError("torn")
    assert setting("wal_autocheckpoint") == 1000


def test_few_rows_and_inner_transactions_change_nothing():
    with large_writes.prepared(large_writes.ROWS - 1):
        assert setting("wal_autocheckpoint") == 1000
    with transaction.atomic(), large_writes.prepared(large_writes.ROWS):
        assert setting("wal_autocheckpoint") == 1000
