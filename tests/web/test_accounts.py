"""Signing in by one click and the pages of administrators, in a real browser."""

from __future__ import annotations

import re

import pytest

from tuijin.ledger.example_users import create_example_users
from tuijin.ledger.models import User
from tuijin.ledger.roles import ROLES

pytestmark = [pytest.mark.web, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def example(places) -> None:
    create_example_users()


def enter(page, live_server, name: str) -> None:
    page.goto(f"{live_server.url}/sign-in/")
    page.get_by_role("button", name=re.compile(name)).first.click()
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(
    ("name", "path"),
    [("安全管理员", "/users/"), ("审计管理员", "/trail/"), ("系统管理员", "/configuration/"),
     ("市项目办", "/")],
)  # fmt: skip
def test_one_click_leads_home(page, live_server, example, name, path):
    enter(page, live_server, name)
    assert page.url == live_server.url + path
    page.goto(f"{live_server.url}/account/")
    assert page.get_by_role("heading", name="密码").is_visible()


def test_two_administrators_open_an_account(page, live_server, example):
    enter(page, live_server, "安全管理员（示例）")
    page.get_by_role("link", name="新建账号").click()
    page.get_by_label("用户名").fill("new_editor")
    page.get_by_label("名称", exact=True).fill("填报员")
    page.get_by_label("角色").select_option("place_editor")
    page.get_by_label("地区代码").fill("150222")
    page.get_by_role("button", name="提交").click()
    assert page.get_by_role("cell", name="new_editor").first.is_visible()
    page.get_by_role("button", name="批准").click()
    assert page.get_by_text("须由另一名安全管理员批准").first.is_visible()
    page.context.clear_cookies()
    enter(page, live_server, "第二安全管理员")
    page.get_by_role("button", name="批准").click()
    assert page.locator("#initial-password").is_visible()
    assert User.objects.get(username="new_editor").is_active


def test_sign_in_page_lists_every_role(page, live_server, example):
    page.goto(f"{live_server.url}/sign-in/")
    text = page.locator(".account-list").inner_text()
    people = [role for role in ROLES.values() if role.code != "telemetry"]
    assert all(role.zh in text for role in people)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
