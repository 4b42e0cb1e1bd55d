"""Import batches, and what people answered about columns."""

from __future__ import annotations

from django.db import models

from tuijin.ledger.models.people import User


class ImportBatch(models.Model):
    """One uploaded file on its way from preview to the ledger. Seen by who uploaded it."""

    class Status(models.TextChoices):
        MAPPING = "mapping", "待对应列"
        PREVIEW = "preview", "待确认"
        REFUSED = "refused", "已拒绝"
        ACCEPTED = "accepted", "已入账"
        DISCARDED = "discarded", "已放弃"

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, models.PROTECT, null=True)
    importer = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64, db_index=True)
    shown_name = models.CharField(max_length=120)
    size_bytes = models.PositiveBigIntegerField()
    status = models.CharField(max_length=12, choices=Status)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)


class RememberedMapping(models.Model):
    """Which title meant which column, by the sheet's titles; shared in the place it came from."""

    signature_sha256 = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.CASCADE)
    titles = models.JSONField()
    columns = models.JSONField()
    units = models.JSONField(default=list)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("signature_sha256", "user"), name="one_mapping"),
        )
