"""包联: who answers for a project, and when they were there."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tuijin.ledger.models import Evidence, Project, User
from tuijin.ledger.models.sources import labelled
from tuijin.ledger.scope import ScopedManager


class Assignment(models.Model):
    """
    Somebody who answers for a project from one day to another.

    A project has one leader and one department at a time; an officer may have several projects.
    `holder` is the name as slips write it; `user` the account, where there is one. The assignment
    does not let the account see the project: sight is given by two security administrators.
    """

    project = models.ForeignKey(Project, models.PROTECT)
    kind = models.CharField(max_length=12, choices=labelled("assignment_kind"))
    holder = models.CharField(max_length=200)
    user = models.ForeignKey(User, models.PROTECT, null=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)  # the last day; none while it lasts
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager["Assignment"](field_class="I")

    class Meta:
        ordering = ("project", "kind", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "kind"),
                condition=Q(ends_on=None) & ~Q(kind="officer"),
                name="one_leader_one_department",
            ),
            models.UniqueConstraint(
                fields=("project", "kind", "holder"),
                condition=Q(ends_on=None),
                name="one_assignment",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="assignment_ends_after_start",
            ),
        )
        indexes = (models.Index(fields=("user", "ends_on"), name="assignment_of"),)

    def __str__(self) -> str:
        return self.holder


class Visit(models.Model):
    """A day on site: where, when, a photo, and a written record. Never changed afterwards."""

    project = models.ForeignKey(Project, models.PROTECT)
    user = models.ForeignKey(User, models.PROTECT)
    visited_on = models.DateField()
    visited_at = models.TimeField(null=True)
    where = models.CharField(max_length=200)
    longitude = models.FloatField(null=True)  # WGS-84
    latitude = models.FloatField(null=True)
    record = models.TextField()
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True)
    written_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager["Visit"](field_class="I")

    class Meta:
        ordering = ("-visited_on", "-id")
        indexes = (
            models.Index(fields=("project", "visited_on"), name="visit_project"),
            models.Index(fields=("user", "visited_on"), name="visit_user"),
        )
