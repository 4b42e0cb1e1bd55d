"""What people are told, how they want it, and what was already said."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models import Q

from tuijin.ledger.models import User
from tuijin.push.models.issues import Issue


class Signal(models.Model):
    """
    Something that fails now and has proposed its issue: it does so once, until it has passed.

    `origin` is that of the issue, `cause` how it fails (`push.failing.WORSE`).
    """

    origin = models.CharField(max_length=80, unique=True)
    cause = models.CharField(max_length=40)
    since_on = models.DateField()


class Notice(models.Model):
    """A line of somebody's inbox; each issue says each thing once a day."""

    KINDS: ClassVar = [
        ("proposed", "待交办"),
        ("assigned", "交办给您"),
        ("step", "有新进展"),
        ("due", "即将到期"),
        ("late", "已逾期"),
        ("escalated", "已提级"),
        ("at_once", "当日报告"),
        ("neglected", "久未走访"),
        ("reopened", "重新打开"),
        ("more", "更多"),
    ]

    user = models.ForeignKey(User, models.CASCADE)
    kind = models.CharField(max_length=12, choices=KINDS)
    issue = models.ForeignKey(Issue, models.CASCADE, null=True)
    on = models.DateField()
    count = models.PositiveIntegerField(default=1)
    read_on = models.DateField(null=True)

    class Meta:
        ordering = ("-on", "-id")
        constraints = (
            models.UniqueConstraint(fields=("user", "issue", "kind", "on"), name="one_notice"),
            models.UniqueConstraint(
                fields=("user", "kind", "on"),
                condition=Q(issue=None),
                name="one_notice_of_no_issue",
            ),
        )
        indexes = (models.Index(fields=("user", "on"), name="notice_day"),)


class NoticeChoice(models.Model):
    """How somebody wants to be told. Nothing leaves the application unless chosen here."""

    user = models.OneToOneField(User, models.CASCADE, related_name="notice_choice")
    email = models.EmailField(max_length=200, blank=True)
    by_mail = models.BooleanField(default=False)
    by_hook = models.BooleanField(default=False)
    wants_daily = models.BooleanField(default=True)
    wants_weekly = models.BooleanField(default=True)
    quiet_from = models.TimeField(default=time(20, 0))
    quiet_until = models.TimeField(default=time(8, 0))
    calendar_sha256 = models.CharField(max_length=64, blank=True, db_index=True)


class Digest(models.Model):
    """A digest that went out, or was tried: one a person, day, kind and way."""

    user = models.ForeignKey(User, models.CASCADE)
    kind = models.CharField(max_length=8)  # daily, weekly
    way = models.CharField(max_length=8)  # mail, hook
    on = models.DateField()
    tries = models.PositiveSmallIntegerField(default=0)
    is_sent = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "kind", "way", "on"), name="one_digest"),
        )


class DayDone(models.Model):
    """
    A day whose proposals, deadlines and escalations have been gone through.

    `has_flags` once that day's flags have been found too; until then they are tried again.
    """

    on = models.DateField(primary_key=True)
    has_flags = models.BooleanField(default=False)
