"""What in the record should be looked at again, and the thresholds by which that is decided."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tuijin.ledger.models import Project, PublishedRule
from tuijin.ledger.scope import ScopedManager


class FlagRule(PublishedRule):
    """One threshold; `is_used` turns a rule off without losing its row."""

    UNITS: ClassVar = [
        ("factor", "倍"), ("ratio", "比例"), ("periods", "期"), ("characters", "字"),
        ("copies", "处"), ("days", "天"),
    ]  # fmt: skip

    code = models.CharField(max_length=40, unique=True)
    threshold = models.FloatField()
    unit = models.CharField(max_length=12, choices=UNITS)
    is_used = models.BooleanField(default=True)

    class Meta:
        ordering = ("order",)


class Flag(models.Model):
    """
    Something to check (请核对), with the figures that raise it; it accuses nobody.

    Found anew each day: a row goes when the record no longer raises it. `facts` are
    `[[Chinese, English, value, field class, address], …]`.
    """

    rule = models.ForeignKey(FlagRule, models.CASCADE, db_index=False)
    project = models.ForeignKey(Project, models.CASCADE)
    subject = models.CharField(max_length=120)  # tells flags of one rule and project apart
    facts = models.JSONField(default=list)
    since_on = models.DateField()

    objects = ScopedManager["Flag"](field_class="I")

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("rule", "project", "subject"), name="one_flag"),
        )
