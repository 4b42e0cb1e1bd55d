"""What every page knows: who is signed in, and where the navigation leads."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tuijin.ledger.roles import ROLES


def page(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    role = ROLES.get(user.role) if user is not None and user.is_authenticated else None
    return {
        "role": role,
        "may": {action: True for action in role.may} if role else {},
        "path_now": request.path,
    }
