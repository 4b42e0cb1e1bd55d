"""Claims, the checks they are bound to, the verdicts those gave, and the runs that made them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from tuijin.ledger.fields import ExactDecimalField
from tuijin.ledger.models import Project, Source, User
from tuijin.ledger.models.sources import labelled
from tuijin.ledger.scope import ScopedManager

RULINGS = [("HOLDS", "成立"), ("FALLS SHORT", "未达"), ("UNDECIDED", "待定")]
_BY_CLAIM = {"place": "claim__project__place_id", "project": "claim__project_id"}


class Claim(models.Model):
    """
    One promise of a project, as quoted.

    The columns under "kept" are drawn from the current verdicts by `verify.verdicts`.
    """

    key = models.CharField(max_length=80, unique=True)
    project = models.ForeignKey(Project, models.PROTECT)
    dimension = models.CharField(max_length=12, choices=labelled("dimension"))
    metric = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    claim_type = models.CharField(max_length=40, choices=labelled("claim_type"))
    statistic = models.CharField(max_length=12, choices=labelled("statistic"))
    target = ExactDecimalField(null=True)
    unit = models.CharField(max_length=40, blank=True)
    probability_ratio = ExactDecimalField(null=True)
    by_date = models.DateField(null=True)
    quote = models.TextField()
    note = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    version = models.PositiveIntegerField(default=1)

    # kept
    ruling = models.CharField(max_length=12, choices=RULINGS, blank=True)
    is_stale = models.BooleanField(default=False)
    disagrees = models.BooleanField(default=False)

    KEPT: ClassVar = ("ruling", "is_stale", "disagrees")

    objects = ScopedManager["Claim"](field_class="I")

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("ruling", "id"), name="claim_ruling"),
            models.Index(fields=("dimension", "id"), name="claim_dimension"),
        )

    def __str__(self) -> str:
        return self.title


class Binding(models.Model):
    """A claim bound to a check; `error` tells why the last run could not test it."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="bindings")
    kind = models.CharField(max_length=12, choices=labelled("check"))
    using = models.CharField(max_length=500)
    parameters = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    # kept
    error = models.JSONField(null=True)  # {"code": …, "message": …}

    objects = ScopedManager["Binding"](**_BY_CLAIM, field_class="I")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("claim", "kind"), name="one_binding"),)
        ordering = ("id",)

    @property
    def project_id(self) -> int:
        """The claim's project, by which the ledger tells whose it is."""
        return self.claim.project_id


class Run(models.Model):
    """A verification in the worker. Progress and outcome are stored, never only in memory."""

    class Status(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        CANCELLED = "cancelled", "已取消"
        FAILED = "failed", "失败"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.PROTECT, null=True)
    title = models.CharField(max_length=300)
    claim_ids = models.JSONField()
    seed = models.BigIntegerField()
    status = models.CharField(max_length=12, choices=Status, default=Status.QUEUED)
    reason = models.CharField(max_length=40, blank=True)  # code of a failure
    total_count = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # ruling -> number of claims
    errors = models.JSONField(default=list)  # claims that could not be tested
    is_cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)

    @property
    def is_open(self) -> bool:
        return self.status in (self.Status.QUEUED, self.Status.RUNNING)

    @property
    def is_finished(self) -> bool:
        return not self.is_open


class Verdict(models.Model):
    """
    What one check found, with all it was found from. Append-only; the newest is the current one.

    `field_class` is the highest class among the inputs: figures of a verdict drawn from
    confidential records are confidential, its ruling is internal.
    """

    binding = models.ForeignKey(Binding, models.PROTECT, related_name="verdicts")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="verdicts")
    ruling = models.CharField(max_length=12, choices=RULINGS)
    value = models.FloatField(null=True)  # base unit; a date's ordinal
    interval_low = models.FloatField(null=True)
    interval_high = models.FloatField(null=True)
    on = models.DateField(null=True)
    needs_zh = models.CharField(max_length=500, blank=True)
    needs_en = models.CharField(max_length=500, blank=True)
    decides = models.JSONField(default=list)  # [name, unit, low, high, at_most | at_least | ""]
    seed = models.BigIntegerField(null=True)
    n_draws = models.PositiveIntegerField(null=True)
    made_with = models.CharField(max_length=80)
    inputs = models.JSONField()
    inputs_sha256 = models.CharField(max_length=64)
    charts = models.JSONField(default=dict)
    field_class = models.CharField(max_length=1, default="I")
    run = models.ForeignKey(Run, models.SET_NULL, null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    is_current = models.BooleanField(default=True)
    is_stale = models.BooleanField(default=False)

    objects = ScopedManager["Verdict"](**_BY_CLAIM, field_class="I")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("binding",), condition=Q(is_current=True), name="one_current_verdict"
            ),
        )
        ordering = ("-id",)


class Scenario(models.Model):
    """
    A run of a project's model with some parameters changed, to see what would be; append-only.

    `binding` says which model of which project, and how the record is read for it. Nothing of a
    scenario enters the ledger, a claim or a verdict.
    """

    binding = models.ForeignKey(Binding, models.PROTECT, related_name="scenarios")
    user = models.ForeignKey(User, models.PROTECT, null=True)
    run = models.OneToOneField(Run, models.SET_NULL, null=True, related_name="scenario")
    title = models.CharField(max_length=120, blank=True)
    changes = models.JSONField(default=dict)  # parameter -> {"value", "low", "high"}
    seed = models.BigIntegerField()
    n_draws = models.PositiveIntegerField()
    parameters = models.JSONField(default=list)  # as the model got them
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    made_with = models.CharField(max_length=80, blank=True)
    field_class = models.CharField(max_length=1, default="I")
    found = models.JSONField(null=True)  # metrics, pictures, diagram
    replay = models.JSONField(null=True)
    error = models.JSONField(null=True)  # {"code": …, "message": …}
    made_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager["Scenario"](
        place="binding__claim__project__place_id",
        project="binding__claim__project_id",
        field_class="I",
    )

    class Meta:
        ordering = ("-id",)


class Dependency(models.Model):
    """A topic that a check reads, whether anything is on record there or not."""

    binding = models.ForeignKey(Binding, models.CASCADE, related_name="dependencies")
    topic = models.CharField(max_length=200)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("topic", "binding"), name="one_dependency"),)
