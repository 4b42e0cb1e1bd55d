"""
Accounts: made, changed and stopped by security administrators, in force after a second one agrees.

While there are fewer than two of them, the first makes the second alone; nothing else.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tuijin.errors import Conflict, ImportFailed, NotAllowed, NotFound
from tuijin.ledger import scope, sessions, trail
from tuijin.ledger.models import AccountChange, ApiToken, Place, Project, User
from tuijin.ledger.roles import ROLES

_KINDS = (string.ascii_uppercase, string.ascii_lowercase, string.digits, "-_.+=")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # an initial password is to be changed at once
_RIGHTS = ("role", "is_active")  # what an approved change writes, and nothing else of the row
_RESET = (*_RIGHTS, "password", "password_set_at", "totp_secret")


@dataclass(frozen=True, slots=True)
class Wish:
    """The role and scope an account is to have."""

    role: str
    place_codes: tuple[str, ...] = ()
    project_keys: tuple[str, ...] = ()
    resets_access: bool = False  # a new password, and the second factor set up anew


def create_account(username: str, display_name: str, wish: Wish) -> AccountChange:
    """
    Make an account that opens once a second administrator agrees.

    Raises
    ------
    ImportFailed
        If the name, the role, a place or a project is not one that can be used.
    Conflict
        If the name is taken.
    """
    username = username.strip()
    if not username.isascii() or not 3 <= len(username) <= 80 or not username.isprintable():
        raise ImportFailed("用户名须为 3 至 80 个 ASCII 字符", code="username")
    _check(wish)
    user = User(username=username, display_name=display_name.strip()[:80] or username)
    user.role, user.is_active = wish.role, False
    user.set_unusable_password()
    with transaction.atomic():  # no account stays behind that nobody can open
        trail.lock()
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError as error:
            raise Conflict("用户名已被使用", code="exists") from error
        return ask_change(
            user, Wish(wish.role, wish.place_codes, wish.project_keys, resets_access=True)
        )


def ask_change(user: User, wish: Wish) -> AccountChange:
    """Ask for another role or scope of an account; an earlier open wish is withdrawn."""
    _check(wish)
    with transaction.atomic():
        trail.lock()
        user.changes.filter(is_approved=None).update(is_approved=False)
        with scope.active(scope.system_scope("accounts")):
            keys = wish.project_keys
            ids = list(Project.objects.filter(key__in=keys).values_list("pk", flat=True))
        row = AccountChange.objects.create(
            user=user, role=wish.role, place_codes=list(wish.place_codes), project_ids=ids,
            resets_access=wish.resets_access, asked_by_id=scope.current().user_id,
        )  # fmt: skip
        _record("ask_account_change", user, {
            "role": (user.role, wish.role),
            "places": (None, sorted(wish.place_codes)),
            "projects": (None, sorted(ids)),
            "resets_access": (None, wish.resets_access),
        })  # fmt: skip
    return row


def is_enough_alone(change: AccountChange) -> bool:
    """Whether the asking administrator may also decide: only to make the second administrator."""
    admins = User.objects.filter(role="security_admin", is_active=True).count()
    return admins < 2 and change.role == "security_admin" and not change.user.is_active


def approve(change_id: int) -> str:
    """
    Put a change into force; the account's sessions end.

    Returns
    -------
    The initial password, if the account gets one; it is shown once.

    Raises
    ------
    NotAllowed
        If the administrator who asked is the one who decides.
    """
    with transaction.atomic():
        trail.lock()
        change = _open_change(change_id)
        if change.asked_by_id == scope.current().user_id and not is_enough_alone(change):
            raise NotAllowed("须由另一名安全管理员批准", code="self_approval")
        user = change.user
        before = _rights_of(user)
        user.role, user.is_active = change.role, True
        password = _reset_access(user) if change.resets_access else ""
        user.save(update_fields=_RESET if change.resets_access else _RIGHTS)
        user.places.set(Place.objects.filter(code__in=change.place_codes))
        _set_projects(user, change.project_ids)
        _close(change, is_approved=True)
        sessions.end_all(user.pk)
        after = _rights_of(user)
        _record("approve_account_change", user, {n: (before[n], after[n]) for n in after})
    return password


def _rights_of(user: User) -> dict[str, object]:
    """What the trail says of an account: its role and the places and projects it is for."""
    links = User.projects.through.objects.filter(user_id=user.pk)
    return {
        "role": user.role,
        "is_active": user.is_active,
        "places": sorted(user.places.values_list("code", flat=True)),
        "projects": sorted(links.values_list("project_id", flat=True)),
    }


def refuse(change_id: int) -> None:
    """Turn a change down."""
    with transaction.atomic():
        trail.lock()
        change = _open_change(change_id)
        _close(change, is_approved=False)
        _record("refuse_account_change", change.user, {})


def disable(user: User) -> None:
    """
    Stop an account at once; to open it again takes two.

    Raises
    ------
    Conflict
        If fewer than two security administrators would be left: the one could then act alone.
    """
    with transaction.atomic():
        trail.lock()
        others = User.objects.filter(role="security_admin", is_active=True).exclude(pk=user.pk)
        if user.role == "security_admin" and others.count() < 2:
            raise Conflict("停用后安全管理员不足两名，请先增设一名", code="too_few_admins")
        User.objects.filter(pk=user.pk).update(is_active=False)
        sessions.end_all(user.pk)
        _record("disable_account", user, {"is_active": (user.is_active, False)})


def make_initial_password() -> str:
    """Return sixteen random characters of all four kinds."""
    letters = [secrets.choice(kind) for kind in _KINDS]
    letters += [secrets.choice("".join(_KINDS)) for _ in range(12)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def _check(wish: Wish) -> None:
    if wish.role not in ROLES:
        raise ImportFailed(f"role must be one of {sorted(ROLES)}", code="choice")
    known = Place.objects.filter(code__in=wish.place_codes).count()
    if known < len(set(wish.place_codes)):
        raise ImportFailed("有不认识的地区代码", code="unknown_reference")
    with scope.active(scope.system_scope("accounts")):
        known = Project.objects.filter(key__in=wish.project_keys).count()
    if known < len(set(wish.project_keys)):
        raise ImportFailed("有不认识的项目编号", code="unknown_reference")


def _open_change(change_id: int) -> AccountChange:
    rows = AccountChange.objects.select_for_update(of=("self",)).select_related("user")
    change = rows.filter(pk=change_id, is_approved=None).first()
    if change is None:
        raise NotFound
    return change


def _close(change: AccountChange, *, is_approved: bool) -> None:
    change.is_approved = is_approved
    change.decided_by_id = scope.current().user_id
    change.decided_at = datetime.now(UTC)
    change.save()


def _reset_access(user: User) -> str:
    password = make_initial_password()
    user.password = make_password(password)
    user.password_set_at, user.totp_secret = _LONG_AGO, ""
    ApiToken.objects.filter(user=user).update(is_revoked=True)
    return password


def _set_projects(user: User, project_ids: Sequence[int]) -> None:
    """Write the links themselves: the administrator sees no project."""
    links = User.projects.through.objects
    links.filter(user_id=user.pk).delete()
    links.bulk_create(User.projects.through(user_id=user.pk, project_id=pk) for pk in project_ids)


def _record(action: str, user: User, changes: dict[str, tuple[object, object]]) -> None:
    trail.append([trail.Event(action, "account", str(user.pk), changes)])
