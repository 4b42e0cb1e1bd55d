"""Tokens for programs: shown once, kept as SHA-256, with their creator's rights at time of use."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from django.db import transaction

from tuijin.errors import ImportFailed
from tuijin.importers.texts import printable
from tuijin.ledger import trail
from tuijin.ledger.models import ApiToken, User

MAX_DAYS = 90
_PREFIX = "tuijin_"


def create(user: User, *, name: str, days: int = MAX_DAYS) -> str:
    """
    Make a token and return it, for the only time.

    Raises
    ------
    ImportFailed
        If it would live longer than 90 days.
    """
    if not 1 <= days <= MAX_DAYS:
        raise ImportFailed(f"days must be 1 to {MAX_DAYS}, got {days}", code="out_of_range")
    token = _PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        trail.lock()
        row = ApiToken.objects.create(
            user=user,
            name=printable(name).strip()[:80],
            token_sha256=_hash(token),
            expires_at=datetime.now(UTC) + timedelta(days=days),
        )
        trail.append([trail.Event("create_token", "apitoken", str(row.pk), {})])
    return token


def find_user(header: str) -> User | None:
    """Return the user of an Authorization header, or None."""
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer":
        return None
    row = (
        ApiToken.objects.select_related("user")
        .filter(
            token_sha256=_hash(token.strip()), is_revoked=False, expires_at__gt=datetime.now(UTC),
            user__is_active=True,
        )
        .first()
    )  # fmt: skip
    return row.user if row else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
