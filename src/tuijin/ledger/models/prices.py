"""What a commodity costs, and which project's model takes that price."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tuijin.ledger.fields import ExactDecimalField
from tuijin.ledger.models.projects import Project
from tuijin.ledger.models.sources import Source, labelled
from tuijin.ledger.scope import CitedManager, ScopedManager


class PriceSeries(models.Model):
    """
    One price followed over time: what, in which unit, with or without VAT, how often.

    One row serves every place, so the project office keeps it.
    """

    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=40)
    tax_basis = models.CharField(max_length=12, choices=labelled("tax_basis"))
    frequency = models.CharField(max_length=12, choices=labelled("price_frequency"), blank=True)
    is_synthetic = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    version = models.PositiveIntegerField(default=1)

    objects = CitedManager["PriceSeries"]("PriceLink.series")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """One quotation in the series' unit; a correction is a new entry, and the old one stays."""

    series = models.ForeignKey(PriceSeries, models.PROTECT, related_name="prices")
    on = models.DateField()
    value = ExactDecimalField()
    low = ExactDecimalField(null=True)
    high = ExactDecimalField(null=True)
    quoted_in = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    entered_by = models.CharField(max_length=80, blank=True)
    entered_at = models.DateTimeField(auto_now_add=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected")
    is_current = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    objects = CitedManager["Price"]("PriceLink.series", column="series")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("series", "on"), condition=Q(is_current=True), name="one_current_price"
            ),
        )


class PriceLink(models.Model):
    """A parameter of a project's model that is this price, and whether it holds VAT."""

    series = models.ForeignKey(PriceSeries, models.PROTECT, related_name="links")
    project = models.ForeignKey(Project, models.PROTECT)
    parameter = models.CharField(max_length=80)
    tax_basis = models.CharField(max_length=12, choices=labelled("tax_basis"))
    note = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager["PriceLink"](field_class="P")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("series", "project", "parameter"), name="one_price_link"
            ),
        )
        ordering = ("id",)
