"""A city with two counties, three projects, and everybody who has a part in an issue."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tuijin.ledger import records, scope
from tuijin.ledger.models import Evidence, Place, Project, User
from tuijin.push import local_day, presets
from tuijin.push.models import Issue
from tuijin.see import presets as see_presets
from tuijin.site import rates

MONDAY = date(2025, 9, 15)  # a week without days off follows
PEOPLE = {
    "office": ("city_coordinator", ("150200",)), "second": ("city_coordinator", ("150200",)),
    "leader": ("city_leader", ("150200",)), "bureau": ("city_department", ("150200",)),
    "county": ("place_leader", ("150222",)), "editor": ("place_editor", ("150222",)),
    "verifier": ("place_verifier", ("150222",)), "approver": ("place_approver", ("150222",)),
    "officer": ("place_officer", ()), "other": ("place_officer", ()),
    "viewer": ("place_viewer", ("150222",)), "neighbour": ("place_leader", ("150223",)),
}  # fmt: skip


class Api:
    """One person's way into the public API."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1{path}")

    def post(self, path: str, body: Any = None, *, etag: str = "", **headers: str) -> Any:
        if etag:
            headers["If-Match"] = etag
        return self.client.generic(
            "POST", f"/api/v1{path}", json.dumps(body or {}), "application/json", headers=headers
        )

    def step(self, issue: dict[str, Any], step: str, **body: Any) -> Any:
        """Take a step on an issue as it was last seen."""
        return self.post(f"/issues/{issue['id']}/{step}", body, etag=issue["etag"])


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    rates.forget()


@pytest.fixture
def city(db: None) -> SimpleNamespace:
    Place.objects.create(code="150200", name="包头市", level="prefecture")
    for code, name in (("150222", "固阳县"), ("150223", "达茂旗")):
        Place.objects.create(code=code, name=name, level="county", parent_id="150200")
    with scope.active(scope.system_scope("test")):
        see_presets.load_presets()
        presets.load_presets()
        places = {"anode": "150222", "copper": "150222", "port": "150223"}
        projects = {
            key: Project(key=key, name=f"{key}项目", place_id=place, stage="building")
            for key, place in places.items()
        }
        records.save_new(list(projects.values()))
        proof = Evidence(key="proof", project=projects["anode"], kind="document", title="批复")
        records.save_new([proof])
    users = {}
    for name, (role, codes) in PEOPLE.items():
        user = User.objects.create(username=name, display_name=name, role=role)
        user.places.set(codes)
        users[name] = user
    users["officer"].projects.add(*[projects["anode"], projects["copper"]])
    users["other"].projects.add(*[projects["port"]])
    return SimpleNamespace(users=users, proof=proof, **projects)


@pytest.fixture
def api(city: SimpleNamespace) -> Callable[[str], Api]:
    known: dict[str, Api] = {}

    def enter(name: str) -> Api:
        if name not in known:
            known[name] = Api(city.users[name])
        return known[name]

    return enter


@pytest.fixture
def as_system() -> Iterator[None]:
    with scope.active(scope.system_scope("test")):
        yield


@contextmanager
def on(day: date) -> Iterator[None]:
    with local_day.pretend(day):
        yield


def read(issue_id: int) -> Issue:
    """The issue as the database has it now."""
    with scope.active(scope.system_scope("test")):
        return Issue.objects.get(pk=issue_id)


LAND = {"title": "用地指标未落实", "category": "land_filing", "project": "anode"}
