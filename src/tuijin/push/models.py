"""What somebody has been asked to do."""

from __future__ import annotations

from django.db import models

from tuijin.ledger.models import Place, Project
from tuijin.ledger.scope import ScopedManager


class Issue(models.Model):
    """
    A matter with a responsible unit and a date.

    `origin` names what it came from (`decision:12`), so that the room above can find it again.
    """

    title = models.CharField(max_length=500)
    place = models.ForeignKey(Place, models.PROTECT)
    project = models.ForeignKey(Project, models.PROTECT, null=True)
    owner_unit = models.CharField(max_length=200)
    due_on = models.DateField()
    origin = models.CharField(max_length=80, db_index=True)
    opened_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_on = models.DateField(null=True)
    outcome = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager["Issue"](place="place_id", field_class="I")

    class Meta:
        ordering = ("due_on", "id")
        indexes = (models.Index(fields=("place", "closed_on", "due_on"), name="issue_open"),)

    def __str__(self) -> str:
        return self.title
