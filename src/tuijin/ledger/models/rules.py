"""Rule tables: a threshold is a row with its source, in a rulebook that a place chooses."""

from __future__ import annotations

from django.db import models

from tuijin.ledger.models.places import Place
from tuijin.ledger.models.sources import Source, labelled


class Rulebook(models.Model):
    """A published set of rules of one kind (lights, nodes, scores, indicators, clocks)."""

    class Kind(models.TextChoices):
        LIGHT = "light", "亮灯"
        NODE = "node", "节点时限"
        SCORE = "score", "计分"
        INDICATOR = "indicator", "指标"
        CLOCK = "clock", "时限"

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)

    def __str__(self) -> str:
        return self.name


class RulebookChoice(models.Model):
    """Which rulebook of a kind a place uses; the nearest place above decides where none is set."""

    place = models.ForeignKey(Place, models.CASCADE)
    kind = models.CharField(max_length=12, choices=Rulebook.Kind)
    rulebook = models.ForeignKey(Rulebook, models.PROTECT)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("place", "kind"), name="one_rulebook"),)


class PublishedRule(models.Model):
    """What each row of a rule says of itself, whatever it rules."""

    code = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=500, blank=True)
    note_en = models.CharField(max_length=500, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class NodeRule(models.Model):
    """A step of the stage line, its limit and the evidence that closes it."""

    rulebook = models.ForeignKey(Rulebook, models.CASCADE, related_name="nodes")
    code = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=12, choices=labelled("stage"))
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    starts_from = models.CharField(max_length=40, blank=True)  # node code or stage
    limit_months = models.PositiveSmallIntegerField(null=True)
    limit_days = models.PositiveSmallIntegerField(null=True)
    evidence = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("rulebook", "code"), name="one_node_rule"),)
        ordering = ("order",)
