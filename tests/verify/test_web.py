"""Claim pages in a real browser, on a desk and on a phone, in both languages."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from tests.verify.conftest import add_figure, build_ledger, opening_claim, sales_claim
from tests.verify.test_runs import add_user
from tuijin.ledger import scope
from tuijin.verify.runner import verify_claims


@pytest.fixture
def claims(transactional_db):
    with scope.active(scope.system_scope("test")):
        ledger = build_ledger()
        found = [sales_claim(ledger), opening_claim(ledger)]
        add_figure(ledger.anode, "output_t_per_year", 100_000, "t_per_year")
        verify_claims([claim.pk for claim in found])
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["desk", "phone"])
def test_pages_fit_and_draw(page, live_server, claims, language, size):
    client = Client()
    client.force_login(add_user("office", "city_coordinator"))
    cookies = {
        settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
        "django_language": language,
    }
    page.context.add_cookies(
        [{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()]
    )
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for path in ("/claims/", f"/claims/{claims[0].pk}/"):
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
    charts = page.locator("[data-chart] canvas, [data-chart] svg")
    assert charts.count() == 2
    word = "Undecided" if language == "en" else "待定"
    assert re.search(word, page.inner_text("main"))
    if language == "en":
        quoted = {claims[0].quote, claims[0].title}
        assert "承诺" not in page.inner_text("main").replace("".join(quoted), "")
