"""
Who is asking: the one way to the rows.

Every scoped model's `objects` refuses to run without an active scope and filters by it, so that a
view cannot forget. Not visible is the same as not there. `Scope.classes_for` says which field
classes of a visible row may be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

from tuijin.errors import NotAllowed, SignInRequired, TuijinError
from tuijin.ledger.roles import ACTIONS, ROLES, Role

M = TypeVar("M", bound=models.Model)


class ScopeMissing(TuijinError):
    """A query was made outside any scope: a defect, never shown as data."""

    code = "scope_missing"


@dataclass(frozen=True, slots=True)
class Scope:
    """What one user, or the system itself, can see and do during one request or job."""

    actor: str
    role: Role
    user_id: int | None = None
    places: frozenset[str] = frozenset()  # own places, with everything below them
    projects: frozenset[int] = frozenset()  # own projects
    address: str = ""
    request_id: str = ""
    everywhere: bool = field(default=False)

    def rows(self, *, place: str, project: str, field_class: str) -> Q | None:
        """
        Filter for rows of one field class; None lets every row through.

        Parameters
        ----------
        place, project
            Lookup path from the model to the place code and the project id.
        """
        if field_class in self.role.others:
            return None
        if field_class not in self.role.own:
            return Q(pk__in=())
        if self.everywhere:
            return None
        if self.role.reach == "places":
            return Q(**{f"{place}__in": self.places})
        return Q(**{f"{project}__in": self.projects})

    def owns(self, *, place_id: str | None, project_id: int | None) -> bool:
        """Whether a row lies in the user's own scope."""
        return (
            self.everywhere
            or (place_id is not None and place_id in self.places)
            or (project_id is not None and project_id in self.projects)
        )

    def classes_for(self, *, place_id: str | None, project_id: int | None) -> str:
        """Field classes that may be shown of a row."""
        own = self.owns(place_id=place_id, project_id=project_id)
        return self.role.own if own else self.role.others

    def may(self, action: str) -> bool:
        if action not in ACTIONS:
            raise TuijinError(f"unknown action {action!r}")
        return action in self.role.may

    def require(self, action: str, *, place_id: str | None = None, project_id: int | None = None
                ) -> None:  # fmt: skip
        """Refuse unless the action is allowed, and allowed on this row if one is named."""
        if not self.may(action):
            raise NotAllowed(f"{self.role.zh}不能进行此操作（{action}）")
        named = place_id is not None or project_id is not None
        if named and not self.owns(place_id=place_id, project_id=project_id):
            raise NotAllowed(f"不在您的管辖范围内（{action}）")


_SYSTEM_ROLE = Role("system", "系统", "System", "city", "PICS", "PICS", ACTIONS)
_active: ContextVar[Scope | None] = ContextVar("tuijin_scope", default=None)


def system_scope(reason: str) -> Scope:
    """Return the scope of the product itself: example loading, jobs, tests."""
    return Scope(actor=f"system:{reason}", role=_SYSTEM_ROLE, everywhere=True)


def build_scope(user: Any, *, address: str = "", request_id: str = "") -> Scope:
    """
    Return a user's scope as the database has it now.

    Raises
    ------
    SignInRequired
        If the account is disabled.
    """
    if not user.is_active:
        raise SignInRequired("此账号已停用")
    role = ROLES[user.role]
    return Scope(
        actor=user.username,
        role=role,
        user_id=user.pk,
        places=frozenset(user.own_place_codes()) if role.reach == "places" else frozenset(),
        projects=frozenset(user.projects.through.objects.filter(user_id=user.pk).values_list(
            "project_id", flat=True)) if role.reach == "projects" else frozenset(),
        address=address,
        request_id=request_id,
        everywhere=role.reach == "city",
    )  # fmt: skip


@contextmanager
def active(scope: Scope) -> Iterator[Scope]:
    """Run the block inside a scope."""
    token = _active.set(scope)
    try:
        yield scope
    finally:
        _active.reset(token)


def current() -> Scope:
    """Return the active scope."""
    scope = _active.get()
    if scope is None:
        raise ScopeMissing("query without a scope; wrap it in ledger.scope.active(…)")
    return scope


class ScopedManager(models.Manager[M]):
    """Manager whose every query is filtered by the active scope."""

    def __init__(
        self, *, place: str = "project__place_id", project: str = "project_id", field_class: str
    ) -> None:
        super().__init__()
        self._paths = {"place": place, "project": project, "field_class": field_class}

    def get_queryset(self) -> models.QuerySet[M]:
        queryset = super().get_queryset()
        allowed = current().rows(**self._paths)
        return queryset if allowed is None else queryset.filter(allowed)
