"""Rules for passwords (GB/T 22239 identity item a): kinds of characters, none of the last five."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tuijin.errors import Conflict
from tuijin.ledger import sessions, trail
from tuijin.ledger.models import User

_KEPT = 5
MAX_AGE = timedelta(days=90)


class ThreeOfFourKinds:
    """Upper case, lower case, digits and other characters: at least three of them."""

    def validate(self, password: str, user: Any = None) -> None:
        kinds = (
            any(c.isupper() for c in password),
            any(c.islower() for c in password),
            any(c.isdigit() for c in password),
            any(not c.isalnum() for c in password),
        )
        if sum(kinds) < 3:
            raise ValidationError(self.get_help_text(), code="password_kinds")

    def get_help_text(self) -> str:
        return _("密码须含大写字母、小写字母、数字、其他字符中的至少三种。")


class NotOneOfTheLast:
    """None of the last five passwords, the present one among them."""

    def validate(self, password: str, user: Any = None) -> None:
        for old in (user.earlier_passwords if user is not None else ())[:_KEPT]:
            if check_password(password, old):
                raise ValidationError(self.get_help_text(), code="password_reused")

    def get_help_text(self) -> str:
        return _("密码不能与最近五次用过的相同。")


def set_password(user: User, password: str) -> None:
    """
    Check and set a password; other sessions of the user end.

    Raises
    ------
    ValidationError
        Naming every rule that is broken.
    Conflict
        If it has been changed or reset since `user` was read.
    """
    validate_password(password, user)
    known = user.password
    user.set_password(password)
    user.earlier_passwords = [user.password, *user.earlier_passwords][:_KEPT]
    user.password_set_at = datetime.now(UTC)
    with transaction.atomic():
        trail.lock()
        if not User.objects.filter(pk=user.pk, password=known).exists():
            raise Conflict("密码刚被更改，请重新登录", code="password_changed")
        user.save(update_fields=["password", "earlier_passwords", "password_set_at"])
        sessions.end_all(user.pk)
        trail.append([trail.Event("set_password", "account", str(user.pk), {})])


def is_expired(user: User) -> bool:
    """Whether a password is older than 90 days."""
    return user.password_set_at is not None and datetime.now(UTC) - user.password_set_at > MAX_AGE
