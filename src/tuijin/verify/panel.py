"""The claims of a project on its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tuijin.ledger import scope
from tuijin.ledger.models import Project
from tuijin.see import panels
from tuijin.verify import scenarios, showing
from tuijin.verify.models import Claim


def build(_request: HttpRequest, project: Project) -> Mapping[str, Any] | None:
    """Return what the panel shows, or None without claims or the right to see them."""
    claims = Claim.objects.filter(project=project).select_related("project__place").order_by("id")
    rows = showing.build_rows(claims)
    if not rows:
        return None
    who = scope.current()
    owns = who.owns(place_id=project.place_id, project_id=project.pk)
    return {
        "rows": rows,
        "project": project,
        "may_run": owns and who.may("verify"),
        "models": scenarios.models_of(project),
    }


def register() -> None:
    panels.register(panels.Panel("claims", _("承诺与结论"), "verify/panel.html", build, order=10))
