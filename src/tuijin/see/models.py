"""Rows that rule what is seen: light rules, indicators; and the views people saved."""

from __future__ import annotations

from django.db import models

from tuijin.ledger.fields import ExactDecimalField
from tuijin.ledger.models import Project, PublishedRule, Rulebook, Source, User


class LightRule(PublishedRule):
    """
    A threshold: the light a project shows while a measure lies in the interval.

    Of all rules that fire the worst light counts. `lifted_by` names the node whose recorded reason
    (正当理由) lifts the rule; empty means nothing lifts it.
    """

    LIGHTS = (("green", "绿灯"), ("yellow", "黄灯"), ("red", "红灯"))

    rulebook = models.ForeignKey(Rulebook, models.CASCADE, related_name="lights")
    light = models.CharField(max_length=6, choices=LIGHTS)
    measure = models.CharField(max_length=40)
    low = ExactDecimalField()
    is_low_included = models.BooleanField(default=False)
    high = ExactDecimalField(null=True)  # included; none is without end
    lifted_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("rulebook", "code"), name="one_light_rule"),)
        ordering = ("rulebook", "order")


class LightReading(models.Model):
    """A yellow or red light of a month, kept so that "two months running" can be told."""

    project = models.ForeignKey(Project, models.CASCADE, db_index=False)
    month = models.DateField()  # first day
    light = models.CharField(max_length=6, choices=LightRule.LIGHTS)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("project", "month"), name="one_light_reading"),
        )
        indexes = (models.Index(fields=("month", "project"), name="light_reading_month"),)


class IndicatorRule(models.Model):
    """An indicator: one quantity over another, both named in `see.quantities`."""

    rulebook = models.ForeignKey(Rulebook, models.CASCADE, related_name="indicators")
    code = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField()
    group = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    numerator = models.CharField(max_length=40)
    denominator = models.CharField(max_length=40)
    unit = models.CharField(max_length=20)  # ratio, or wan_yuan_per_mu
    formula = models.CharField(max_length=300)
    formula_en = models.CharField(max_length=400, blank=True)
    note = models.CharField(max_length=500, blank=True)
    note_en = models.CharField(max_length=500, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("rulebook", "code"), name="one_indicator_rule"),
        )
        ordering = ("rulebook", "order")

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A list's filters, columns and sort under a name; seen by its owner only."""

    user = models.ForeignKey(User, models.CASCADE)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "name"), name="one_saved_view"),)
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class TableLayout(models.Model):
    """
    A table laid out once (columns, filters, groups, title, unit), which fills itself for any date.

    It holds no figures: what a reader sees in it follows from the ledger and the reader's scope.
    A preset belongs to nobody. `columns` are `[[code, caption], …]`, `filters` a list's address.
    """

    PERIODS = (("month", "月"), ("xun", "旬"))
    UNITS = (("yuan", "元"), ("wan_yuan", "万元"), ("yi_yuan", "亿元"))

    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    heading = models.TextField(blank=True)  # lines above the table
    heading_en = models.TextField(blank=True)
    period = models.CharField(max_length=5, choices=PERIODS, default="month")
    unit = models.CharField(max_length=8, choices=UNITS, default="wan_yuan")
    columns = models.JSONField(default=list)
    groups = models.JSONField(default=list)  # up to two columns, the outer first
    filters = models.CharField(max_length=1000, blank=True)
    user = models.ForeignKey(User, models.PROTECT, null=True)
    is_shared = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name
