"""Recorded figures with their sources, and evidence with its files."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tuijin.ledger.fields import ExactDecimalField
from tuijin.ledger.models.places import Place
from tuijin.ledger.models.projects import Project
from tuijin.ledger.models.sources import Source, labelled
from tuijin.ledger.scope import ScopedManager


class Evidence(models.Model):
    """A document, photo, notice or measurement that supports a project's record."""

    key = models.CharField(max_length=80, unique=True)
    project = models.ForeignKey(Project, models.PROTECT)
    kind = models.CharField(max_length=12, choices=labelled("evidence_kind"))
    title = models.CharField(max_length=300)
    taken_on = models.DateField(null=True)
    measured = models.JSONField(default=dict)  # metric -> what a log measured: n, edges, counts, …
    note = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    entered_by = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager["Evidence"](field_class="I", entered_by="entered_by")

    def __str__(self) -> str:
        return self.title


class Vehicle(models.Model):
    """A vehicle whose messages count for a project, by what it calls itself in them."""

    manufacturer = models.CharField(max_length=80)
    serial = models.CharField(max_length=80)
    project = models.ForeignKey(Project, models.PROTECT)
    note = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager["Vehicle"](field_class="I")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("manufacturer", "serial"), name="one_vehicle"),
        )
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.manufacturer} {self.serial}"


class EvidenceFile(models.Model):
    """A stored file, named by its SHA-256 under `TUIJIN_HOME/files`; never overwritten."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64)
    shown_name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    size_bytes = models.PositiveBigIntegerField()
    uploaded_by = models.CharField(max_length=80)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    has_display = models.BooleanField(default=False)
    is_active = models.BooleanField(default=False)  # a PDF with scripts or attachments
    # what the photo's own metadata claims
    claimed_at = models.DateTimeField(null=True)
    claimed_longitude = models.FloatField(null=True)
    claimed_latitude = models.FloatField(null=True)

    objects = ScopedManager["EvidenceFile"](
        place="evidence__project__place_id",
        project="evidence__project_id",
        field_class="I",
        entered_by="evidence__entered_by",
    )


class Figure(models.Model):
    """
    One recorded value of a metric, of a project or of a place, in the metric's base unit.

    A newer entry supersedes an older one; both stay.
    """

    key = models.CharField(max_length=80)
    project = models.ForeignKey(Project, models.PROTECT, null=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True)
    metric = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    value = ExactDecimalField(null=True)
    low = ExactDecimalField(null=True)
    high = ExactDecimalField(null=True)
    date_value = models.DateField(null=True)
    text_value = models.CharField(max_length=1000, blank=True)
    unit = models.CharField(max_length=40)
    as_of = models.CharField(max_length=40, blank=True)
    price_year = models.PositiveSmallIntegerField(null=True)
    confidence = models.CharField(max_length=20, choices=labelled("confidence"), blank=True)
    note = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    entered_by = models.CharField(max_length=80, blank=True)
    entered_at = models.DateTimeField(auto_now_add=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected")
    is_current = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager["Figure"](place=("project__place_id", "place_id"), field_class="P")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("key",), condition=Q(is_current=True), name="one_current_figure"
            ),
            models.CheckConstraint(
                condition=Q(project__isnull=False) | Q(place__isnull=False), name="figure_subject"
            ),
        )
        indexes = (models.Index(fields=("project", "metric"), name="figure_project_metric"),)

    def __str__(self) -> str:
        return self.title
