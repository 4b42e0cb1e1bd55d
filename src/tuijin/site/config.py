"""Everything the environment decides, read once."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tuijin.errors import UsageError


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one installation; docs/reference/settings.md explains each."""

    home: Path
    database_url: str
    secret_key: str
    hosts: tuple[str, ...]
    proxies: tuple[str, ...]
    is_https: bool
    checkpoints: Path
    checkpoint_mail: str
    smtp: str
    mail_from: str
    hook: str
    hook_hosts: tuple[str, ...]


@cache
def load_config() -> Config:
    """Read `TUIJIN_*`; make the home folder and its secret on first use."""
    home = Path(os.environ.get("TUIJIN_HOME", "var")).resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Config(
        home=home,
        database_url=os.environ.get("TUIJIN_DATABASE_URL", ""),
        secret_key=_load_secret(home / "secret"),
        hosts=tuple(os.environ.get("TUIJIN_HOSTS", "127.0.0.1,localhost,[::1]").split(",")),
        proxies=tuple(filter(None, os.environ.get("TUIJIN_PROXIES", "").split(","))),
        is_https=os.environ.get("TUIJIN_HTTPS", "0") == "1",
        checkpoints=Path(os.environ.get("TUIJIN_CHECKPOINTS", home / "trail-checkpoints.jsonl")),
        checkpoint_mail=os.environ.get("TUIJIN_CHECKPOINT_MAIL", ""),
        smtp=os.environ.get("TUIJIN_SMTP", ""),
        mail_from=os.environ.get("TUIJIN_MAIL_FROM", "tuijin@localhost"),
        hook=os.environ.get("TUIJIN_HOOK", ""),
        hook_hosts=tuple(filter(None, os.environ.get("TUIJIN_HOOK_HOSTS", "").split(","))),
    )


def _load_secret(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(48))
    return path.read_text("ascii")


def build_database(config: Config) -> dict[str, object]:
    """Return Django's description of the database: SQLite in the home folder, or PostgreSQL."""
    if not config.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": config.home / "tuijin.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": (
                    "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                    "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                    "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-65536;"
                    "PRAGMA mmap_size=1073741824;"
                ),
            },
        }
    url = urlsplit(config.database_url)
    if url.scheme not in ("postgres", "postgresql"):
        raise UsageError(f"TUIJIN_DATABASE_URL must start with postgresql://, got {url.scheme}://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path.lstrip("/"),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
