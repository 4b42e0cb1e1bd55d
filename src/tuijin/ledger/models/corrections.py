"""A correction that waits for a second person: of a figure, or of a project's own figures."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tuijin.ledger.models.figures import Figure
from tuijin.ledger.models.projects import Project
from tuijin.ledger.scope import ScopedManager


class FigureCorrection(models.Model):
    """
    New values and why; in force once somebody else agrees.

    Of a figure, with its project if it has one; without a figure, of the project's own columns.
    """

    figure = models.ForeignKey(Figure, models.PROTECT, null=True, related_name="corrections")
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="corrections")
    changes = models.JSONField()  # {column: [old, new]}, as the trail writes them
    reason = models.CharField(max_length=1000)
    batch = models.CharField(max_length=36, blank=True)  # of the import that asks
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(null=True)

    objects = ScopedManager["FigureCorrection"](
        place=("project__place_id", "figure__place_id"), field_class="I"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("figure",),
                condition=Q(is_approved__isnull=True),
                name="one_open_correction",
            ),
            models.UniqueConstraint(
                fields=("project",),
                condition=Q(is_approved__isnull=True, figure__isnull=True),
                name="one_open_of_project",
            ),
            models.CheckConstraint(
                condition=Q(figure__isnull=False) | Q(project__isnull=False),
                name="correction_subject",
            ),
        )
        indexes = (
            models.Index(fields=("batch",), condition=~Q(batch=""), name="correction_batch"),
        )
        ordering = ("-id",)

    @property
    def place_id(self) -> str | None:
        project = self.figure.project if self.figure is not None else self.project
        if project is not None:
            return project.place_id
        return self.figure.place_id if self.figure is not None else None

    @property
    def state(self) -> str:
        return {None: "pending", True: "approved", False: "rejected"}[self.is_approved]
