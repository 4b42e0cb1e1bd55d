"""One-click sign-in only at the machine itself; bodies end where they must; no flooded trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tuijin.ledger.models import SignInFailure, TrailEvent, User
from tuijin.site import refusals

pytestmark = pytest.mark.django_db


@pytest.fixture
def example() -> User:
    user = User(
        username="city_leader", display_name="市领导（示例）", role="city_leader", is_example=True
    )
    user.set_unusable_password()
    user.save()
    return user


def one_click(**more: Any) -> int:
    headers = {"Host": "127.0.0.1:8000", **more.pop("headers", {})}
    answer = Client().post(
        "/sign-in/", {"username": "city_leader", "password": "example"}, headers=headers, **more
    )
    return answer.status_code


def test_one_click_is_for_the_machine_itself(example) -> None:
    assert one_click() == 302


@pytest.mark.parametrize("headers", [
    {"X-Forwarded-For": "10.0.0.9"}, {"Forwarded": "for=10.0.0.9"}, {"X-Real-IP": "10.0.0.9"},
    {"X-Forwarded-Host": "ledger.example"}, {"X-Forwarded-Proto": "https"}, {"Via": "1.1 proxy"},
])  # fmt: skip
def test_one_click_is_closed_behind_a_proxy(example, headers: dict[str, str]) -> None:
    assert one_click(headers=headers) == 401
    page = Client().get("/sign-in/", headers={"Host": "127.0.0.1", **headers})
    assert "市领导（示例）" not in page.content.decode()


def test_one_click_is_closed_behind_a_proxy_that_adds_nothing(example) -> None:
    assert one_click(SERVER_PROTOCOL="HTTP/1.0") == 401


@pytest.mark.parametrize("said", [
    {"proxies": ("10.0.0.1",)}, {"hosts": ("127.0.0.1", "ledger.example")}, {"is_https": True},
])  # fmt: skip
def test_one_click_is_closed_where_others_are_served(example, monkeypatch, said) -> None:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, **said))
    assert one_click() == 401


def test_guessing_on_does_not_fill_the_trail(example) -> None:
    for number in range(40):
        SignInFailure.objects.create(
            account_sha256=str(number), address="127.0.0.1", at=datetime.now(UTC)
        )
    for number in range(30):
        answer = Client().post("/sign-in/", {"username": f"u{number}", "password": "x"})
        assert answer.status_code == 429
    assert TrailEvent.objects.filter(action="sign_in_refused").count() == 1


def test_refusals_of_one_person_do_not_fill_the_trail(example) -> None:
    client = Client()
    client.force_login(example)
    for _ in range(refusals.MOST_A_MINUTE + 20):
        assert client.get("/trail/").status_code == 403
    assert TrailEvent.objects.filter(action="trail_refused").count() <= refusals.MOST_A_MINUTE


def test_a_stranger_uploads_nothing_large(example) -> None:
    body = b"x" * 1_200_000
    answer = Client().generic("POST", "/sign-in/", body, "multipart/form-data; boundary=b")
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["60000000", "9" * 30, "-1", "x"])
def test_a_body_announced_as_too_long_is_not_read(example, length: str) -> None:
    client = Client()
    client.force_login(example)
    answer = client.generic("POST", "/imports/", b"", "text/plain", CONTENT_LENGTH=length)
    assert answer.status_code == 413


@pytest.mark.parametrize(("body", "code"), [
    ("x=" + "a" * 1_100_000, "too_large"),
    ("&".join(f"a{n}=1" for n in range(1200)), "too_many_parts"),
])  # fmt: skip
def test_a_form_too_large_is_told_so(example, body: str, code: str) -> None:
    for checks in (True, False):
        client = Client(enforce_csrf_checks=checks)
        client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
        client.force_login(example)
        answer = client.post("/projects/views/", body, "application/x-www-form-urlencoded")
        assert answer.status_code == 413
