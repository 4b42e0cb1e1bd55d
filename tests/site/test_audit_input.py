"""Hostile input at the pages: an answer each time, never a defect, and quickly."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from tuijin.ledger import records, scope
from tuijin.ledger.models import (
    Place,
    Project,
    User,
)
from tuijin.site import totp

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Any:
    with scope.active(scope.system_scope("audit")):
        Place.objects.create(code="150200", name="包头市", level="prefecture")
        for code in ("150222", "150223"):
            Place.objects.create(code=code, name=code, level="county", parent_id="150200")
        found = {}
        for code in ("150222", "150223"):
            found[code] = Project(key=f"p-{code}", name=f"项目{code}", place_id=code)
            records.save_new([found[code]])
    return found


def browse(role: str, *, places: Any = (), projects: Any = ()) -> Client:
    user = User.objects.create(username=role, display_name=role, role=role)
    user.places.set(places)
    links = User.projects.through.objects
    links.bulk_create(User.projects.through(user_id=user.pk, project_id=p.pk) for p in projects)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


DIGITS = "9" * 5000


@pytest.mark.parametrize("query", [
    "least_yi=NaN", "least_yi=sNaN", "least_yi=Infinity", "least_yi=1e2000000",
    "least_yi=1e30", "least_yi=-5", "after=%00", "text=%00", "owner=%00", "place=%00",
    "text=" + "%F0%9F%98%80" * 200, "industry=%00",
    "after=WyJOYU4iLDFd&sort=total_investment_yuan",
    "after=W05hTiwxXQ&sort=total_investment_yuan",
    "after=W0luZmluaXR5LDFd&sort=total_investment_yuan",
    "after=WyIxZTIwMDAwMDAiLDFd&sort=total_investment_yuan",
    "after=WzFlMzAwLDFd&sort=total_investment_yuan",
    "after=WyJ4IiwxXQ&sort=total_investment_yuan",
])  # fmt: skip
def test_list_filters_never_fail(world, query: str) -> None:
    client = browse("city_coordinator", places=["150200"])
    began = time.monotonic()
    for path in ("/projects/", "/map/", "/projects/export.xlsx"):
        assert client.get(f"{path}?{query}").status_code in (200, 400, 422), path
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("path", [
    f"/indicators/?year={DIGITS}", f"/trail/?before={DIGITS}", "/trail/?since=%00",
    f"/api/v1/trail?after={DIGITS}", f"/api/v1/projects?size={DIGITS}",
    f"/api/v1/projects/{DIGITS}", f"/projects/{DIGITS}/", "/projects/99999999999999999999/",
    "/api/v1/indicators?place=%00", "/indicators/?place=%00", "/claims/?text=%00",
    "/api/v1/places/%00", "/api/v1/projects?name=%00", "/meetings/1/pack/?day=%00",
    "/api/v1/projects?after=W05hTiwxXQ&sort=total_investment_yuan",
    "/api/v1/projects?total_investment_yuan_from=1e2000000",
    "/api/v1/projects?land_mu=NaN", "/api/v1/verdicts?claim=99999999999999999999",
    "/users/?x=%00", "/claims/runs/00000000-0000-0000-0000-000000000000/",
    "/claims/runs/1/", "/?x=%ff%fe",
])  # fmt: skip
def test_addresses_never_fail(world, path: str) -> None:
    for role in ("city_coordinator", "audit_admin"):
        client = browse(role, places=["150200"])
        assert client.get(path).status_code < 500, role


@pytest.mark.parametrize(("path", "data"), [
    ("/projects/change/", {"ids": DIGITS, "change": "stage=signed"}),
    ("/projects/change/", {"ids": "9" * 25, "change": "stage=signed"}),
    ("/claims/runs/", {"which": "all", "seed": "0" * 20 + "9" * 5000}),
    ("/claims/runs/", {"claim": "\x00"}),
    ("/claims/runs/", {"claim": DIGITS}),
    ("/claims/runs/", {"project": "9" * 25}),
    ("/projects/views/", {"name": "a\x00b", "query": "x"}),
    ("/projects/views/", {"name": "ab", "query": "\r\nSet-Cookie: a=b\x00"}),
    ("/projects/views/99999999999999999999/delete/", {}),
    ("/rules/choose/", {"place": "\x00", "rulebook": "x"}),
    ("/meetings/new/", {"title": "x", "place": "150222", "starts_on": "0001-01-01",
                        "ends_on": "9999-12-31", "day_starts_at": "08:00", "day_ends_at": "09:00"}),
    ("/sign-in/", {"username": "\x00", "password": "\x00"}),
    ("/language/", {"language": "../../etc\x00", "next": "//evil.example/\x00"}),
    ("/account/tokens/", {"name": "\x00\u202e"}),
])  # fmt: skip
def test_forms_never_fail(world, path: str, data: dict[str, str]) -> None:
    client = browse("city_coordinator", places=["150200"])
    began = time.monotonic()
    answer = client.post(path, data)
    assert answer.status_code < 500
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("code", ["１２３４５６", "٣٤٥٦٧٨", "x" * 100_000, "\x00"])
def test_codes_of_the_second_factor_are_digits(code: str) -> None:
    assert totp.matching_step(totp.make_secret(), code) is None
