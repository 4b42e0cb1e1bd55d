"""The project, with the columns lists and maps are drawn from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tuijin.ledger.fields import ExactDecimalField, MoneyField
from tuijin.ledger.models.places import Park, Place
from tuijin.ledger.models.sources import Organisation, Source, labelled
from tuijin.ledger.scope import ScopedManager


class Project(models.Model):
    """
    A major project.

    The columns under "kept" are written by `ledger.records` and by the rooms above through it,
    in the same transaction as what they are drawn from; they are never typed in.
    """

    LIGHTS: ClassVar = [("", "未评"), ("green", "绿"), ("yellow", "黄"), ("red", "红")]

    key = models.CharField(max_length=80, unique=True)
    code = models.CharField(max_length=24, blank=True, db_index=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, db_index=False)
    park = models.ForeignKey(Park, models.PROTECT, null=True, db_index=False)
    owner = models.ForeignKey(Organisation, models.PROTECT, null=True, db_index=False)
    # empty is "not known": never made up
    stage = models.CharField(max_length=12, choices=labelled("stage"), blank=True)
    status = models.CharField(max_length=12, choices=labelled("status"), default="active")
    investor_kind = models.CharField(max_length=12, choices=labelled("investor_kind"), blank=True)
    construction_kind = models.CharField(
        max_length=12, choices=labelled("construction_kind"), blank=True
    )
    industry = models.CharField(max_length=8, blank=True)
    strategic_industry = models.CharField(
        max_length=12, choices=labelled("strategic_industry"), blank=True
    )
    green_category = models.CharField(max_length=200, blank=True)
    total_investment_yuan = MoneyField(null=True)
    price_year = models.PositiveSmallIntegerField(null=True)
    capacity_mw = ExactDecimalField(null=True)
    land_mu = ExactDecimalField(null=True)
    planned_start_on = models.DateField(null=True)
    planned_finish_on = models.DateField(null=True)
    started_on = models.DateField(null=True)
    finished_on = models.DateField(null=True)
    longitude = models.FloatField(null=True)  # WGS-84
    latitude = models.FloatField(null=True)
    location_accuracy = models.CharField(
        max_length=12, choices=labelled("location_accuracy"), blank=True
    )
    summary = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    is_synthetic = models.BooleanField(default=False)
    source = models.ForeignKey(Source, models.PROTECT, null=True, db_index=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    # kept
    light = models.CharField(max_length=6, choices=LIGHTS, default="", blank=True)
    plan_year = models.PositiveSmallIntegerField(null=True)
    year_planned_yuan = MoneyField(null=True)
    year_done_yuan = MoneyField(null=True)
    total_done_yuan = MoneyField(null=True)
    next_due_on = models.DateField(null=True)
    claims_short = models.PositiveIntegerField(default=0)
    claims_undecided = models.PositiveIntegerField(default=0)

    # Field classes other than P; `ledger.visible` leaves out what the reader may not see.
    FIELD_CLASSES: ClassVar[dict[str, str]] = {
        "light": "I",
        "next_due_on": "I",
        "claims_short": "I",
        "claims_undecided": "I",
        "plan_year": "C",
        "year_planned_yuan": "C",
        "year_done_yuan": "C",
        "total_done_yuan": "C",
    }

    objects = ScopedManager["Project"](place="place_id", project="id", field_class="P")

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("place", "stage", "id"), name="project_place_stage"),
            models.Index(fields=("place", "light", "id"), name="project_place_light"),
            models.Index(fields=("stage", "id"), name="project_stage"),
            models.Index(fields=("light", "id"), name="project_light"),
            models.Index(fields=("name", "id"), name="project_name"),
            models.Index(fields=("total_investment_yuan", "id"), name="project_investment"),
            models.Index(fields=("place", "id"), name="project_place"),
            models.Index(
                fields=("owner",), name="project_owner", condition=models.Q(owner__isnull=False)
            ),
            models.Index(
                fields=("next_due_on", "id"),
                name="project_due",
                condition=models.Q(next_due_on__isnull=False),
            ),
            models.Index(
                fields=("capacity_mw", "id"),
                name="project_capacity",
                condition=models.Q(capacity_mw__isnull=False),
            ),
            models.Index(
                fields=("id",), name="project_short", condition=models.Q(claims_short__gt=0)
            ),
        )

    def __str__(self) -> str:
        return self.name
