"""Server-side sessions: hashed in the database, tied to their user, three at a time."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import models

from tuijin.ledger.models.access import UserSession

MAX_PARALLEL = 3
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
FRESH = timedelta(minutes=10)
_SEEN_STEP = timedelta(seconds=60)  # how often the time last seen is written down


class SessionStore(DatabaseStore):
    """Django's own store, over a table that holds SHA-256 of each key."""

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def _get_session_from_db(self) -> models.Model | None:
        try:
            return self.model.objects.get(
                session_key=_hash(self.session_key), expire_date__gt=datetime.now(UTC)
            )
        except self.model.DoesNotExist:
            self._session_key = None
            return None

    def exists(self, session_key: str | None) -> bool:
        return self.model.objects.filter(session_key=_hash(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        session: Any = super().create_model_instance(data)  # a row of our own table
        session.session_key = _hash(session.session_key)
        session.user_id = data.get(SESSION_KEY)
        session.started_at = datetime.fromtimestamp(data.get("started_at", 0), UTC)
        return session

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        self.model.objects.filter(session_key=_hash(key)).delete()


def _hash(session_key: str | None) -> str | None:
    return session_key and hashlib.sha256(session_key.encode()).hexdigest()[:40]


def begin(session: Any) -> None:
    """Start the clocks of a session that was just signed in."""
    now = datetime.now(UTC).timestamp()
    session["started_at"] = session["seen_at"] = session["proved_at"] = now


def is_over(session: Any) -> bool:
    """Whether a session was idle or open for too long; notes that it was seen."""
    now = datetime.now(UTC).timestamp()
    if "started_at" not in session:
        begin(session)
    idle_seconds = now - session.get("seen_at", 0)
    if idle_seconds > IDLE.total_seconds():
        return True
    if now - session.get("started_at", 0) > ABSOLUTE.total_seconds():
        return True
    if idle_seconds > _SEEN_STEP.total_seconds():
        session["seen_at"] = now
    return False


def is_fresh(session: Any) -> bool:
    """Whether the password was given a short while ago, as what is confidential asks for."""
    age_seconds = datetime.now(UTC).timestamp() - session.get("proved_at", 0)
    return bool(age_seconds <= FRESH.total_seconds())


def end_all(user_id: int) -> None:
    """Sign a user out everywhere."""
    UserSession.objects.filter(user_id=user_id).delete()


def end_oldest(user_id: int, *, kept: int = MAX_PARALLEL) -> None:
    """Sign a user out of all but the newest sessions."""
    rows = UserSession.objects.filter(user_id=user_id).order_by("-started_at", "-pk")
    old = list(rows.values_list("pk", flat=True)[kept:])
    UserSession.objects.filter(pk__in=old).delete()
