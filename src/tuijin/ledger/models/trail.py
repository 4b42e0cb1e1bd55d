"""The trail: append-only, each event chained to the one before."""

from __future__ import annotations

from django.db import models


class TrailHead(models.Model):
    """The last event; locked while events are appended, so numbers have no gap."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)


class TrailEvent(models.Model):
    """
    Who did what to which entry, when, from what to what.

    `changes` is `{field: [old, new]}`; the chain holds only its SHA-256, so that the chain can be
    checked by somebody who may not read the figures.
    """

    seq = models.BigAutoField(primary_key=True)  # always given; so it is SQLite's own row number
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    role = models.CharField(max_length=20)
    address = models.CharField(max_length=45, blank=True)
    action = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=80)
    project_id = models.BigIntegerField(null=True)
    place_id = models.CharField(max_length=12, blank=True)
    changes = models.JSONField(default=dict)
    changes_sha256 = models.CharField(max_length=64)
    batch = models.CharField(max_length=40, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = (models.Index(fields=("project_id", "seq"), name="trail_project"),)
        ordering = ("seq",)
