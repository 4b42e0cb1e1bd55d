"""What happens to a project over time. A figure is corrected by a new entry, never overwritten."""

from __future__ import annotations

from django.db import models

from tuijin.ledger.fields import ExactDecimalField, MoneyField
from tuijin.ledger.models.projects import Project
from tuijin.ledger.models.sources import Source, labelled
from tuijin.ledger.scope import ScopedManager


class Entry(models.Model):
    """A dated statement about a project; the newest entry of a natural key is the current one."""

    project = models.ForeignKey(Project, models.PROTECT)
    source = models.ForeignKey(Source, models.PROTECT, null=True, db_index=False)
    entered_by = models.CharField(max_length=80, blank=True)
    entered_at = models.DateTimeField(auto_now_add=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected")
    is_current = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


def _one_current(*fields: str, name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=("project", *fields), condition=models.Q(is_current=True), name=name
    )


class AnnualPlan(Entry):
    year = models.PositiveSmallIntegerField()
    planned_yuan = MoneyField()

    objects = ScopedManager["AnnualPlan"](field_class="C")

    class Meta:
        constraints = (_one_current("year", name="one_current_plan"),)


class ProgressReport(Entry):
    """`period` is `2025-09` for a month, `2025-09-1` … `-3` for a 旬 of it."""

    period = models.CharField(max_length=9)
    year_done_yuan = MoneyField(null=True)
    total_done_yuan = MoneyField(null=True)
    progress = models.TextField(blank=True)
    problems = models.TextField(blank=True)

    objects = ScopedManager["ProgressReport"](field_class="C", entered_by="entered_by")

    class Meta:
        constraints = (_one_current("period", name="one_current_report"),)
        ordering = ("period",)


class OperatingRecord(Entry):
    """`month` is the first day of the month."""

    month = models.DateField()
    sales_yuan = MoneyField(null=True)
    tax_yuan = MoneyField(null=True)
    output_t = ExactDecimalField(null=True)
    jobs_count = models.PositiveIntegerField(null=True)
    energy_mwh = ExactDecimalField(null=True)

    objects = ScopedManager["OperatingRecord"](field_class="C", entered_by="entered_by")

    class Meta:
        constraints = (_one_current("month", name="one_current_operating_record"),)
        ordering = ("month",)


class StageEvent(Entry):
    stage = models.CharField(max_length=12, choices=labelled("stage"))
    on = models.DateField()
    note = models.TextField(blank=True)

    objects = ScopedManager["StageEvent"](field_class="P")

    class Meta:
        constraints = (_one_current("stage", name="one_current_stage_event"),)
        ordering = ("on",)


class Node(Entry):
    """A step with a deadline; `reason` is the recorded 正当理由 that lifts a light."""

    node = models.CharField(max_length=40)
    due_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    responsible = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)

    objects = ScopedManager["Node"](field_class="I")

    class Meta:
        constraints = (_one_current("node", name="one_current_node"),)
        indexes = (models.Index(fields=("due_on",), name="node_due"),)
        ordering = ("due_on",)
