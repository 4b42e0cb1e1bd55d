"""Signing in: limits, one answer for every wrong guess, sessions that end."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import ClassVar

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from tuijin.ledger import first_run, passwords, scope, sessions
from tuijin.ledger.example_users import create_example_users
from tuijin.ledger.models import Place, SignInFailure, TrailEvent, User, UserSession
from tuijin.ledger.roles import ROLES
from tuijin.site import tokens, totp

pytestmark = pytest.mark.django_db
PASSWORD = "Correct-horse-7"


@pytest.fixture
def user() -> User:
    user = User(username="viewer", display_name="查看员", role="place_viewer")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def ledger_places() -> None:
    for code in ("150200", "150205", "150206", "150222", "150223"):
        Place.objects.create(code=code, name=code, level="county")


def enter(client: Client, *, username: str = "viewer", password: str = PASSWORD, **more: str):
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def test_signing_in_makes_a_new_session_and_an_event(client, user):
    client.get("/sign-in/")
    before = client.session.session_key
    answer = enter(client)
    assert answer.status_code == 302
    assert client.session.session_key != before
    assert client.get("/account/").status_code == 200
    assert TrailEvent.objects.filter(action="sign_in", actor="viewer").count() == 1


def test_wrong_user_and_wrong_password_read_the_same(client, user):
    user.is_active = False
    user.save()
    bodies = set()
    for username, password in (("viewer", "wrong"), ("nobody", "wrong"), ("viewer", PASSWORD)):
        answer = enter(client, username=username, password=password)
        assert answer.status_code == 401
        bodies.add(re.sub(r"(value|content)=\"[^\"]{64}\"", "", answer.content.decode()))
    assert len(bodies) == 1


class Counted(Argon2PasswordHasher):
    """Says what each hash costs: memory [KiB], passes, lanes."""

    costs: ClassVar[list[tuple[int, int, int]]] = []

    def encode(self, password: str, salt: str) -> str:
        encoded = super().encode(password, salt)
        self._note(encoded)
        return encoded

    def verify(self, password: str, encoded: str) -> bool:
        self._note(encoded)
        return super().verify(password, encoded)

    def _note(self, encoded: str) -> None:
        found = self.decode(encoded)
        self.costs.append((found["memory_cost"], found["time_cost"], found["parallelism"]))


def test_wrong_user_and_wrong_password_take_the_same_work(user, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counted"]
    user.set_password(PASSWORD)
    user.save()
    found = {}
    for name in ("viewer", "nobody"):
        Counted.costs.clear()
        enter(Client(), username=name, password="wrong")
        found[name] = list(Counted.costs)
    own = Counted()
    assert found["viewer"] == [(own.memory_cost, own.time_cost, own.parallelism)]
    assert found["nobody"] == found["viewer"]


def test_five_failures_of_an_account_close_it_for_a_while(client, user):
    for _ in range(5):
        assert enter(client, password="wrong").status_code == 401
    refused = enter(client)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    SignInFailure.objects.update(at=datetime.now(UTC) - timedelta(minutes=16))
    assert enter(client).status_code == 302
    assert not SignInFailure.objects.exists()


def test_twenty_failures_of_an_address_close_it(client, user):
    for number in range(20):
        assert enter(client, username=f"guess-{number}", password="x").status_code == 401
    assert enter(client).status_code == 429
    assert client.post(
        "/sign-in/", {"username": "viewer", "password": PASSWORD}, REMOTE_ADDR="10.9.8.7"
    ).status_code == 302  # fmt: skip


def test_three_sessions_at_most(user):
    clients = [Client() for _ in range(4)]
    for client in clients:
        assert enter(client).status_code == 302
    assert [c.get("/account/").status_code for c in clients] == [302, 200, 200, 200]
    assert UserSession.objects.filter(user=user).count() == 3


def test_session_key_is_not_in_the_database(client, user):
    enter(client)
    key = client.cookies["tuijin_session"].value
    assert not UserSession.objects.filter(session_key=key).exists()


@pytest.mark.parametrize(
    ("clock", "limit"), [("seen_at", sessions.IDLE), ("started_at", sessions.ABSOLUTE)]
)
def test_sessions_end(client, user, clock, limit):
    enter(client)
    session = client.session
    session[clock] = (datetime.now(UTC) - limit - timedelta(seconds=5)).timestamp()
    session.save()
    assert client.get("/account/").status_code == 302
    assert client.get("/api/v1/projects").status_code == 401


def test_disabled_account_is_out_at_the_next_request(client, user):
    enter(client)
    User.objects.update(is_active=False)
    assert client.get("/account/").url.startswith("/sign-in/")
    assert client.get("/api/v1/projects").status_code == 401


def test_second_factor_is_set_up_and_asked_for(client, monkeypatch):
    step = int(time.time() // 30)  # a slow machine would leave it meanwhile
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: step * 30 + 15))
    user = User(username="leader", display_name="领导", role="city_leader")
    user.set_password(PASSWORD)
    user.save()
    enter(client, username="leader")
    assert client.get("/").url == "/account/"
    assert client.get("/api/v1/projects").status_code == 403
    client.get("/account/")
    secret = client.session["totp_secret"]
    assert client.post("/account/second-factor/", {"code": "000000"}).status_code == 422
    code = totp.code_at(secret, step=step - 1)
    assert client.post("/account/second-factor/", {"code": code}).status_code == 302
    assert client.get("/api/v1/projects").status_code == 200
    fresh = totp.code_at(secret, step=step)
    other = Client()
    assert enter(other, username="leader").status_code == 401
    assert enter(other, username="leader", code=fresh).status_code == 302
    assert enter(Client(), username="leader", code=fresh).status_code == 401  # works once


def test_codes_of_rfc_6238():
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the RFC's own, appendix B
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        assert totp.code_at(secret, step=seconds // 30) == code


@pytest.mark.parametrize(
    ("password", "is_good"),
    [("short-A1", False), ("all-lower-case-x", False), ("Correct-horse-8", True)],
)
def test_password_rules(client, user, password, is_good):
    enter(client)
    form = {"old": PASSWORD, "new": password, "again": password}
    assert client.post("/account/password/", form).status_code == (302 if is_good else 422)


def test_none_of_the_last_five_passwords(user):
    with scope.active(scope.system_scope("test")):
        for number in range(6):
            passwords.set_password(user, f"Correct-horse-{number}")
        with pytest.raises(passwords.ValidationError):
            passwords.set_password(user, "Correct-horse-3")
        passwords.set_password(user, "Correct-horse-0")


def test_first_administrator(client, settings):
    token = first_run.offer_token()
    assert client.get("/first-run/", {"token": "guess"}).status_code == 404
    form = {"token": token, "username": "safe", "password": "short"}
    assert client.post("/first-run/", form).status_code == 422
    assert client.post("/first-run/", {**form, "password": PASSWORD}).status_code == 302
    assert User.objects.get().role == "security_admin"
    assert client.get("/first-run/", {"token": token}).status_code == 404
    assert first_run.offer_token() is None


def test_first_run_token_dies(client, monkeypatch):
    token = first_run.offer_token()
    now = time.time()
    monkeypatch.setattr(first_run.time, "time", lambda: now + 1801)
    assert client.get("/first-run/", {"token": token}).status_code == 404


def test_token_has_the_rights_of_its_maker_now(client, user):
    with scope.active(scope.build_scope(user)):
        token = tokens.create(user, name="脚本")
    head = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/projects", headers=head).status_code == 200
    assert client.get("/api/v1/projects", headers={"Authorization": "Bearer x"}).status_code == 401
    User.objects.update(role="audit_admin")
    assert client.get("/api/v1/projects", headers=head).status_code == 403
    User.objects.update(is_active=False)
    assert client.get("/api/v1/projects", headers=head).status_code == 401


def test_example_accounts_open_only_on_this_machine(client):
    User.objects.create(username="ex", display_name="例", role="city_leader", is_example=True)
    form = {"username": "ex", "password": "example"}
    here = {"headers": {"Host": "localhost"}}
    for elsewhere in (
        {"headers": {"Host": "localhost"}, "REMOTE_ADDR": "10.0.0.9"},
        {"headers": {"Host": "localhost", "X-Forwarded-For": "10.0.0.9"}},
        {"headers": {"Host": "testserver"}},
    ):
        assert client.post("/sign-in/", form, **elsewhere).status_code == 401
        assert b"account-list" not in client.get("/sign-in/", **elsewhere).content
    assert b"account-list" in client.get("/sign-in/", **here).content
    assert client.post("/sign-in/", form, **here).status_code == 302


def test_example_accounts_cover_every_role_of_people(ledger_places):
    assert create_example_users() == 32
    assert create_example_users() == 0
    users = User.objects.all()
    assert {user.role for user in users} == set(ROLES) - {"telemetry"}
    assert not any(user.has_usable_password() for user in users)
    editor = User.objects.get(username="editor_150222")
    assert scope.build_scope(editor).places == {"150222"}


def test_an_export_asks_for_the_password_again(client, ledger_places):
    user = User(username="leader", display_name="旗县领导", role="place_leader")
    user.set_password(PASSWORD)
    user.save()
    client.force_login(user)
    assert client.get("/projects/export.xlsx").status_code == 200
    session = client.session
    session["proved_at"] -= 601
    session.save()
    asked = client.get("/projects/export.xlsx")
    assert asked.url.startswith("/account/proof/?next=%2Fprojects%2F")
    assert client.post(asked.url, {"password": "wrong"}).status_code == 401
    form = {"password": PASSWORD, "next": "/projects/export.xlsx"}
    assert client.post("/account/proof/", form).url == "/projects/export.xlsx"
    assert client.get("/projects/export.xlsx").status_code == 200


def must(client):
    return client.session.get("must", "")


@pytest.fixture
def leader() -> User:
    """Somebody who needs a second factor, with a password another person made."""
    user = User(username="leader", display_name="领导", role="city_leader")
    user.set_password(PASSWORD)
    user.password_set_at = datetime(1970, 1, 1, tzinfo=UTC)
    user.save()
    return user


def set_up(client: Client):
    client.get("/account/")
    code = totp.code_at(client.session["totp_secret"], step=int(time.time() // 30))
    return client.post("/account/second-factor/", {"code": code})


def test_a_changed_password_leaves_the_second_factor_to_do(client, leader):
    enter(client, username="leader")
    assert must(client) == "password"
    form = {"old": PASSWORD, "new": "Other-horse-77", "again": "Other-horse-77"}
    assert client.post("/account/password/", form).status_code == 302
    assert must(client) == "second_factor"
    assert client.get("/projects/").url == "/account/"
    assert set_up(client).status_code == 302
    assert client.get("/projects/").status_code == 200


def test_a_second_factor_leaves_the_password_to_change(client, leader):
    enter(client, username="leader")
    assert set_up(client).status_code == 302
    assert must(client) == "password"
    assert client.get("/projects/").url == "/account/"


def test_a_second_factor_is_not_set_up_over_another(client, leader):
    other = Client()
    for caller in (client, other):
        enter(caller, username="leader")
        caller.get("/account/")
    assert set_up(client).status_code == 302
    kept = User.objects.get(username="leader").totp_secret
    assert set_up(other).status_code == 409
    assert User.objects.get(username="leader").totp_secret == kept


def test_guesses_of_the_old_password_are_counted(client, user):
    enter(client)
    form = {"old": "wrong", "new": "Other-horse-77", "again": "Other-horse-77"}
    answers = [client.post("/account/password/", form).status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2
