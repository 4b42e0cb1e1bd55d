"""The second factor: time-based codes (RFC 6238, SHA-1, six digits, 30 s)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
import time

from tuijin.ledger.models import User
from tuijin.ledger.roles import ROLES

_STEP_SECONDS, _DIGITS = 30, 6


def is_required(user: User) -> bool:
    """Whether a role sees confidential or personal fields, or administers; examples are exempt."""
    role = ROLES[user.role]
    sees = set(role.own + role.others + role.reported) & {"C", "S"}
    return not user.is_example and (bool(sees) or role.reach == "none")


def make_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, *, step: int) -> str:
    """Return the code of one time step (RFC 4226, 5.3)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}d}"


def matching_step(secret: str, code: str, *, now: float | None = None) -> int | None:
    """Return the time step a code belongs to, one before or after allowed for, or None."""
    code = code.strip()
    if len(code) != _DIGITS or not (code.isascii() and code.isdigit()):
        return None
    step = int((time.time() if now is None else now) // _STEP_SECONDS)
    given = code.strip().encode()
    for candidate in (step, step - 1, step + 1):
        if hmac.compare_digest(code_at(secret, step=candidate).encode(), given):
            return candidate
    return None


def is_right(user: User, code: str) -> bool:
    """Whether a sign-in passes the second factor; a code works once."""
    if not user.totp_secret:
        return True
    step = matching_step(user.totp_secret, code)
    if step is None:
        return False
    fresh = User.objects.filter(pk=user.pk, totp_last_step__lt=step)
    return fresh.update(totp_last_step=step) == 1
