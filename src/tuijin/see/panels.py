"""
Panels of the project page that rooms above add.

A room registers in its `AppConfig.ready()`; the page asks each panel for what it shows and leaves
out those that answer None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

from tuijin.ledger.models import Project

# The context of the panel's template, or None where there is nothing to show to this reader.
Build = Callable[[HttpRequest, Project], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """
    A card on the project page.

    Parameters
    ----------
    column
        "main" is wide and on the left, "side" narrow and on the right.
    order
        Small first; the page's own panels have 10, 20, 30 ….
    """

    code: str
    title: str | Promise
    template: str
    build: Build
    column: str = "main"
    order: int = 50


@dataclass(frozen=True, slots=True)
class BuiltPanel:
    panel: Panel
    context: Mapping[str, Any]


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a panel, or replace the one of the same code."""
    _panels[panel.code] = panel


def build_all(request: HttpRequest, project: Project, *, column: str) -> list[BuiltPanel]:
    """Build the panels of a column, in order."""
    chosen = sorted((p for p in _panels.values() if p.column == column), key=lambda p: p.order)
    built = ((panel, panel.build(request, project)) for panel in chosen)
    return [BuiltPanel(panel, context) for panel, context in built if context is not None]
