"""The server of the tests answers while it is wanted and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from scripts.postgres import postgres_server


def test_server_answers_in_utf8(pg_url):
    with psycopg.connect(pg_url) as connection:
        assert connection.execute("SELECT '推进' || current_user").fetchone() == ("推进tuijin",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


def test_nothing_is_left(pg_url):
    with postgres_server() as url, psycopg.connect(url) as connection:
        folder = connection.execute("SHOW data_directory").fetchone()[0]
        assert url != pg_url
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    assert not Path(folder).parent.exists()
