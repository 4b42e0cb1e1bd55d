"""What every answer carries, and what Django's own check says of an installation under HTTPS."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DIRECTIVES = {
    "default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
    "form-action 'self'",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sign-in/", "/", "/nowhere", "/api/v1/projects", "/healthz"])
def test_headers(client, path):
    answer = client.get(path)
    policy = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
    assert policy >= DIRECTIVES
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in answer
    assert len(answer["X-Request-Id"]) == 32


@pytest.mark.django_db
def test_an_error_tells_nothing_of_the_machine(client):
    body = client.get("/api/v1/nowhere").content.decode() + client.get("/x").content.decode()
    for word in ("Traceback", "django", "sqlite", "SELECT", str(ROOT)):
        assert word not in body


def test_django_has_nothing_to_warn_of(tmp_path, monkeypatch):
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE")  # set for tests alone
    done = subprocess.run(
        [sys.executable, "scripts/manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, "TUIJIN_HOME": str(tmp_path), "TUIJIN_HTTPS": "1",
             "DJANGO_SETTINGS_MODULE": "tuijin.site.settings"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_cookies_under_https(tmp_path):
    code = (
        "from tuijin.site import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_NAME,"
        " s.SECURE_HSTS_SECONDS > 0, s.SESSION_COOKIE_SAMESITE)"
    )
    environment = {**os.environ, "TUIJIN_HOME": str(tmp_path), "TUIJIN_HTTPS": "1"}
    said = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    assert said.split() == ["__Host-session", "True", "__Host-csrf", "True", "Lax"]
