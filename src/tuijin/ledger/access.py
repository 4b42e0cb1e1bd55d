"""
What each route, operation, command and job needs: deny by default.

A view or API operation says so with one decorator: `@requires("edit")`, `@signed_in` or `@public`.
Start-up fails while one of them says nothing (`site.checks`).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from tuijin.errors import NotAllowed, SignInRequired, TuijinError
from tuijin.ledger import scope
from tuijin.ledger.roles import ACTIONS

V = TypeVar("V", bound=Callable[..., Any])
PUBLIC, SIGNED_IN = "public", "signed_in"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def requires(action: str, *, to_change: str | None = None) -> Callable[[V], V]:
    """
    Let a view or API operation run only for those who may do `action`.

    Parameters
    ----------
    action
        One of `roles.ACTIONS`.
    to_change
        Action that POST, PUT, PATCH and DELETE need instead.
    """
    for name in (action, to_change or action):
        if name not in ACTIONS:
            raise TuijinError(f"unknown action {name!r}")

    def decorate(view: V) -> V:
        def check(request: Any) -> None:
            current = _current()
            current.require(action)
            if to_change and request.method not in _SAFE_METHODS:
                current.require(to_change)

        return _guarded(view, check, needs=(action, to_change or action))

    return decorate


def signed_in(view: V) -> V:
    """Let anybody run a view who is signed in, in whatever role."""
    return _guarded(view, lambda _: _current(), needs=(SIGNED_IN, SIGNED_IN))


def public(view: V) -> V:
    """Let everybody run a view, signed in or not."""
    view.needs = (PUBLIC, PUBLIC)  # type: ignore[attr-defined]  # the mark the check looks for
    return view


def job(action: str) -> Callable[[V], V]:
    """
    Run a background function as the user named by its first argument, `user_id`.

    Rights are read anew when the job starts, so that somebody who lost them in between is refused.
    None runs as the product itself, for work nobody asked for. Goes below `@task()`.
    """
    if action not in ACTIONS:
        raise TuijinError(f"unknown action {action!r}")

    def decorate(function: V) -> V:
        @functools.wraps(function)
        def run(user_id: int | None, *args: Any, **kwargs: Any) -> Any:
            with scope.active(_scope_of(user_id, reason=function.__name__)) as found:
                found.require(action)
                return function(user_id, *args, **kwargs)

        run.needs = (action, action)  # type: ignore[attr-defined]  # the mark the check looks for
        return run  # type: ignore[return-value]  # same signature

    return decorate


def needs_of(callback: Any) -> tuple[str, str] | None:
    """Actions a view, operation or job needs to read and to change, or None if it never said."""
    found = getattr(callback, "needs", None)
    while found is None and hasattr(callback, "__wrapped__"):
        callback = callback.__wrapped__
        found = getattr(callback, "needs", None)
    return found


def _current() -> scope.Scope:
    try:
        return scope.current()
    except scope.ScopeMissing as missing:
        raise SignInRequired from missing


def _scope_of(user_id: int | None, *, reason: str) -> scope.Scope:
    from tuijin.ledger.models.people import User  # tables load after this module

    if user_id is None:
        return scope.system_scope(reason)
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotAllowed("发起此任务的账号已不存在")
    return scope.build_scope(user)


def _guarded(view: V, check: Callable[[Any], object], *, needs: tuple[str, str]) -> V:
    def refuse(request: Any) -> None:
        request.needs = needs  # a refusal names the action that was refused
        check(request)

    @functools.wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
        refuse(request)
        return view(request, *args, **kwargs)

    guarded.refuse = refuse  # type: ignore[attr-defined]  # for who must ask before reading a body
    guarded.needs = needs  # type: ignore[attr-defined]  # the mark the check looks for
    guarded.__signature__ = _signature(view)  # type: ignore[attr-defined]  # django-ninja reads it
    return guarded  # type: ignore[return-value]  # same signature


def _signature(view: Callable[..., Any]) -> inspect.Signature:
    """Return the signature with real types, found in the view's own module."""
    try:
        return inspect.signature(view, eval_str=True)
    except NameError:  # a type imported for type checkers only
        return inspect.signature(view)
