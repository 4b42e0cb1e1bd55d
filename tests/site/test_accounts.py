"""Accounts take two administrators; the three kinds of administrator keep to themselves."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tuijin.ledger.models import AccountChange, Place, TrailEvent, User, UserSession

pytestmark = pytest.mark.django_db
NEW = {"username": "editor", "display_name": "填报员", "role": "place_editor", "places": "150222"}


@pytest.fixture
def admins() -> list[Client]:
    Place.objects.create(code="150222", name="固阳县", level="county")
    clients = []
    for name in ("first", "second"):
        user = User.objects.create(username=name, display_name=name, role="security_admin")
        clients.append(Client())
        clients[-1].force_login(user)
    return clients


def test_an_account_opens_when_a_second_administrator_agrees(admins):
    first, second = admins
    assert first.post("/users/new/", NEW).status_code == 302
    user = User.objects.get(username="editor")
    assert not user.is_active
    change = AccountChange.objects.get()
    address, yes = f"/users/changes/{change.pk}/", {"decision": "approve"}
    assert first.post(address, yes).status_code == 403
    page = second.post(address, yes)
    password = re.search(r'id="initial-password">([^<]+)<', page.content.decode())[1]
    user.refresh_from_db()
    assert user.is_active
    assert user.own_place_codes() == {"150222"}
    client = Client()
    assert client.post("/sign-in/", {"username": "editor", "password": password}).status_code == 302
    assert client.get("/").url == "/account/"  # the initial password is to be changed first
    assert second.post(address, yes).status_code == 404


def test_another_role_ends_the_sessions(admins):
    first, second = admins
    user = User.objects.create(username="viewer", display_name="v", role="place_viewer")
    client = Client()
    client.force_login(user)
    wish = {"role": "city_leader", "places": "150222"}
    first.post(f"/users/{user.pk}/", wish)
    assert User.objects.get(pk=user.pk).role == "place_viewer"
    assert UserSession.objects.filter(user=user).exists()
    second.post(f"/users/changes/{AccountChange.objects.get().pk}/", {"decision": "approve"})
    assert User.objects.get(pk=user.pk).role == "city_leader"
    assert client.get("/account/").status_code == 302
    actions = TrailEvent.objects.values_list("action", flat=True)
    assert {"ask_account_change", "approve_account_change"} <= set(actions)


def test_the_first_administrator_makes_the_second_and_nothing_else_alone(admins):
    User.objects.filter(username="second").update(is_active=False)
    first = admins[0]
    first.post("/users/new/", NEW)
    assert not User.objects.get(username="editor").is_active
    page = first.post("/users/new/", {"username": "third", "role": "security_admin"})
    assert b"initial-password" in page.content
    assert User.objects.get(username="third").is_active


def test_stopping_an_account_works_at_once(admins):
    user = User.objects.create(username="viewer", display_name="v", role="place_viewer")
    client = Client()
    client.force_login(user)
    admins[0].post(f"/users/{user.pk}/disable/")
    assert client.get("/account/").status_code == 302


def test_one_administrator_does_not_stop_the_other_to_act_alone(admins):
    other = User.objects.get(username="second")
    answer = admins[0].post(f"/users/{other.pk}/disable/")
    assert answer.status_code == 409
    assert User.objects.get(pk=other.pk).is_active
    User.objects.create(username="third", display_name="t", role="security_admin")
    assert admins[0].post(f"/users/{other.pk}/disable/").status_code == 302
    assert not User.objects.get(pk=other.pk).is_active


@pytest.mark.parametrize(
    "form",
    [{"role": "emperor"}, {"places": "999999"}, {"projects": "nothing"}, {"username": "固阳"}],
)
def test_what_cannot_be_is_refused(admins, form):
    assert admins[0].post("/users/new/", {**NEW, **form}).status_code == 422
    assert not User.objects.filter(username="editor").exists()


@pytest.mark.parametrize(
    ("role", "own"), [("security_admin", "/users/"), ("audit_admin", "/trail/"),
                      ("system_admin", "/configuration/")],
)  # fmt: skip
def test_each_administrator_has_one_page(client, role, own):
    client.force_login(User.objects.create(username=role, display_name=role, role=role))
    assert client.get("/").url == own
    for page in ("/users/", "/trail/", "/configuration/", "/projects/"):
        assert client.get(page).status_code == (200 if page == own else 403)


def test_the_trail_page_filters_and_shows_no_figures(client):
    user = User.objects.create(username="audit", display_name="a", role="audit_admin")
    client.force_login(user)
    client.get("/projects/")  # refused, and therefore on record
    page = client.get("/trail/", {"actor": "audit", "since": "2020-01-01", "until": "x"})
    assert "read_refused" in page.content.decode()
    assert "not_allowed" not in page.content.decode()
    empty = client.get("/trail/", {"actor": "nobody"}).content.decode()
    assert "read_refused" not in empty
    assert client.post("/trail/check/").status_code == 200
