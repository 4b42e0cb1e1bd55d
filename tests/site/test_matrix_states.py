"""
The permission matrix over states: roles × steps × places × states of issues and of corrections.

Who may do what is the reference's (`matrix_tables`); which step leaves which state stands here, as
facts of the way of an issue (收集 → 交办 → 承接 → 办理 → 反馈 → 核验 → 销号) and not as the
product's own table has it. A step from another state is a conflict, whoever takes it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.site.matrix_tables import STEPS, Ask
from tests.site.matrix_world import Principal, World
from tests.site.test_matrix import expect, many_requests, outcome, places_to_ask, world  # noqa: F401
from tuijin.ledger.models import Figure, FigureCorrection, User
from tuijin.ledger.scope import build_scope
from tuijin.push import states
from tuijin.push.models import Issue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("many_requests")]

STATES = (
    "raised", "assigned", "accepted", "working", "reported", "inspected", "closed", "disputed",
    "dropped",
)  # fmt: skip
LEAVES = {
    "assign": {"raised"}, "drop": {"raised"}, "accept": {"assigned"},
    "dispute": {"assigned", "accepted"}, "uphold": {"disputed"},
    "reassign": {"assigned", "accepted", "disputed"}, "work": {"accepted"},
    "report": {"working"}, "return": {"reported", "inspected"}, "inspect": {"reported"},
    "close": {"inspected"}, "reopen": {"closed"},
    "pause": {*STATES} - {"closed", "dropped"}, "resume": set(),  # the clock does not stand still
}  # fmt: skip
BODY = {
    "assign": {"owner_unit": "局"}, "drop": {"note": "n"}, "dispute": {"note": "n"},
    "uphold": {"note": "n"}, "reassign": {"owner_unit": "局", "note": "n"},
    "work": {"note": "n"}, "report": {"note": "n", "evidence": "e-{place}"},
    "return": {"note": "n"}, "inspect": {"note": "n"}, "reopen": {"note": "n"},
    "pause": {"reason": "r"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Every refusal is logged."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def one_of_each(world: World) -> list[Principal]:  # noqa: F811
    """The first of each role, and of those who are nobody."""
    found: dict[str, Principal] = {}
    for who in world.principals:
        found.setdefault(who.role if who.is_known else who.name, who)
    return list(found.values())


def send(who: Principal, method: str, path: str, body: Any, *, tag: str) -> Any:
    return who.client.generic(
        method, f"/api/v1/{path}", json.dumps(body).encode(), "application/json",
        headers={"If-Match": tag},
    )  # fmt: skip


def said(response: Any) -> str:
    """The outcome; of a conflict, a refused body or one's own work, its code."""
    if response.status_code in (409, 412, 422, 428):
        return str(response.json()["code"])
    if response.status_code == 403 and response.json()["code"] == "self_approval":
        return "self_approval"
    return outcome(response)


def walk_issues(world: World) -> list[str]:  # noqa: F811
    """Every step from every state, by each role, at home and elsewhere."""
    wrong, asked = [], 0
    for number, step in enumerate(LEAVES):
        ask = Ask("POST", STEPS[step], "issue", changes=True)
        for who in one_of_each(world):
            for place in places_to_ask(who, number, ask, is_full=False)[:2]:
                issue = Issue._base_manager.get(pk=world.objects["issue", place])
                body = {k: v.replace("{place}", place) for k, v in BODY.get(step, {}).items()}
                for state in STATES:
                    with transaction.atomic():
                        Issue._base_manager.filter(pk=issue.pk).update(state=state)
                        found = said(send(who, "POST", f"issues/{issue.pk}/{step}", body,
                                          tag=f'"{issue.pk}-{issue.version}"'))  # fmt: skip
                        transaction.set_rollback(True)
                    wanted = expect(who, ask, place)
                    if wanted == "ok" and state not in LEAVES[step]:
                        wanted = "state"
                    asked += 1
                    if found != wanted:
                        wrong.append(f"{who.name} {step} from {state} in {place}: "
                                     f"{found}, not {wanted}")  # fmt: skip
    assert asked > 2_000
    return wrong


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_roles_steps_places_states(world):  # noqa: F811
    wrong = walk_issues(world)
    assert not wrong, "\n".join([f"{len(wrong)} mismatches", *wrong[:40]])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_planted_hole_between_states_is_found(world):  # noqa: F811
    """An issue that can be closed before anybody has inspected it."""
    close = states.STEPS["close"]
    whole = close.comes_from
    object.__setattr__(close, "comes_from", (*whole, "reported"))  # routes hold the step itself
    try:
        wrong = walk_issues(world)
    finally:
        object.__setattr__(close, "comes_from", whole)
    assert wrong
    assert all(" close from reported " in line for line in wrong)


CASES = ("pending", "own", "approved", "rejected")


def make(correction: FigureCorrection, case: str, who: Principal) -> None:
    """Put a correction into a state."""
    asker = User.objects.filter(username=who.name).first()
    columns: dict[str, Any] = {
        "pending": {},
        "own": {"asked_by": build_scope(asker).actor} if asker and asker.is_active else {},
        "approved": {"is_approved": True}, "rejected": {"is_approved": False},
    }[case]  # fmt: skip
    if columns:
        FigureCorrection._base_manager.filter(pk=correction.pk).update(**columns)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("step", ["approve", "reject", "ask"])
def test_roles_corrections_places_states(world, step):  # noqa: F811
    """All 77, at home and elsewhere: deciding, and asking for another one."""
    wrong = []
    ask = (
        Ask("PATCH", "edit", "figure", changes=True) if step == "ask"
        else Ask("POST", "approve", "correction", changes=True)
    )  # fmt: skip
    for who in world.principals:
        for place in places_to_ask(who, 3, ask, is_full=False)[:2]:
            correction = FigureCorrection._base_manager.get(pk=world.objects["correction", place])
            for case in CASES:
                wanted = expect(who, ask, place)
                if wanted == "ok":
                    wanted = after(case, step)
                with transaction.atomic():
                    make(correction, case, who)
                    found = said(decide(who, correction, step))
                    transaction.set_rollback(True)
                if found != wanted:
                    wrong.append(f"{who.name} {step} {case} in {place}: {found}, not {wanted}")
    assert not wrong, "\n".join([f"{len(wrong)} mismatches", *wrong[:40]])


def after(case: str, step: str) -> str:
    """What follows for somebody whose role and place allow it."""
    if step == "ask":
        return "pending" if case in ("pending", "own") else "ok"
    return {"pending": "ok", "own": "self_approval"}.get(case, "decided")


def decide(who: Principal, correction: FigureCorrection, step: str) -> Any:
    if step != "ask":
        return send(who, "POST", f"corrections/{correction.pk}/{step}", {}, tag='"0-0"')
    figure = Figure._base_manager.get(pk=correction.figure_id)
    body = {"as_of": "2025-10", "reason": "r"}
    return send(who, "PATCH", f"figures/{figure.pk}", body, tag=f'"{figure.pk}-{figure.version}"')


def test_the_states_are_all_there():
    assert set(STATES) == set(states.STATES)
    assert set(LEAVES) == set(STEPS)
    assert set(LEAVES) - {"pause", "resume"} == set(states.STEPS)
