"""A figure's correction that waits for a second person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tuijin.ledger.models.figures import Figure
from tuijin.ledger.scope import ScopedManager


class FigureCorrection(models.Model):
    """New values of a figure and why; in force once somebody else agrees."""

    figure = models.ForeignKey(Figure, models.PROTECT, related_name="corrections")
    changes = models.JSONField()  # {column: [old, new]}, as the trail writes them
    reason = models.CharField(max_length=1000)
    batch = models.CharField(max_length=36, blank=True)  # of the import that asks
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(null=True)

    objects = ScopedManager["FigureCorrection"](
        place=("figure__project__place_id", "figure__place_id"),
        project="figure__project_id",
        field_class="I",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("figure",),
                condition=Q(is_approved__isnull=True),
                name="one_open_correction",
            ),
        )
        indexes = (
            models.Index(fields=("batch",), condition=~Q(batch=""), name="correction_batch"),
        )
        ordering = ("-id",)

    @property
    def place_id(self) -> str | None:
        return self.figure.project.place_id if self.figure.project else self.figure.place_id

    @property
    def state(self) -> str:
        return {None: "pending", True: "approved", False: "rejected"}[self.is_approved]
