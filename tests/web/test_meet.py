"""The tour on a phone: without scripts, as on a line so bad that they never arrive, and with."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.meet.conftest import add_user, build_world
from tuijin.ledger import scope
from tuijin.ledger.models import Rulebook
from tuijin.meet import ballots, ordering
from tuijin.meet.models import Comment, ScoreRule, Vote

pytestmark = [pytest.mark.web, pytest.mark.django_db(transaction=True)]
MOST_BYTES = 120_000  # of HTML: a page of the tour is read on the road


@pytest.fixture
def phone(browser: Any, live_server: Any, request: Any) -> Any:
    """A signed-in city leader's phone; scripts are off, but for tests that ask for them."""
    with scope.active(scope.system_scope("test")):
        world = build_world()
        ordering.order_stops(world.meeting)
        world.meeting.refresh_from_db()
        ballots.set_voting(world.meeting, is_open=True)
        leader = add_user("leader", "city_leader")
    client = Client()
    client.force_login(leader)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        locale="zh-CN",
        java_script_enabled=getattr(request, "param", "plain") == "scripts",
    )
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/meetings/{world.meeting.pk}/tour/")
    yield page, world
    context.close()


def test_comment_vote_and_ranking_without_scripts(phone):
    page, world = phone
    page.get_by_text("锂电池负极材料项目").click()
    assert len(page.content()) < MOST_BYTES
    assert "62,500至167,000吨/年" in page.content()
    page.get_by_label("写点评").fill("合同要落实 <b>")
    page.get_by_role("button", name="提交点评").click()
    page.wait_for_load_state()
    assert page.locator("li", has_text="合同要落实 <b>").count() == 1
    page.get_by_role("link", name="去投票").first.click()
    for rank, key in enumerate(("port", "anode", "copper"), start=1):
        page.locator(f"#rank-{world.stops[key].pk}").select_option(str(rank))
    page.get_by_role("button", name="提交本组名次").click()
    page.wait_for_load_state()
    rows = page.locator("table tbody tr").all_inner_texts()
    assert [row.split("\t")[2] for row in rows] == ["100.00", "97.00", "94.00"]
    assert "暂列末位" in rows[-1]
    with scope.active(scope.system_scope("test")):
        assert (Comment.objects.count(), Vote.objects.count()) == (1, 3)


def reload_and_read(page, field):
    """What stands in a field after the line dropped before anything was sent."""
    page.reload()
    assert page.locator("[data-draft-note]").first.is_visible()
    return page.input_value(field)


@pytest.mark.parametrize("phone", ["scripts"], indirect=True)
def test_a_comment_stays_on_the_phone_until_it_has_arrived(phone):
    page, _world = phone
    page.get_by_text("锂电池负极材料项目").click()
    page.wait_for_load_state("networkidle")
    address = page.url
    page.fill("[name=text]", "合同要落实")
    assert reload_and_read(page, "[name=text]") == "合同要落实"
    page.get_by_role("button", name="提交点评").click()
    page.wait_for_load_state("networkidle")
    assert page.locator("li", has_text="合同要落实").count() == 1
    page.goto(address)
    assert page.input_value("[name=text]") == ""
    assert page.locator("[data-draft-note]").is_hidden()


@pytest.mark.parametrize("phone", ["scripts"], indirect=True)
def test_ranks_and_marks_stay_on_the_phone_until_they_have_arrived(phone, live_server):
    page, world = phone
    address = f"{live_server.url}/meetings/{world.meeting.pk}/vote/"
    page.goto(address)
    page.wait_for_load_state("networkidle")
    for rank, key in enumerate(("port", "anode", "copper"), start=1):
        page.locator(f"#rank-{world.stops[key].pk}").select_option(str(rank))
    assert reload_and_read(page, f"#rank-{world.stops['copper'].pk}") == "3"
    page.get_by_role("button", name="提交本组名次").click()
    page.wait_for_load_state("networkidle")
    assert kept_drafts(page) == []
    with scope.active(scope.system_scope("test")):
        assert Vote.objects.count() == 3
        Vote.objects.all().delete()
        ballots.choose_rulebook(world.meeting, Rulebook.objects.get(code="score-gaoyou"))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    fields = [f"#m-{world.stops['anode'].pk}-{rule.code}" for rule in ScoreRule.objects.filter(
        rulebook__code="score-gaoyou")]  # fmt: skip
    for field in fields:
        page.fill(field, "1.5")
    assert reload_and_read(page, fields[0]) == "1.5"
    page.locator("form", has=page.locator(fields[0])).get_by_role("button").click()
    page.wait_for_load_state("networkidle")
    assert kept_drafts(page) == []
    assert page.input_value(fields[0]) == "1.5"  # from the server now


def kept_drafts(page):
    return [key for key in page.evaluate("Object.keys(localStorage)") if "draft" in key]
