"""Where a fact comes from, and who stands behind a project."""

from __future__ import annotations

from django.db import models

from tuijin.importers.nouns import CHOICES
from tuijin.ledger.scope import CitedManager


def labelled(choices: str) -> list[tuple[str, str]]:
    """Return Django choices of a vocabulary, in Chinese."""
    return [(code, zh) for code, (zh, _) in CHOICES[choices].items()]


class Source(models.Model):
    """A cited document. Public to everybody who is signed in."""

    key = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    published_on = models.DateField(null=True)
    confidence = models.CharField(max_length=20, choices=labelled("confidence"), blank=True)
    licence = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CitedManager["Source"](
        "Project.source", "Organisation.source", "StageEvent.source", "Node.source",
        "Figure.source", "Evidence.source", "AnnualPlan.source", "ProgressReport.source",
        "OperatingRecord.source", "PriceSeries.source", "Price.source", "PriceLink.source",
    )  # fmt: skip

    def __str__(self) -> str:
        return self.title


class Organisation(models.Model):
    """A company or office. Public to everybody who is signed in."""

    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200, db_index=True)
    name_en = models.CharField(max_length=200, blank=True)
    uscc = models.CharField(max_length=18, blank=True, db_index=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    version = models.PositiveIntegerField(default=1)

    objects = CitedManager["Organisation"]("Project.owner")

    def __str__(self) -> str:
        return self.name
