"""Sums kept with every change, so that a cockpit never scans."""

from __future__ import annotations

from django.db import models

from tuijin.ledger.fields import MoneyField
from tuijin.ledger.models.places import Place


class Tally(models.Model):
    """Counts and sums of a place and all below it, by status, stage and light."""

    place = models.ForeignKey(Place, models.PROTECT)
    status = models.CharField(max_length=12)
    stage = models.CharField(max_length=12)
    light = models.CharField(max_length=6, blank=True)
    projects_count = models.BigIntegerField(default=0)
    total_investment_yuan = MoneyField(default=0)
    year_planned_yuan = MoneyField(default=0)
    year_done_yuan = MoneyField(default=0)
    claims_short_count = models.BigIntegerField(default=0)
    claims_undecided_count = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("place", "status", "stage", "light"), name="one_tally"),
        )
