"""A lead officer on a bad line: what was written stays on the phone until it has arrived."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.web, pytest.mark.slow]


def test_a_draft_stays_until_it_has_arrived(visit, portfolio):
    url = f"/projects/{portfolio['slow'].pk}/visit/"
    page = visit(url, role="place_officer", phone=True)
    page.fill("[name=where]", "一号厂房")
    page.fill("[name=record]", "设备到货两台")
    page.reload()  # the line dropped before it was sent
    assert page.input_value("[name=record]") == "设备到货两台"
    assert page.locator("[data-draft-note]").is_visible()
    page.get_by_role("button", name="保存").click()
    page.wait_for_load_state("networkidle")
    assert "设备到货两台" in page.inner_text("main")
    page.goto(page.url.split("/projects/")[0] + url)
    assert page.input_value("[name=record]") == ""


def test_no_page_is_wider_than_a_phone(visit):
    page = visit("/mine/", role="place_officer", phone=True)
    for path in (
        "/mine/",
        "/issues/",
        "/issues/calendar/",
        "/issues/limits/",
        "/today/",
        "/inbox/",
    ):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
