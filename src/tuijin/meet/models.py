"""A meeting: its stops, what was said and marked there, and what was decided."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models import Q

from tuijin.ledger import scope
from tuijin.ledger.fields import ExactDecimalField
from tuijin.ledger.models import Place, Project, Rulebook, Source, User
from tuijin.ledger.scope import ScopedManager
from tuijin.push.models import Issue

_BY_STOP = {"place": "stop__project__place_id", "project": "stop__project_id"}


class MeetingManager(models.Manager["Meeting"]):
    """A meeting is seen by those who see its place, or any of its stops."""

    def get_queryset(self) -> models.QuerySet[Meeting]:
        rows = super().get_queryset()
        who = scope.current()
        if "P" in who.role.others or (who.everywhere and who.role.own):
            return rows
        seen = Stop.objects.values("meeting_id")
        return rows.filter(Q(place_id__in=who.places) | Q(pk__in=seen))


class Meeting(models.Model):
    """A promotion meeting (推进会) with its days of tour."""

    key = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    place = models.ForeignKey(Place, models.PROTECT)
    starts_on = models.DateField()
    ends_on = models.DateField()
    note = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    issuer = models.CharField(max_length=200, blank=True)  # signs the brief; empty is left out
    rulebook = models.ForeignKey(Rulebook, models.PROTECT, null=True)  # None: as the place chose
    day_starts_at = models.TimeField(default=time(8, 30))
    day_ends_at = models.TimeField(default=time(18, 30))
    is_voting_open = models.BooleanField(default=False)
    tour_note = models.JSONField(default=dict)  # what the last ordering said, by day
    version = models.PositiveIntegerField(default=1)

    objects = MeetingManager()

    class Meta:
        ordering = ("-starts_on", "id")

    def __str__(self) -> str:
        return self.title


class Stop(models.Model):
    """
    A project visited on a day.

    `position` is its number within the day, kept by `meet.tours`; a pinned stop keeps its own.
    """

    VISIT_MINUTES: ClassVar = 30
    OWNER_COLUMNS: ClassVar = ("meeting_id",)  # what `owner_place_id` follows from

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="stops")
    day = models.DateField()
    project = models.ForeignKey(Project, models.PROTECT)
    group = models.CharField(max_length=40, blank=True)
    visit_minutes = models.PositiveSmallIntegerField(null=True)
    note = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    position = models.PositiveSmallIntegerField(null=True)
    is_pinned = models.BooleanField(default=False)
    drive_minutes = models.FloatField(null=True)
    arrives_minutes = models.FloatField(null=True)  # after midnight of the day
    leaves_minutes = models.FloatField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager["Stop"](field_class="P")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("meeting", "day", "project"), name="one_stop"),
        )
        ordering = ("day", "position", "id")

    @property
    def owner_place_id(self) -> str:
        """Whose entry it is: who holds the meeting chooses what it visits."""
        return self.meeting.place_id

    @property
    def minutes(self) -> int:
        return self.VISIT_MINUTES if self.visit_minutes is None else self.visit_minutes


class Comment(models.Model):
    """Something said at a stop; never changed afterwards."""

    stop = models.ForeignKey(Stop, models.PROTECT, related_name="comments")
    author = models.ForeignKey(User, models.PROTECT)
    text = models.TextField()
    written_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager["Comment"](**_BY_STOP, field_class="I")

    class Meta:
        ordering = ("written_at", "id")


class ScoreRule(models.Model):
    """
    A row of a published way to score.

    A rulebook's rows are either ranks (a vote for place `order` is worth `points`) or criteria (a
    voter gives 0 to `points`).
    """

    KINDS: ClassVar = [("rank", "名次"), ("weight", "权重")]

    rulebook = models.ForeignKey(Rulebook, models.CASCADE, related_name="scores")
    kind = models.CharField(max_length=8, choices=KINDS)
    code = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    points = ExactDecimalField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("rulebook", "code"), name="one_score_rule"),)
        ordering = ("rulebook", "order")


class Vote(models.Model):
    """A voter's rank for a stop, or points on one criterion; a new ballot replaces the old."""

    stop = models.ForeignKey(Stop, models.PROTECT, related_name="votes")
    voter = models.ForeignKey(User, models.PROTECT)
    rule = models.ForeignKey(ScoreRule, models.PROTECT)
    points = ExactDecimalField()
    cast_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager["Vote"](**_BY_STOP, field_class="I")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("stop", "voter", "rule"), name="one_vote"),)


class Statement(models.Model):
    """A stop called to make a statement (表态发言) because it came last in its group."""

    stop = models.OneToOneField(Stop, models.PROTECT, related_name="statement")
    score = ExactDecimalField()
    called_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager["Statement"](**_BY_STOP, field_class="I")


class Decision(models.Model):
    """What the meeting decided; carried out as an issue."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions")
    place = models.ForeignKey(Place, models.PROTECT)
    project = models.ForeignKey(Project, models.PROTECT, null=True)
    text = models.CharField(max_length=500)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True)
    decided_at = models.DateTimeField(auto_now_add=True)
    issue = models.OneToOneField(Issue, models.PROTECT, null=True, related_name="decision")

    objects = ScopedManager["Decision"](place="place_id", field_class="I")

    class Meta:
        ordering = ("decided_at", "id")
