"""Find plug-ins: every folder of a package whose `__init__` exposes `plugin`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from tuijin.errors import NotFound


@cache
def plugin_names(package: str) -> tuple[str, ...]:
    """Names of the plug-in folders under a package, without importing them."""
    path = importlib.import_module(package).__path__
    return tuple(sorted(m.name for m in pkgutil.iter_modules(path) if m.ispkg))


@cache
def load_plugin(package: str, name: str) -> Any:
    """Import one plug-in; its id must be its folder's name."""
    if name not in plugin_names(package):
        raise NotFound(f"{package} has no {name!r}; it has {', '.join(plugin_names(package))}")
    plugin = importlib.import_module(f"{package}.{name}").plugin
    if plugin.id != name:
        raise ImportError(f"{package}.{name}: plugin.id must be {name!r}, got {plugin.id!r}")
    return plugin


def load_plugins(package: str) -> tuple[Any, ...]:
    """Import every plug-in of a package, in order of name."""
    return tuple(load_plugin(package, name) for name in plugin_names(package))
