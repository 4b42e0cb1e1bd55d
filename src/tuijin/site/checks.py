"""Start-up fails while a route, an operation or a job does not say who may use it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any

from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver
from django_tasks.base import Task

from tuijin.ledger.access import PUBLIC, SIGNED_IN, needs_of
from tuijin.ledger.roles import ACTIONS


def walk_routes(
    resolver: URLResolver | None = None, prefix: str = "/"
) -> Iterator[tuple[str, Any]]:
    """Yield every route with its view; an API route once for each of its operations."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk_routes(entry, path)
        elif isinstance(entry, URLPattern):
            yield from ((path, view) for view in _views_of(entry.callback))


def _views_of(callback: Any) -> list[Any]:
    """Views behind one address: a page's own, or those of an API path by method."""
    if needs_of(callback) is None and callback.__module__.startswith("ninja."):
        path_view = inspect.getclosurevars(callback).nonlocals.get("self")
        return [operation.view_func for operation in path_view.operations]
    return [callback]


def find_jobs() -> Iterator[tuple[str, Any]]:
    """Yield every background task of the modules loaded so far."""
    for name, module in list(sys.modules.items()):
        if name.startswith("tuijin."):
            for value in list(vars(module).values()):
                if isinstance(value, Task):
                    yield f"{name}.{value.name}", value.func


def prepare() -> None:
    """Have Django ask at every start; called when the application is ready."""
    register(check_access)


def check_access(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Name every way in that has no entry in the matrix."""
    known = {*ACTIONS, PUBLIC, SIGNED_IN}
    ways = [*walk_routes(), *find_jobs()]
    missing = [f"{path} ({view.__module__}.{view.__qualname__})" for path, view in ways
               if not set(needs_of(view) or ("",)) <= known]  # fmt: skip
    return [
        Error(f"{way} does not say who may use it", hint="docs/how-to/protect-a-page.md",
              id="tuijin.E001")
        for way in missing
    ]  # fmt: skip


def refuse_open_ways() -> None:
    """
    Stop a server before it serves.

    Raises
    ------
    ImproperlyConfigured
        Naming every way in that does not say who may use it.
    """
    errors = check_access(None)
    if errors:
        raise ImproperlyConfigured("; ".join(error.msg for error in errors))
