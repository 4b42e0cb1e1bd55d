"""Pages in a real browser, over the small city of the see room's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.see.conftest import as_system, make_user, places, portfolio  # noqa: F401  fixtures


@pytest.fixture
def visit(
    page: Any,
    live_server: Any,
    make_user: Callable[..., Any],  # noqa: F811  a fixture's argument
) -> Callable[..., Any]:
    """Open an address as a role, in a language and at a size; answers the page."""

    def build(
        path: str, *, role: str = "city_coordinator", language: str = "zh-hans", phone: bool = False
    ) -> Any:
        client = Client()
        client.force_login(make_user(role))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([
            {"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url},
            {"name": "django_language", "value": language, "url": live_server.url},
        ])  # fmt: skip
        if phone:
            page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{live_server.url}{path}")
        page.wait_for_load_state("networkidle")
        return page

    return build
