"""
Whatever the OpenAPI document lets somebody send, the answer is no defect and is documented.

schemathesis makes the requests from the document itself; half of them name what is on record and
the version on record, so that they get past "not found" and "somebody else saved first". Each is
undone. Roles: the widest, a narrow one, and the administrators that see other addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.site import matrix_world
from tests.site.matrix_tables import API
from tests.site.matrix_world import World
from tuijin.ledger import scope
from tuijin.ledger.models import User
from tuijin.site import rates, tokens
from tuijin.site.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(600)]
PLACE = "150202"
# who asks: how many requests to each operation
ROLES = {"city_coordinator": 8, f"company {PLACE} a": 3, "audit_admin": 1}
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
SETTINGS = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
# path parameter -> kind of object in the world, where the address does not tell
_KINDS = {"issue_id": "issue", "slip_id": "slip", "assignment_id": "assignment", "code": "place",
          "scenario_id": "scenario", "verdict_id": "verdict", "batch_id": "batch",
          "correction_id": "correction"}  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield matrix_world.build()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "PER_USER", 10**9)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Keep the connection between requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def known_id(world: World, path: str, name: str) -> Any:
    """What is on record under a path parameter."""
    if name in _KINDS:
        return world.objects.get((_KINDS[name], PLACE))
    noun = path.removeprefix("/api/v1/").split("/")[0]
    kinds = {asks["/{id}"][0].kind for word, asks in API.items() if word == noun}
    kind = kinds.pop() if kinds else noun.rstrip("s")
    return world.objects.get((kind, PLACE))


def ask(case: Any, *, token: str, world: World, is_known: bool) -> Any:
    """Send one made-up request, of half of them to what is on record; its effects are undone."""
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
    if is_known:
        for name in case.path_parameters or {}:
            found = known_id(world, case.operation.path, name)
            if found is not None:
                case.path_parameters[name] = found
        if case.method != "GET" and "/{" in case.operation.path:
            pk = next(iter((case.path_parameters or {"": 0}).values()))
            case.headers["If-Match"] = f'"{pk}-1"'
    with transaction.atomic():
        response = case.call()
        transaction.set_rollback(True)
    return response


def made_up(operation: Any) -> st.SearchStrategy[Any]:
    """Requests as the document wants them; and, one of four, as it does not."""
    right, wrong = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
    return st.integers(0, 3).flatmap(lambda n: right if n else wrong)


@pytest.mark.parametrize(("role", "most"), ROLES.items())
def test_no_request_meets_a_defect(world: World, role: str, most: int) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    user = User.objects.get(username=role)
    with scope.active(scope.build_scope(user)):
        token = tokens.create(user, name="schemathesis")
    faults: dict[str, str] = {}
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(SETTINGS, max_examples=most)
        @given(case=made_up(operation), is_known=st.booleans())
        def try_one(case: Any, is_known: bool) -> None:  # noqa: FBT001  hypothesis calls by name
            response = ask(case, token=token, world=world, is_known=is_known)
            try:
                case.validate_response(response, checks=list(CHECKS))
            except FailureGroup as error:
                name = f"{case.operation.label} {response.status_code}"
                faults.setdefault(name, "; ".join(str(one) for one in error.exceptions)[:900])

        try_one()
    text = "\n\n".join(f"{name}\n{said}" for name, said in faults.items())
    assert not faults, f"{len(faults)} faults\n{text}"
