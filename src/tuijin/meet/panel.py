"""The panel of the project page: what the last meeting said, and whether it was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from tuijin.ledger.models import Project
from tuijin.meet.models import Stop
from tuijin.meet.remarks import last_time


def build_said(request: HttpRequest, project: Project) -> Mapping[str, Any] | None:
    """Nothing to show where no meeting has visited the project."""
    stop = Stop.objects.filter(project=project).select_related("meeting").order_by("-day").first()
    earlier = last_time(project)
    if stop is None and earlier is None:
        return None
    return {"stop": stop, "earlier": earlier, "today": timezone.localdate()}
