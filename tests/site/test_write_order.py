"""Whoever writes waits for the end of the trail first: two acts at once never wait in a ring."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tuijin.errors import Conflict, TuijinError
from tuijin.ledger import accounts, first_run, passwords, scope, trail
from tuijin.ledger.accounts import Wish
from tuijin.ledger.models import AccountChange, ApiToken, Place, User
from tuijin.site import tokens, totp

PASSWORD = "Correct-horse-7"
EDITOR = Wish("place_editor", ("150222",))


@pytest.fixture
def people(transactional_db: None) -> list[User]:
    """Two security administrators and somebody else."""
    return build_people()


def build_people() -> list[User]:
    Place.objects.create(code="150222", name="固阳县", level="county")
    return [
        User.objects.create(username=name, display_name=name, role=role)
        for name, role in (("first", "security_admin"), ("second", "security_admin"),
                           ("viewer", "place_viewer"))
    ]  # fmt: skip


@pytest.mark.django_db
def test_each_act_on_accounts_takes_the_trail_first(trail_first):
    first, second, viewer = build_people()
    with scope.active(scope.build_scope(first)):
        with trail_first():
            asked = accounts.create_account("editor", "填报员", EDITOR)
        with trail_first():
            other = accounts.ask_change(viewer, EDITOR)
    with scope.active(scope.build_scope(second)):
        with trail_first():
            accounts.approve(asked.pk)
        with trail_first():
            accounts.refuse(other.pk)
        with trail_first():
            accounts.disable(viewer)
        with trail_first():
            passwords.set_password(viewer, PASSWORD)
        with trail_first():
            tokens.create(viewer, name="t")


@pytest.mark.django_db
def test_the_first_administrator_takes_the_trail_first(trail_first):
    token = first_run.offer_token()
    with trail_first():
        first_run.create_administrator(token=token, username="safe", password=PASSWORD)


@pytest.mark.django_db
def test_pages_of_ones_own_account_take_the_trail_first(trail_first):
    viewer = build_people()[2]
    client = Client()
    client.force_login(viewer)
    with scope.active(scope.build_scope(viewer)):
        tokens.create(viewer, name="t")
    with trail_first():
        client.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert ApiToken.objects.get().is_revoked
    client.get("/account/")
    secret = client.session["totp_secret"]
    code = totp.code_at(secret, step=int(time.time() // 30))
    with trail_first():
        client.post("/account/second-factor/", {"code": code})
    assert User.objects.get(pk=viewer.pk).totp_secret == secret


def test_two_acts_at_once_do_not_wait_for_each_other(people):
    """Somebody holds the trail and then writes the user whom another thread is stopping."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    viewer = people[2]

    def stop() -> None:
        try:
            with scope.active(scope.build_scope(people[0])):
                accounts.disable(viewer)
        finally:
            connection.close()

    other = threading.Thread(target=stop)
    with transaction.atomic():
        trail.lock()
        other.start()
        _wait_for_a_waiting_session()
        User.objects.filter(pk=viewer.pk).update(language="en")  # raised "deadlock detected"
    other.join()
    viewer.refresh_from_db()
    assert (viewer.language, viewer.is_active) == ("en", False)


def _wait_for_a_waiting_session() -> None:
    until = time.monotonic() + 30
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def at_once(*acts: Any) -> list[Any]:
    """Run acts in threads of their own; what each gave, or was refused with."""
    barrier, found = threading.Barrier(len(acts)), []

    def run(act: Any) -> None:
        barrier.wait()
        try:
            found.append(act())
        except TuijinError as error:
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_one_token_makes_one_administrator(transactional_db):
    token = first_run.offer_token()

    def make(name: str) -> Any:
        return lambda: first_run.create_administrator(token=token, username=name, password=PASSWORD)

    found = at_once(*(make(f"admin-{n}") for n in range(4)))
    assert User.objects.count() == 1
    assert sorted(type(one).__name__ for one in found) == ["NotFound"] * 3 + ["User"]


@pytest.mark.django_db
def test_an_account_whose_opening_cannot_be_asked_for_is_not_made(monkeypatch):
    build_people()

    def fall_over(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(accounts, "ask_change", fall_over)
    with pytest.raises(RuntimeError), scope.active(scope.system_scope("test")):
        accounts.create_account("editor", "填报员", EDITOR)
    assert not User.objects.filter(username="editor").exists()


@pytest.mark.django_db
def test_a_taken_name_is_told(client):
    first = build_people()[0]
    with scope.active(scope.build_scope(first)), pytest.raises(Conflict):
        accounts.create_account("viewer", "又一个", EDITOR)
    assert not AccountChange.objects.exists()


@pytest.mark.django_db
def test_a_password_set_meanwhile_is_not_undone_by_a_change_of_role(monkeypatch):
    first, second, viewer = build_people()
    with scope.active(scope.build_scope(first)):
        asked = accounts.ask_change(viewer, EDITOR)
    rights_of = accounts._rights_of

    def meanwhile(user: User) -> Any:
        passwords.set_password(User.objects.get(pk=viewer.pk), PASSWORD)
        monkeypatch.setattr(accounts, "_rights_of", rights_of)
        return rights_of(user)

    monkeypatch.setattr(accounts, "_rights_of", meanwhile)
    with scope.active(scope.build_scope(second)):
        accounts.approve(asked.pk)
    viewer.refresh_from_db()
    assert viewer.role == "place_editor"
    assert viewer.check_password(PASSWORD)


@pytest.mark.django_db
def test_a_new_password_opens_no_account_that_was_stopped(client):
    first, _, viewer = build_people()
    seen = User.objects.get(pk=viewer.pk)
    with scope.active(scope.build_scope(first)):
        accounts.disable(viewer)
        passwords.set_password(seen, PASSWORD)
    assert not User.objects.get(pk=viewer.pk).is_active


@pytest.mark.django_db
def test_of_two_new_passwords_at_once_the_second_is_told():
    viewer = build_people()[2]
    seen = User.objects.get(pk=viewer.pk)
    with scope.active(scope.system_scope("test")):
        passwords.set_password(viewer, PASSWORD)
        with pytest.raises(Conflict):
            passwords.set_password(seen, "Another-horse-8")
    assert User.objects.get(pk=viewer.pk).check_password(PASSWORD)
