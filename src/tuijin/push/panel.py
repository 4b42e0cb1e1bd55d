"""Who answers for a project, when they were there, and what is open, on its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tuijin.ledger import scope
from tuijin.ledger.models import Project
from tuijin.push import board, flag_views, flags, local_day, officers, yield_views, yields
from tuijin.push.models import Visit
from tuijin.see import panels
from tuijin.see.quantities import Portfolio


def _owns(project: Project) -> bool:
    return scope.current().owns(place_id=project.place_id, project_id=project.pk)


def _sees(project: Project) -> bool:
    classes = scope.current().classes_for(place_id=project.place_id, project_id=project.pk)
    return "I" in classes


def build_issues(_request: HttpRequest, project: Project) -> Mapping[str, Any] | None:
    """Open issues of the project."""
    if not _sees(project):
        return None
    rows = list(board.open_issues().filter(project=project)[:20])
    may_raise = _owns(project) and scope.current().may("raise")
    if not rows and not may_raise:
        return None
    return {"issues": rows, "project": project, "may_raise": may_raise,
            "today": local_day.today()}  # fmt: skip


def build_officers(_request: HttpRequest, project: Project) -> Mapping[str, Any] | None:
    """Who answers for it, and the last visits."""
    if not _sees(project):
        return None
    who, owns = scope.current(), _owns(project)
    rows = officers.current(as_of=local_day.today()).filter(project=project)
    visits = Visit.objects.filter(project=project).select_related("user", "evidence")
    found = {
        "assignments": list(rows),
        "visits": list(visits[:5]),
        "project": project,
        "may_assign": owns and who.may("dispatch"),
        "may_visit": owns and who.may("comment"),
    }
    return found if any((rows, visits, found["may_assign"], found["may_visit"])) else None


def build_flags(_request: HttpRequest, project: Project) -> Mapping[str, Any] | None:
    """What should be looked at again."""
    rows = list(flags.own().filter(project=project)) if _owns(project) and _sees(project) else []
    return {"flags": flag_views.described(rows)} if rows else None


def build_yield(_request: HttpRequest, project: Project) -> Mapping[str, Any] | None:
    """What an own project promised against what its months brought."""
    if not _owns(project) or not yield_views.shows_money():
        return None
    portfolio = Portfolio((), local_day.today().year)
    kept = yields.read_year(portfolio, project_id=project.pk)
    return {"kept": kept} if any(one.total is not None for one in kept) else None


def register() -> None:
    for panel in (
        panels.Panel("flags", _("请核对"), "push/panel_flags.html", build_flags, order=20),
        panels.Panel("issues", _("问题与督办"), "push/panel_issues.html", build_issues, order=15),
        panels.Panel("yield", _("本年承诺与实绩"), "push/panel_yield.html", build_yield, order=60),
        panels.Panel(
            "officers", _("包联与走访"), "push/panel_officers.html", build_officers, "side", 15
        ),
    ):
        panels.register(panel)
