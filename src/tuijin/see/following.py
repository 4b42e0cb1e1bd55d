"""Keep the lights true: at once after a change, by the worker after a large one and each night."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from tuijin.ledger import kept
from tuijin.ledger.access import job
from tuijin.ledger.models.trail import TrailEvent
from tuijin.see import judging

_KINDS = frozenset({"project", "progressreport", "annualplan", "node", "stageevent", "figure"})
_AT_ONCE = 500
_NIGHT = time(0, 10)


def follow(events: Sequence[TrailEvent]) -> None:
    """Light what the events touched, once they and what is drawn from them are saved."""
    touched = {e.project_id for e in events if e.object_type in _KINDS and e.project_id}
    if touched:
        transaction.on_commit(lambda: _refresh(sorted(touched)))


def _refresh(project_ids: Sequence[int]) -> None:
    if len(project_ids) > _AT_ONCE:
        judge_lights.enqueue(None)
    else:
        judging.refresh(project_ids, as_of=timezone.localdate())


@task()
@job("rules")
def judge_lights(user_id: int | None) -> int:
    """Light the whole portfolio."""
    return judging.judge_portfolio(as_of=timezone.localdate())


@task()
@job("rules")
def judge_each_night(user_id: int | None) -> int:
    """
    Light the whole portfolio, as days go by without any change, and come again tomorrow.

    Limits of nodes are counted anew first: a rule may have changed, or a project moved.
    """
    expect_night()
    kept.refresh_counted()
    return judging.judge_portfolio(as_of=timezone.localdate())


def expect_night() -> None:
    """See to it that one run waits for the coming night."""
    waiting = DBTaskResult.objects.filter(
        task_path=judge_each_night.module_path, status=TaskResultStatus.READY
    )
    if not waiting.exists():
        tomorrow = timezone.localdate() + timedelta(days=1)
        at = timezone.make_aware(datetime.combine(tomorrow, _NIGHT))
        judge_each_night.using(run_after=at).enqueue(None)
