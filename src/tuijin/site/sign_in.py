"""Signing in: limits, one answer for every wrong guess, and a fresh session."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import authenticate, login
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language

from tuijin.errors import TooMany
from tuijin.ledger import passwords, scope, sessions, trail
from tuijin.ledger.models import SignInFailure, User
from tuijin.ledger.roles import ROLES
from tuijin.site import rates, requests, totp
from tuijin.site.addresses import client_address, is_loopback

WINDOW = timedelta(minutes=15)
PER_ACCOUNT, PER_ADDRESS = 5, 20
EXAMPLE_PASSWORD = "example"  # noqa: S105  # opens example accounts only, from this machine only


def try_sign_in(request: HttpRequest, *, username: str, password: str, code: str = "") -> bool:
    """
    Sign in, or count the failure.

    Raises
    ------
    TooMany
        After 5 failures of an account or 20 of an address within 15 minutes.
    """
    user = _check(request, username, password, code)
    if user is None:
        return False
    begin(request, user)
    return True


def prove(request: HttpRequest, *, password: str, code: str = "") -> bool:
    """Ask a user who is signed in for the password again; raises as `try_sign_in` does."""
    user = _check(request, requests.user_of(request).username, password, code)
    if user is None:
        return False
    request.session["proved_at"] = datetime.now(UTC).timestamp()
    return True


def is_own_password(request: HttpRequest, password: str) -> bool:
    """Whether a user who is signed in knows the password; counts and raises as `try_sign_in`."""
    user = requests.user_of(request)
    account = _count(request, user.username)
    if not user.check_password(password):
        _record(request, account, "sign_in_refused", code="wrong")
        return False
    SignInFailure.objects.filter(account_sha256=account).delete()
    return True


def _check(request: HttpRequest, username: str, password: str, code: str) -> User | None:
    """Return the user if everything is right."""
    account = _count(request, username)
    user = _find_user(request, username, password)
    if user is None or not totp.is_right(user, code):
        _record(request, account, "sign_in_refused", code="wrong")
        return None
    SignInFailure.objects.filter(account_sha256=account).delete()
    return user


def begin(request: HttpRequest, user: User) -> None:
    """
    Open a new session for a user and end the oldest beyond three.

    `must` in it says what the account lacks: nothing else opens before that is done.
    """
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    sessions.begin(request.session)
    request.session.pop("must", None)
    if passwords.is_expired(user):
        request.session["must"] = "password"
    elif totp.is_required(user) and not user.totp_secret:
        request.session["must"] = "second_factor"
    request.session.save()
    sessions.end_oldest(user.pk)
    who = scope.build_scope(
        user, address=client_address(request), request_id=requests.id_of(request)
    )
    with scope.active(who):
        trail.append([trail.Event("sign_in", "account", str(user.pk), {})])


def example_accounts(request: HttpRequest) -> list[dict[str, str]]:
    """List the accounts that came with the example ledger, on this machine only."""
    if not is_loopback(request):
        return []
    is_english = (get_language() or "").startswith("en")
    order = list(ROLES)
    users = User.objects.filter(is_example=True, is_active=True).prefetch_related("places")
    return [
        {
            "name": user.display_name,
            "role_name": ROLES[user.role].en if is_english else ROLES[user.role].zh,
            "scope_name": "、".join(str(place) for place in user.places.all()),
            "values_json": json.dumps({"username": user.username, "password": EXAMPLE_PASSWORD}),
        }
        for user in sorted(users, key=lambda u: (order.index(u.role), u.username))
    ]


def _find_user(request: HttpRequest, username: str, password: str) -> User | None:
    if password == EXAMPLE_PASSWORD and is_loopback(request):
        found = User.objects.filter(username=username, is_example=True, is_active=True).first()
        if found is not None:
            return found
    user: Any = authenticate(request, username=username, password=password)
    return user


def _count(request: HttpRequest, username: str) -> str:
    """
    Write an attempt down before the password is looked at, so that many at once count too.

    Returns
    -------
    SHA-256 of the account's name.
    """
    account, address = _hash(username), client_address(request)
    if _count_attempt(account, address=address) is None:
        if rates.is_within(f"sign-in:{address}", most=1):  # the trail is not flooded by guessing
            _record(request, account, "sign_in_refused", code="too_many")
        error = TooMany("登录失败次数过多，请十五分钟后再试", code="sign_in_limit")
        error.retry_after_seconds = int(WINDOW.total_seconds())
        raise error
    return account


def _count_attempt(account: str, *, address: str) -> SignInFailure | None:
    """Write one attempt down, or return None if there were too many."""
    now = datetime.now(UTC)
    with transaction.atomic():
        SignInFailure.objects.filter(at__lt=now - WINDOW).delete()
        of_account = SignInFailure.objects.filter(account_sha256=account).count()
        of_address = SignInFailure.objects.filter(address=address).count()
        if of_account >= PER_ACCOUNT or of_address >= PER_ADDRESS:
            return None
        return SignInFailure.objects.create(account_sha256=account, address=address, at=now)


def _record(request: HttpRequest, account: str, action: str, *, code: str) -> None:
    who = scope.anonymous_scope(address=client_address(request), request_id=requests.id_of(request))
    with scope.active(who):
        trail.append([trail.Event(action, "account", account[:32], {"code": (None, code)})])


def _hash(username: str) -> str:
    return hashlib.sha256(username.strip().casefold().encode()).hexdigest()
