"""
The permission matrix of the security reference, section 4: roles × endpoints × places.

The tables of `matrix_tables` are written from the reference, not read from `ledger.roles`. A route
that is in none of them fails, so that a new one cannot come in unseen.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.urls import path as route_path
from django.urls import set_urlconf

from tests.site import matrix_world
from tests.site.matrix_tables import ADDRESSED, API, CLASSES, MAY, READS, ROUTES, Ask
from tests.site.matrix_world import PLACES, SECRET, Principal, World
from tuijin.ledger.access import needs_of, requires
from tuijin.ledger.models import Project, TrailEvent
from tuijin.site import checks, rates, urls, worker

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield matrix_world.build()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "PER_USER", 10**9)
    monkeypatch.setattr(rates, "PER_ADDRESS", 10**9)


def expect(who: Principal, ask: Ask, place: str) -> str:
    """What the reference says: ok, sign-in, forbidden or missing."""
    if ask.action == "public":
        return "ok"
    if not who.is_known:
        return "sign-in"
    if ask.action != "signed in" and who.role not in MAY[ask.action]:
        return "forbidden"
    if ask.kind in ("", "place"):
        return "ok"
    if ask.kind in ("nothing", "batch", "vote"):  # not there, or somebody else's
        return "ok" if ask.action == "signed in" else "missing"
    if ask.kind == "table":  # holds no figures; the project office changes what is shared
        return "forbidden" if ask.changes and who.own is not None else "ok"
    own, elsewhere = READS[who.role]
    is_own = who.own is None or place in who.own
    if ask.kind in ("source", "organisation", "park", "meeting", "price_series", "price"):
        is_seen = "P" in elsewhere or is_own
    else:
        is_seen = CLASSES[ask.kind] in (own if is_own else elsewhere)
    if not is_seen:
        return "missing"
    is_shared = ask.kind in ("source", "organisation", "price_series", "price")
    is_refused = not is_own or (is_shared and who.own is not None)
    is_others = ask.action == "reply" and who.role in ADDRESSED
    return "forbidden" if ask.changes and (is_refused or is_others) else "ok"


def send(who: Principal, address: str, ask: Ask) -> Any:
    """Send a request whose effects are undone."""
    cookies = who.client.cookies.output()
    before = dict(who.client.cookies)
    with transaction.atomic():
        if ask.method == "GET":
            response = who.client.get(address)
        elif address.startswith("/api/"):
            response = who.client.generic(
                ask.method,
                address,
                json.dumps(ask.body).encode(),
                "application/json",
                headers={"If-Match": '"0-0"'},
            )
        else:
            response = who.client.post(address, ask.body)
        transaction.set_rollback(True)
    if who.client.cookies.output() != cookies:  # a session that ended is asked with again
        who.client.cookies.clear()
        for name, morsel in before.items():
            who.client.cookies[name] = morsel.value
    return response


def outcome(response: Any) -> str:
    if response.status_code in (301, 302) and response.url.startswith("/sign-in/"):
        return "sign-in"
    named = {401: "sign-in", 403: "forbidden", 404: "missing"}
    return named.get(response.status_code, "ok" if response.status_code < 500 else "defect")


def places_to_ask(who: Principal, number: int, ask: Ask, *, is_full: bool) -> list[str]:
    """Own places and one elsewhere that moves on with each route; for the whole city, several."""
    turn = PLACES[number % 10 :] + PLACES[: number % 10]
    if not ask.kind or not who.is_known or who.own == frozenset():
        return [turn[0]]
    if who.own is None:
        return list(turn if is_full and not ask.is_slow else turn[: 1 if ask.is_slow else 3])
    elsewhere = next(place for place in turn if place not in who.own)
    return [next(place for place in turn if place in who.own), elsewhere]


def choose(principals: list[Principal], number: int, ask: Ask, *, is_full: bool) -> list[Principal]:
    """
    Everybody; or, for the daily run, some of each role, other ones for each route.

    A refused action is refused whatever the place: one of each role shows it. The rest are shown by
    three of the ten accounts of a county role.
    """
    if is_full and not ask.is_slow:
        return principals
    by_role: dict[str, list[Principal]] = {}
    for who in principals:
        by_role.setdefault(who.role if who.is_known else who.name, []).append(who)
    found = []
    for role, alike in by_role.items():
        is_allowed = ask.action in ("public", "signed in") or role in MAY.get(ask.action, ())
        count = 3 if is_allowed and ask.kind and not ask.is_slow else 1
        found += [alike[(number + 3 * n) % len(alike)] for n in range(min(count, len(alike)))]
    return found


def walk(world: World, principals: list[Principal], *, is_full: bool = True) -> list[str]:
    """Ask everything; return what is not as the reference says."""
    wrong, asked = [], 0
    for number, (pattern, asks) in enumerate(ROUTES.items()):
        for ask in asks:
            for who in choose(principals, number, ask, is_full=is_full):
                for place in places_to_ask(who, number, ask, is_full=is_full):
                    address, filled = fill(world, pattern, ask, place)
                    found, wanted = outcome(send(who, address, filled)), expect(who, ask, place)
                    asked += 1
                    if found != wanted:
                        wrong.append(f"{who.name} {ask.method} {address}: {found}, not {wanted}")
    sys.stderr.write(f"{asked} requests\n")
    return wrong


def fill(world: World, pattern: str, ask: Ask, place: str) -> tuple[str, Ask]:
    pk = world.objects.get((ask.kind, place), 987654321)
    if "/runs/" in pattern:
        pk = "00000000-0000-4000-8000-000000000000"
    body = {name: str(value).replace("{id}", str(pk)) for name, value in ask.body.items()}
    return pattern.replace("{id}", str(pk)), Ask(
        ask.method, ask.action, ask.kind, ask.changes, body
    )


def known_routes() -> set[str]:
    return {re.sub(r"<[^>]+>", "{id}", route) for route, _ in checks.walk_routes()}


def test_every_route_stands_in_the_table():
    assert known_routes() == set(ROUTES)


def test_every_route_names_the_action_of_the_table():
    """What a route says of itself is what the reference says of it."""
    for route, view in checks.walk_routes():
        asks = ROUTES.get(re.sub(r"<[^>]+>", "{id}", route), [])
        said = {action.replace("signed_in", "signed in") for action in needs_of(view)}
        assert not asks or said & {ask.action for ask in asks}, route


def test_seventy_seven_principals(world):
    assert len(world.principals) == 77


def _is_full() -> bool:
    return os.environ.get("TUIJIN_MATRIX") == "full"


@pytest.mark.slow
@pytest.mark.timeout(2400)  # the full walk is 19,000 requests
def test_roles_endpoints_places(world):
    """The daily walk; with TUIJIN_MATRIX=full all 77 ask everything."""
    logging.disable(logging.WARNING)  # every refusal is logged
    try:
        with worker.held(settings.CONFIG.home):  # so that /healthz is well
            wrong = walk(world, world.principals, is_full=_is_full())
    finally:
        logging.disable(logging.NOTSET)
    assert not wrong, "\n".join([f"{len(wrong)} mismatches", *wrong[:40]])


def test_other_places_confidential_fields_appear_nowhere(world):
    """Lists, details, searches and exports hold no mark and no sum of another place."""
    mark, yuan = f"{SECRET}150203", matrix_world.secret_yuan("150203")
    forms = (mark, str(yuan), f"{yuan:,}", f"{yuan / 1e4:.2f}", f"{yuan / 1e4:,.0f}")
    addresses = [
        "/", "/projects/", "/map/", "/indicators/", "/claims/", "/meetings/", "/issues/", "/mine/",
        "/today/", "/officers/", "/flags/", "/funnel/", "/reports/", "/api/v1/flags",
        "/api/v1/yields?year=2025", "/api/v1/funnel?by=place",
        "/api/v1/issues", "/api/v1/visits", "/api/v1/slips",
        "/api/v1/comments", "/api/v1/decisions", "/api/v1/votes",
        "/tables/", *(f"/tables/{world.objects['table', '150203']}/{end}?on=2025-09-30"
                      for end in ("", "table.xlsx")),
        f"/api/v1/tables/{world.objects['table', '150203']}?on=2025-09-30",
        "/projects/export.xlsx", "/projects/oc4ids.json", "/projects/?place=150203&light=red",
        *(f"/api/v1/{noun}" for noun in API), "/api/v1/claims?q=150203",
        f"/api/v1/plans?planned_yuan_from={yuan}",
        *(f"/{noun}/{world.objects[kind, '150203']}/{end}" for noun, kind, end in (
            ("projects", "project", ""), ("projects", "project", "edit/"),
            ("meetings", "meeting", ""), ("meetings", "meeting", "pack/"),
            ("meetings", "meeting", "brief/"), ("stops", "stop", ""), ("claims", "claim", ""),
        )),
    ]  # fmt: skip
    roles = ("place_editor", "place_approver", "place_viewer", "place_officer", "company")
    readers = [p for p in world.principals if p.role in roles and p.own == {"150202"}]
    assert len(readers) == 6
    for who in readers:
        for address in addresses:
            text = text_of(send(who, address, Ask("GET", "read")))
            found = [text[max(0, text.find(f) - 200) :][:400] for f in forms if f in text]
            assert not found, f"{who.name} {address}: {found}"
    coordinator = next(p for p in world.principals if p.name == "city_coordinator")
    seen = [text_of(send(coordinator, address, Ask("GET", "read"))) for address in addresses]
    assert sum(mark in text for text in seen) >= 8  # the marks are there to be found
    assert sum(any(form in text for form in forms[1:]) for text in seen) >= 3


def text_of(response: Any) -> str:
    """The text of an answer, of a workbook too."""
    if not response.content.startswith(b"PK"):
        return str(response.content.decode())
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def test_missing_and_invisible_are_the_same_answer(world):
    officer = next(p for p in world.principals if p.name == "place_officer 150202")
    for noun, kind in (("projects", "project"), ("claims", "claim"), ("figures", "figure")):
        hidden = world.objects[kind, "150203"]
        bodies = []
        for pk in (hidden, 987654321):
            answer = send(officer, f"/api/v1/{noun}/{pk}", Ask("GET", "read"))
            assert "ETag" not in answer
            bodies.append({**answer.json(), "request_id": ""})
        assert bodies[0] == bodies[1]


def test_a_refused_change_leaves_one_event_and_nothing_else(world):
    viewer = next(p for p in world.principals if p.name == "place_viewer 150202")
    editor = next(p for p in world.principals if p.name == "place_editor 150202")
    here, there = (world.objects["project", place] for place in PLACES[:2])
    head = {"content_type": "application/json", "headers": {"If-Match": f'"{there}-1"'}}
    for who, pk in ((viewer, here), (editor, there), (viewer, 987654321)):
        with transaction.atomic():
            before = TrailEvent.objects.count()
            name = Project._base_manager.filter(pk=pk).values_list("name", flat=True).first()
            answer = who.client.patch(f"/api/v1/projects/{pk}", {"name": "改"}, **head)
            assert answer.status_code in (403, 404)
            events = list(TrailEvent.objects.order_by("seq"))[before:]
            assert [event.action for event in events] == ["edit_refused"]
            assert "改" not in json.dumps(events[0].changes, ensure_ascii=False)
            now = Project._base_manager.filter(pk=pk).values_list("name", flat=True).first()
            assert now == name
            transaction.set_rollback(True)


def test_references_to_what_is_invisible_are_refused(world):
    company = next(p for p in world.principals if p.name == "company 150202 a")
    body = {"project": "p-150203", "period": "2025-10"}
    answers = []
    for project in ("p-150203", "p-nowhere"):
        with transaction.atomic():
            answers.append(
                company.client.post(
                    "/api/v1/reports", {**body, "project": project}, content_type="application/json"
                )
            )
            transaction.set_rollback(True)
    codes = [[e["code"] for e in answer.json()["errors"]] for answer in answers]
    assert [a.status_code for a in answers] == [422, 422]
    assert codes[0] == codes[1] == ["unknown_reference"]


class Planted:
    """Routes with a hole each."""

    @staticmethod
    @requires("read")
    def forgets_the_scope(request: Any, project_id: int) -> HttpResponse:
        project = Project._base_manager.filter(pk=project_id).first()
        return HttpResponse(status=200 if project else 404)

    @staticmethod
    @requires("read")
    def wrong_action(request: Any) -> HttpResponse:
        return HttpResponse("users")

    @staticmethod
    def says_nothing(request: Any) -> HttpResponse:
        return HttpResponse("open")


@pytest.mark.parametrize(
    ("address", "view", "ask"),
    [
        ("/holes/{id}/", Planted.forgets_the_scope, Ask("GET", "read", "project")),
        ("/holes/", Planted.wrong_action, Ask("GET", "users")),
        ("/holes/", Planted.says_nothing, Ask("GET", "read")),
    ],
)
def test_a_planted_hole_is_found(world, monkeypatch, address, view, ask):
    pattern = address.strip("/").replace("{id}", "<int:project_id>") + "/"
    monkeypatch.setattr(urls, "urlpatterns", [route_path(pattern, view), *urls.urlpatterns])
    clear_routes()
    try:
        monkeypatch.setattr("tests.site.test_matrix.ROUTES", {address: [ask]})
        names = ("place_officer 150202", "company 150202 a", "place_viewer 150203", "anonymous")
        assert walk(world, [p for p in world.principals if p.name in names])
        is_silent = view is Planted.says_nothing
        assert bool(checks.check_access(None)) is is_silent
    finally:
        monkeypatch.undo()
        clear_routes()


def clear_routes() -> None:
    from django.urls import clear_url_caches

    clear_url_caches()
    set_urlconf(None)


def test_nothing_is_open_now():
    assert checks.check_access(None) == []
