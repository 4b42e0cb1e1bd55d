"""
The way of an issue as data: 收集, 交办, 承接, 办理, 反馈, 核验, 销号; with return and dispute.

Pages, the API and the checks are all drawn from `STEPS`; a new step is a row here.
"""

from __future__ import annotations

from dataclasses import dataclass

from tuijin.importers.nouns import CHOICES

RAISED, ASSIGNED, ACCEPTED, WORKING = "raised", "assigned", "accepted", "working"
REPORTED, INSPECTED, CLOSED = "reported", "inspected", "closed"
DISPUTED, DROPPED = "disputed", "dropped"

STATES = CHOICES["issue_state"]  # code: (Chinese, English), in the order shown
OVER = (CLOSED, DROPPED)
OPEN = tuple(code for code in STATES if code not in OVER)
# Whose hands it is in: the dispatcher's, the unit's, the inspector's.
WITH_DISPATCHER, WITH_UNIT, WITH_INSPECTOR = (
    (RAISED, DISPUTED), (ASSIGNED, ACCEPTED, WORKING), (REPORTED, INSPECTED),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """
    A step from some states to another.

    Parameters
    ----------
    action
        Action of `ledger.roles` it needs.
    needs
        What must come with it: "note", "unit", "evidence" (of an issue about a project).
    is_by_others
        Nobody does it who had the matter in hand.
    is_main
        The one step that leads on; the others are ways back and aside.
    """

    code: str
    zh: str
    en: str
    comes_from: tuple[str, ...]
    leads_to: str
    action: str
    needs: tuple[str, ...] = ()
    is_by_others: bool = False
    is_main: bool = False


STEPS: dict[str, Step] = {
    step.code: step
    for step in (
        Step("assign", "交办", "Assign", (RAISED,), ASSIGNED, "dispatch", ("unit",), is_main=True),
        Step("drop", "不予受理", "Drop", (RAISED,), DROPPED, "dispatch", ("note",)),
        Step("accept", "承接", "Accept", (ASSIGNED,), ACCEPTED, "reply", is_main=True),
        Step("dispute", "提出异议", "Dispute", (ASSIGNED, ACCEPTED), DISPUTED, "reply", ("note",)),
        Step("uphold", "维持交办", "Uphold", (DISPUTED,), ASSIGNED, "dispatch", ("note",),
             is_main=True),
        Step("reassign", "改派", "Reassign", (ASSIGNED, ACCEPTED, DISPUTED), ASSIGNED, "dispatch",
             ("unit", "note")),
        Step("work", "办理", "Take in hand", (ACCEPTED,), WORKING, "reply", ("note",),
             is_main=True),
        Step("report", "反馈", "Report done", (WORKING,), REPORTED, "reply", ("note", "evidence"),
             is_main=True),
        Step("return", "退回", "Send back", (REPORTED, INSPECTED), WORKING, "inspect", ("note",)),
        Step("inspect", "核验", "Inspect", (REPORTED,), INSPECTED, "inspect", ("note",),
             is_by_others=True, is_main=True),
        Step("close", "销号", "Close", (INSPECTED,), CLOSED, "approve", is_by_others=True,
             is_main=True),
        Step("reopen", "重新打开", "Reopen", (CLOSED,), WORKING, "dispatch", ("note",)),
    )
}  # fmt: skip
# Whoever took one of these had the matter in hand.
IN_HAND = ("accept", "work", "report")


def steps_from(state: str) -> list[Step]:
    """Steps that a state allows, the main one first."""
    return sorted(
        (step for step in STEPS.values() if state in step.comes_from),
        key=lambda step: not step.is_main,
    )
