"""Places by GB/T 2260 code, their boundaries, and parks."""

from __future__ import annotations

from django.db import models

from tuijin.ledger.models.sources import Source
from tuijin.ledger.scope import CitedManager


class Place(models.Model):
    """A division; `is_statistical` marks codes that GB/T 2260 itself does not have."""

    class Level(models.TextChoices):
        COUNTRY = "country", "国家"
        PROVINCE = "province", "省级"
        PREFECTURE = "prefecture", "地级"
        COUNTY = "county", "县级"

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=60, db_index=True)
    short_name = models.CharField(max_length=30, blank=True, db_index=True)
    name_en = models.CharField(max_length=80, blank=True)
    level = models.CharField(max_length=12, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    is_statistical = models.BooleanField(default=False)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.short_name or self.name


class PlaceBoundary(models.Model):
    """A GeoJSON geometry in WGS-84, converted once from what was published."""

    place = models.OneToOneField(Place, models.CASCADE, primary_key=True)
    geometry = models.JSONField()
    source = models.ForeignKey(Source, models.PROTECT, null=True)


class Park(models.Model):
    """A development zone or park. Public to everybody who is signed in."""

    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200, db_index=True)
    name_en = models.CharField(max_length=200, blank=True)
    place = models.ForeignKey(Place, models.PROTECT)
    approved_on = models.DateField(null=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True)
    version = models.PositiveIntegerField(default=1)

    objects = CitedManager["Park"]("Project.park")

    def __str__(self) -> str:
        return self.name
