"""A step with all that follows from it: a slip, notices, and what raised the issue asked again."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tuijin.push import escalation, issues, notices, rechecks
from tuijin.push.issues import Given
from tuijin.push.models import Issue
from tuijin.push.states import Step


def move(issue: Issue, step: Step, given: Given, *, on: date) -> Issue:
    """Take one step of an issue as the current reader; raises what `issues.take_step` does."""
    with transaction.atomic():
        issue = issues.take_step(issue, step, given, on=on)
        rule = issue.rule
        if step.code == "assign" and rule is not None and rule.level > issue.level:
            escalation.write_slip(issue, rule, late=0, on=on)
            notices.tell_at_once([issue], on=on)
        notices.tell_step(issue, step.code, on=on)
        if step.code == "close" and issue.origin:
            rechecks.ask_again(issue, on=on)
            issue.refresh_from_db()
    return issue
