"""An error page: in the reader's language, what to do next, a number one can read out."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django.utils.translation import override

from tests.meet.conftest import add_user
from tuijin.errors import NotAllowed, VersionConflict
from tuijin.ledger import scope
from tuijin.site import answers

pytestmark = pytest.mark.django_db


def test_a_missing_page_says_what_to_do_and_shortens_its_number() -> None:
    with scope.active(scope.system_scope("test")):
        user = add_user("leader", "city_leader")
    client = Client()
    client.force_login(user)
    page = client.get("/projects/999999/")
    text = page.content.decode()
    assert page.status_code == 404
    assert "不存在或不可见" in text
    assert "请核对网址" in text
    number = page["X-Request-Id"]
    assert f'title="{number}">{number[:8]}</span>' in text


def test_titles_are_in_the_language_of_the_page() -> None:
    with override("en"):
        context = answers._in_words(VersionConflict())
    assert context["title"] == "Somebody else saved first; reload, then change"
    assert context["detail"] == ""


def test_a_refusal_names_the_action_in_words() -> None:
    with scope.active(scope.system_scope("test")):
        user = add_user("officer", "place_officer")
    with scope.active(scope.build_scope(user)), pytest.raises(NotAllowed) as refused:
        scope.current().require("report")
    assert refused.value.detail == "包联干部不能进行此操作（填报）"
    with override("en"):
        assert answers._in_words(refused.value)["detail"] == "Lead officer: not allowed to report"


def test_the_api_keeps_its_shape() -> None:
    request = RequestFactory().get("/api/v1/projects/0")
    request.request_id = "0" * 32  # type: ignore[attr-defined]
    body = answers.problem_json(VersionConflict(), request_id="0" * 32)
    assert b"title" not in body.content
