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

from django.apps import apps
from django.db import models
from django.db.models import Q

from tuijin.errors import NotAllowed, SignInRequired, TuijinError
from tuijin.ledger.roles import ACTION_WORDS, ACTIONS, ROLES, Role

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
    reporters: frozenset[str] = frozenset()  # accounts of the user's own company
    address: str = ""
    request_id: str = ""
    everywhere: bool = field(default=False)

    def rows(
        self, *, place: str | tuple[str, ...], project: str, field_class: str, entered_by: str = ""
    ) -> Q | None:
        """
        Filter for rows of one field class; None lets every row through.

        Parameters
        ----------
        place, project, entered_by
            Lookup paths from the model to the place code (of several, any counts), to the project
            id, and to who made the entry.
        """
        role = self.role
        if not field_class:
            return Q(pk__in=())
        if field_class in role.others or (field_class in role.own and self.everywhere):
            return None
        own = self._own_rows(place=place, project=project)
        if field_class in role.own:
            return own
        if entered_by and field_class in role.reported:
            return own & Q(**{f"{entered_by}__in": self.reporters})
        return Q(pk__in=())

    def _own_rows(self, *, place: str | tuple[str, ...], project: str) -> Q:
        if self.role.reach != "places":
            return Q(**{f"{project}__in": self.projects})
        paths = (place,) if isinstance(place, str) else place
        found = Q()
        for path in paths:
            found |= Q(**{f"{path}__in": self.places})
        return found

    def owns(self, *, place_id: str | None, project_id: int | None) -> bool:
        """Whether a row lies in the user's own scope."""
        return (
            self.everywhere
            or (place_id is not None and place_id in self.places)
            or (project_id is not None and project_id in self.projects)
        )

    def classes_for(
        self, *, place_id: str | None, project_id: int | None, entered_by: str = ""
    ) -> str:
        """Field classes that may be shown of a row."""
        if not self.owns(place_id=place_id, project_id=project_id):
            return self.role.others
        return self.role.reported if entered_by in self.reporters else self.role.own

    def may(self, action: str) -> bool:
        if action not in ACTIONS:
            raise TuijinError(f"unknown action {action!r}")
        return action in self.role.may

    def require(self, action: str, *, place_id: str | None = None, project_id: int | None = None
                ) -> None:  # fmt: skip
        """Refuse unless the action is allowed, and allowed on this row if one is named."""
        word, word_en = ACTION_WORDS[action] if action in ACTIONS else (action, action)
        if not self.may(action):
            raise NotAllowed(
                f"{self.role.zh}不能进行此操作（{word}）",
                detail_en=f"{self.role.en}: not allowed to {word_en}",
            )
        named = place_id is not None or project_id is not None
        if named and not self.owns(place_id=place_id, project_id=project_id):
            raise NotAllowed(
                f"不在您的管辖范围内（{word}）",
                detail_en=f"Not in your charge: not allowed to {word_en} here",
            )


_SYSTEM_ROLE = Role("system", "系统", "System", "city", "PICS", "PICS", "PICS", ACTIONS)
_NOBODY = Role("anonymous", "未登录", "Not signed in", "none")
_active: ContextVar[Scope | None] = ContextVar("tuijin_scope", default=None)


def system_scope(reason: str) -> Scope:
    """Return the scope of the product itself: example loading, jobs, tests."""
    return Scope(actor=f"system:{reason}", role=_SYSTEM_ROLE, everywhere=True)


def anonymous_scope(*, address: str, request_id: str) -> Scope:
    """Return the scope of nobody: it reads and writes nothing, but can leave an event."""
    return Scope(actor="", role=_NOBODY, address=address, request_id=request_id)


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
    own = _own_projects(user) if role.reach == "projects" else frozenset()
    return Scope(
        actor=user.username,
        role=role,
        user_id=user.pk,
        places=frozenset(user.own_place_codes()) if role.reach == "places" else frozenset(),
        projects=own,
        reporters=_colleagues(user, own) if role.reported else frozenset(),
        address=address,
        request_id=request_id,
        everywhere=role.reach == "city",
    )


def _own_projects(user: Any) -> frozenset[int]:
    links = user.projects.through.objects.filter(user_id=user.pk)
    return frozenset(links.values_list("project_id", flat=True))


def _colleagues(user: Any, projects: frozenset[int]) -> frozenset[str]:
    """Accounts of the same role on the same projects: those of the same company."""
    links = user.projects.through.objects.filter(project_id__in=projects, user__role=user.role)
    return frozenset({user.username, *links.values_list("user__username", flat=True)})


@contextmanager
def active(scope: Scope) -> Iterator[Scope]:
    """Run the block inside a scope."""
    token = _active.set(scope)
    try:
        yield scope
    finally:
        _active.reset(token)


@contextmanager
def nobody() -> Iterator[None]:
    """Run the block outside every scope: scoped queries raise."""
    token = _active.set(None)
    try:
        yield
    finally:
        _active.reset(token)


def current() -> Scope:
    """Return the active scope."""
    scope = _active.get()
    if scope is None:
        raise ScopeMissing("query without a scope; wrap it in ledger.scope.active(…)")
    return scope


class ScopedManager(models.Manager[M]):
    """
    Manager whose every query is filtered by the active scope.

    Django makes related managers (`evidence.files`) of this class with no arguments; they filter
    as the model's own manager does. Without `field_class` no row is let through.
    """

    def __init__(
        self,
        *,
        place: str | tuple[str, ...] = "project__place_id",
        project: str = "project_id",
        field_class: str = "",
        entered_by: str = "",
    ) -> None:
        super().__init__()
        self.paths: dict[str, Any] = {
            "place": place, "project": project, "field_class": field_class,
            "entered_by": entered_by,
        }  # fmt: skip

    def get_queryset(self) -> models.QuerySet[M]:
        queryset = super().get_queryset()
        manager: Any = self.model._default_manager
        allowed = current().rows(**manager.paths)
        return queryset if allowed is None else queryset.filter(allowed)


class CitedManager(models.Manager[M]):
    """
    Manager of shared rows: public, except to readers who see nothing beyond their own scope.

    Those see what rows visible to them point to.

    Parameters
    ----------
    links
        Foreign keys that point here, as `Project.owner`.
    column
        What they point to: this row, or the row that this one belongs to.
    """

    def __init__(self, *links: str, column: str = "pk") -> None:
        super().__init__()
        self.links = tuple(link.split(".") for link in links)
        self.column = column

    def get_queryset(self) -> models.QuerySet[M]:
        queryset = super().get_queryset()
        if "P" in current().role.others:
            return queryset
        cited = Q(pk__in=())
        manager: Any = self.model._default_manager
        for name, column in manager.links:
            rows = apps.get_model("ledger", name)._default_manager
            named = rows.exclude(**{column: None}).values(column)
            cited |= Q(**{f"{manager.column}__in": named})
        return queryset.filter(cited)
