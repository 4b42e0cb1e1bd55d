"""What the worker does each hour: the day gone through once, and digests outside quiet hours."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from tuijin.ledger import trail
from tuijin.ledger.access import job
from tuijin.push import checkpoints, daily, digests, local_day

_FIRST_HOUR = 1  # lights are judged just after midnight


@task()
@job("rules")
def push_each_hour(user_id: int | None) -> None:
    """Go through the day if that has not been done, send what is due, and come again."""
    expect_hour()
    now = timezone.localtime()
    try:
        if now.hour >= _FIRST_HOUR:
            today = local_day.today()
            if daily.go_through(on=today):
                checkpoints.mail_checkpoint(on=today)
    finally:  # what is due goes out, whatever failed of the day
        digests.deliver(now=now)


def expect_hour() -> None:
    """See to it that one run waits for the coming hour, whoever else sees to it now."""
    with transaction.atomic():
        trail.lock()
        waiting = DBTaskResult.objects.filter(
            task_path=push_each_hour.module_path, status=TaskResultStatus.READY
        )
        if not waiting.exists():
            hour = timezone.localtime().replace(minute=5, second=0, microsecond=0)
            push_each_hour.using(run_after=hour + timedelta(hours=1)).enqueue(None)
