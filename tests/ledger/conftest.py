"""A small ledger: Baotou, two of its places, and the system's own scope."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tuijin.ledger import records, scope
from tuijin.ledger.models import (
    Figure,
    Organisation,
    Place,
    ProgressReport,
    Project,
    User,
)
from tuijin.site import rates


class Api:
    """Calls `/api/v1` as a program would."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("POST", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("PATCH", path, body, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method, f"/api/v1/{path}", data, content_type="application/json", headers=names
        )


@pytest.fixture
def places(db: None) -> None:
    Place.objects.create(code="150000", name="内蒙古自治区", level="province")
    Place.objects.create(code="150200", name="包头市", level="prefecture", parent_id="150000")
    for code, name in (("150222", "固阳县"), ("150223", "达茂旗")):
        Place.objects.create(code=code, name=name, level="county", parent_id="150200")


@pytest.fixture
def as_system(places: None) -> Iterator[None]:
    with scope.active(scope.system_scope("test")):
        yield


@pytest.fixture
def ledger(as_system: None) -> dict[str, Project]:
    """Two places, a project in each, with its owner, a report and a figure."""
    found = {}
    for name, place in (("here", "150222"), ("there", "150223")):
        owner = Organisation(key=f"o-{name}", name=f"公司 {name}")
        records.save_new([owner])
        project = Project(key=name, name=f"项目 {name}", place_id=place, owner=owner)
        records.save_new([project])
        records.save_new([ProgressReport(project=project, period="2025-09", year_done_yuan=5)])
        records.save_new(
            [Figure(key=f"f-{name}", project=project, metric="m", title="t", unit="t")]
        )
        found[name] = project
    return found


@pytest.fixture
def make_user(ledger: dict[str, Project]) -> Callable[..., User]:
    def build(role: str, *, place: str = "150222", project: str = "here") -> User:
        user = User.objects.create(username=f"{role}-{project}", display_name=role, role=role)
        user.places.add(Place.objects.get(code=place))
        user.projects.add(ledger[project].pk)
        return user

    return build


@pytest.fixture
def as_role(make_user: Callable[..., User]) -> Callable[..., scope.Scope]:
    return lambda role, **where: scope.build_scope(make_user(role, **where))


@pytest.fixture
def api(make_user: Callable[..., User]) -> Callable[..., Api]:
    """Sign a new user of a role in and return a caller of the API."""

    def build(role: str, **where: str) -> Api:
        client = Client()
        client.force_login(make_user(role, **where))
        return Api(client)

    return build


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    """Requests of earlier tests in the same minute are not held against this one."""
    rates.forget()
