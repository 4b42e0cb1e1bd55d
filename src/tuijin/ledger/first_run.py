"""The first administrator of an empty installation: a token on the console, good for 30 minutes."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path

from django.conf import settings
from django.db import transaction

from tuijin.errors import NotFound
from tuijin.ledger import scope, trail
from tuijin.ledger.models import User
from tuijin.ledger.passwords import set_password

_LIFE_SECONDS = 30 * 60


def offer_token() -> str | None:
    """Make and return the token if nobody has an account yet; it replaces an earlier one."""
    if User.objects.exists():
        return None
    token = secrets.token_urlsafe(24)
    body = {"sha256": _hash(token), "until": time.time() + _LIFE_SECONDS}
    _path().write_text(json.dumps(body), encoding="ascii")
    _path().chmod(0o600)
    return token


def check(token: str) -> None:
    """
    Say whether a token still opens the first-run page.

    Raises
    ------
    NotFound
        If it does not; also where there is, or was, nothing to open.
    """
    try:
        kept = json.loads(_path().read_text("ascii"))
    except FileNotFoundError:
        raise NotFound from None
    is_right = hmac.compare_digest(kept["sha256"], _hash(token))
    if not is_right or time.time() > kept["until"] or User.objects.exists():
        raise NotFound


def create_administrator(*, token: str, username: str, password: str) -> User:
    """
    Make the first security administrator and use the token up.

    Raises
    ------
    NotFound
        If the token opens nothing, or somebody used it at the same moment.
    ValidationError
        If the password breaks a rule.
    """
    with transaction.atomic(), scope.active(scope.system_scope("first_run")):
        trail.lock()  # two who use the token at once do not both find nobody there
        check(token)
        user = User.objects.create(
            username=username.strip() or "admin",
            display_name="安全管理员",
            role="security_admin",
        )
        set_password(user, password)
    _path().unlink(missing_ok=True)
    return user


def _path() -> Path:
    return Path(settings.CONFIG.home) / "first_run.json"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
