"""The tour on a phone without scripts, as on a line so bad that they never arrive."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.meet.conftest import add_user, build_world
from tuijin.ledger import scope
from tuijin.meet import ballots, ordering
from tuijin.meet.models import Comment, Vote

pytestmark = [pytest.mark.web, pytest.mark.django_db(transaction=True)]
MOST_BYTES = 120_000  # of HTML: a page of the tour is read on the road


@pytest.fixture
def phone(browser: Any, live_server: Any) -> Any:
    """A signed-in city leader's phone; scripts are off."""
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
        viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=False
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
