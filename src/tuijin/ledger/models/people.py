"""Accounts. One role each, so that administrators can hold no business role beside it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tuijin.ledger.models.places import Place
from tuijin.ledger.models.projects import Project
from tuijin.ledger.roles import ROLES


class User(AbstractBaseUser):
    """A person or a machine that signs in."""

    username = models.CharField(max_length=80, unique=True)
    display_name = models.CharField(max_length=80)
    role = models.CharField(max_length=20, choices=[(r.code, r.zh) for r in ROLES.values()])
    places = models.ManyToManyField(Place, blank=True)
    projects = models.ManyToManyField(Project, blank=True)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    is_example = models.BooleanField(default=False)
    password_set_at = models.DateTimeField(null=True)
    earlier_passwords = models.JSONField(default=list)  # hashes of the last five
    totp_secret = models.CharField(max_length=64, blank=True)
    totp_last_step = models.BigIntegerField(default=0)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name", "role"]

    objects = BaseUserManager["User"]()

    def __str__(self) -> str:
        return self.display_name

    def own_place_codes(self) -> set[str]:
        """Codes of the user's places and of everything below them."""
        found = set(self.places.values_list("code", flat=True))
        level = found
        while level:
            level = (
                set(Place.objects.filter(parent_id__in=level).values_list("code", flat=True))
                - found
            )
            found |= level
        return found
