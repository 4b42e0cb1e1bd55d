"""Closing an issue asks again what raised it; if that still fails, the issue opens by itself."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.db import transaction
from django_tasks import task

from tuijin.ledger import scope
from tuijin.ledger.access import job
from tuijin.push import failing, flags, issues, local_day, notices, states
from tuijin.push.models import Flag, Issue, Signal
from tuijin.push.states import STEPS
from tuijin.see import judging
from tuijin.verify.checks import DEFAULT_SEED
from tuijin.verify.models import Claim, Run
from tuijin.verify.supervisor import supervise


def ask_again(issue: Issue, *, on: date) -> None:
    """Ask what raised a closed issue: at once where that is quick, else in the worker."""
    kind, _, key = issue.origin.partition(":")
    if kind == "claim":
        transaction.on_commit(partial(check_claim.enqueue, None, issue.pk, int(key)))
    elif kind in ("light", "node", "flag", "forecast"):
        with scope.active(scope.system_scope("recheck")):
            settle(issue, on=on)


def settle(issue: Issue, *, on: date) -> None:
    """Open a closed issue again if what raised it still fails; else forget the signal."""
    issue = Issue.objects.get(pk=issue.pk)
    if issue.state != states.CLOSED:
        return
    if not _still_fails(issue, on=on):
        Signal.objects.filter(origin=issue.origin).delete()
        return
    given = issues.Given(note="销号后复查，问题仍然存在，系统自动重新打开")
    issue = issues.take_step(issue, STEPS["reopen"], given, on=on)
    notices.tell_reopened(issue, on=on)


def _still_fails(issue: Issue, *, on: date) -> bool:
    kind, _, key = issue.origin.partition(":")
    if kind == "light":
        judging.refresh([int(key)], as_of=on)
        return any(failing.failing_lights(on=on, project_id=int(key)))
    if kind == "flag":
        flags.refresh(on=on)
        return Flag.objects.filter(pk=int(key)).exists()
    if kind == "forecast":
        return any(failing.slipped_forecasts(on=on, project_id=int(key)))
    if kind == "node":
        project, _, node = key.partition(":")
        return any(failing.late_nodes(on=on, project_id=int(project), node=node))
    return any(failing.failing_claims(int(key)))


@task()
@job("verify")
def check_claim(user_id: int | None, issue_id: int, claim_id: int) -> None:
    """Run a claim in a process of its own, as every run is, and see whether it holds now."""
    if Claim.objects.filter(pk=claim_id).exists():
        run = Run.objects.create(
            title="销号复查", claim_ids=[claim_id], total_count=1, seed=DEFAULT_SEED,
            user_id=user_id,
        )  # fmt: skip
        supervise(str(run.pk))
    settle(Issue.objects.get(pk=issue_id), on=local_day.today())
