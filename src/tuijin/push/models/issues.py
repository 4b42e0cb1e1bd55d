"""What somebody has been asked to do, step by step."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from tuijin.ledger.models import Evidence, Place, Project, User
from tuijin.ledger.models.sources import labelled
from tuijin.ledger.scope import ScopedManager
from tuijin.push import states
from tuijin.push.models.rules import ClockRule

_BY_ISSUE: dict[str, Any] = {
    "place": "issue__place_id", "project": "issue__project_id", "field_class": "I",
}  # fmt: skip


class Issue(models.Model):
    """
    A matter with a responsible unit and a date.

    `origin` names what it came from (`decision:12`, `light:7`, `claim:3`, `node:9:start`,
    `forecast:7`, `flag:5`), so that its source can be found and asked again; `figures` are the
    figures that raised it. The columns under "kept" follow from the rest and are written by
    `push.deadlines`.
    """

    key = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=500)
    detail = models.TextField(blank=True)
    category = models.CharField(max_length=20, choices=labelled("issue_category"), default="other")
    severity = models.CharField(max_length=8, choices=labelled("severity"), default="ordinary")
    place = models.ForeignKey(Place, models.PROTECT)
    project = models.ForeignKey(Project, models.PROTECT, null=True)
    owner_unit = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True)
    due_on = models.DateField(null=True)  # of the whole matter
    is_due_given = models.BooleanField(default=False)  # by a person, not by a clock rule
    origin = models.CharField(max_length=80, blank=True)
    cause = models.CharField(max_length=40, blank=True)
    figures = models.JSONField(default=list)  # [[Chinese name, English name, value, class], …]
    rule = models.ForeignKey(ClockRule, models.PROTECT, null=True)  # what a light asks for
    state = models.CharField(max_length=12, choices=labelled("issue_state"), default=states.RAISED)
    opened_by = models.CharField(max_length=80)
    opened_on = models.DateField()
    opened_at = models.DateTimeField(auto_now_add=True)
    assigned_on = models.DateField(null=True)
    reported_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    outcome = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    # kept
    next_due_on = models.DateField(null=True)  # of the step waited for; none while paused or over
    is_provisional = models.BooleanField(default=False)  # counted past the published calendar
    level = models.PositiveSmallIntegerField(default=0)  # how far it was escalated

    objects = ScopedManager["Issue"](place="place_id", field_class="I")

    class Meta:
        ordering = ("due_on", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("origin",),
                condition=~Q(origin="") & ~Q(state__in=states.OVER),
                name="one_open_issue_of_an_origin",
            ),
        )
        indexes = (
            models.Index(fields=("place", "state", "next_due_on"), name="issue_open"),
            models.Index(fields=("state", "next_due_on"), name="issue_due"),
            models.Index(fields=("owner", "state"), name="issue_owner"),
            models.Index(fields=("project", "state"), name="issue_project"),
            models.Index(fields=("origin",), name="issue_origin"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        return self.state in states.OVER


class _OfIssue(models.Model):
    """A row of an issue; it lies where its issue lies."""

    class Meta:
        abstract = True

    @property
    def place_id(self) -> str:
        return self.issue.place_id  # type: ignore[attr-defined]  # every such row has one

    @property
    def project_id(self) -> int | None:
        return self.issue.project_id  # type: ignore[attr-defined]  # as above


class IssueStep(_OfIssue):
    """A step that was taken, by whom, on which day. Append-only."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="steps")
    step = models.CharField(max_length=12)
    from_state = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    by = models.CharField(max_length=80)
    on = models.DateField()
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True)

    objects = ScopedManager["IssueStep"](**_BY_ISSUE)

    class Meta:
        ordering = ("id",)


class Pause(_OfIssue):
    """The clock stands from `starts_on` up to, and not on, `ends_on`, for a recorded reason."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="pauses")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    reason = models.TextField()
    by = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager["Pause"](**_BY_ISSUE)

    class Meta:
        ordering = ("starts_on", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("issue",), condition=Q(ends_on=None), name="one_open_pause"
            ),
        )


class Slip(_OfIssue):
    """
    A supervision slip (督办单): one matter, one level, one number of the year.

    What it says is kept as it was on its day; `received_on` is the receipt.
    """

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="slips")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField()
    rule = models.ForeignKey(ClockRule, models.PROTECT, null=True)
    addressed_to = models.CharField(max_length=200)
    facts = models.JSONField(default=list)  # [[Chinese name, English name, value], …]
    issued_on = models.DateField()
    issued_by = models.CharField(max_length=80)
    received_on = models.DateField(null=True)
    received_by = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager["Slip"](**_BY_ISSUE)

    class Meta:
        ordering = ("-issued_on", "-id")
        constraints = (
            models.UniqueConstraint(fields=("year", "number"), name="one_slip_number"),
            models.UniqueConstraint(fields=("issue", "level"), name="one_slip_a_level"),
        )
