"""What our middleware notes on a request, and how to read it."""

from __future__ import annotations

from django.http import HttpRequest

from tuijin.errors import SignInRequired
from tuijin.ledger.models import User


def note(request: HttpRequest, **marks: object) -> None:
    """Keep something on the request for the rest of its life."""
    vars(request).update(marks)


def id_of(request: HttpRequest) -> str:
    """Id under which the request stands in logs, trail and answer."""
    return str(vars(request).get("request_id", ""))


def has_token(request: HttpRequest) -> bool:
    """Whether a program is asking, by a token of its own, and not a browser by its session."""
    return bool(vars(request).get("has_token"))


def user_of(request: HttpRequest) -> User:
    """
    The user who is asking.

    Raises
    ------
    SignInRequired
        If nobody is signed in.
    """
    user = request.user
    if not isinstance(user, User):
        raise SignInRequired
    return user
