"""Sessions, tokens, attempts and pending role changes: who gets in, and for how long."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from tuijin.ledger.models.people import User


class UserSession(AbstractBaseSession):
    """A session; its key is stored as SHA-256, so that the table opens nothing."""

    user = models.ForeignKey(User, models.CASCADE, null=True)
    started_at = models.DateTimeField()

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        return import_module(settings.SESSION_ENGINE).SessionStore  # it reads this table

    class Meta:
        indexes = (models.Index(fields=("user", "started_at"), name="session_user"),)


class ApiToken(models.Model):
    """A key for programs, with its creator's rights at the time of use. Shown once."""

    user = models.ForeignKey(User, models.CASCADE)
    name = models.CharField(max_length=80)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    is_revoked = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class SignInFailure(models.Model):
    """One failed sign-in; an account nobody has is counted like any other."""

    account_sha256 = models.CharField(max_length=64)
    address = models.CharField(max_length=45)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = (
            models.Index(fields=("account_sha256", "at"), name="failure_account"),
            models.Index(fields=("address", "at"), name="failure_address"),
        )


class KeptAnswer(models.Model):
    """The first answer to an Idempotency-Key; without a status it is still being worked out."""

    user = models.ForeignKey(User, models.CASCADE)
    key = models.CharField(max_length=80)
    request_sha256 = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="one_kept_answer"),)


class AccountChange(models.Model):
    """A new role or scope of an account, in force once a second administrator agrees."""

    user = models.ForeignKey(User, models.CASCADE, related_name="changes")
    role = models.CharField(max_length=20)
    place_codes = models.JSONField(default=list)
    project_ids = models.JSONField(default=list)
    resets_access = models.BooleanField(default=False)
    asked_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(null=True)
