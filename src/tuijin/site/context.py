"""What every page knows: who is signed in, what they may do, and where the navigation leads."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tuijin.ledger.roles import ROLES
from tuijin.site.navigation import build_links


def page(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    role = ROLES.get(user.role) if user is not None and user.is_authenticated else None
    is_english = (get_language() or "").startswith("en")
    return {
        "role": role,
        "may": dict.fromkeys(role.may, True) if role else {},
        "path_now": request.path,
        "page": {
            "home": "/",
            "navigation": build_links(role, path=request.path),
            "user_name": getattr(user, "display_name", "") if role else "",
            "user_links": [{"url": reverse("account"), "title": _("我的账号")}] if role else [],
            "role_name": (role.en if is_english else role.zh) if role else "",
            "language_url": reverse("set_language"),
            "sign_in_url": reverse("sign_in"),
            "sign_out_url": reverse("sign_out"),
        },
    }
