"""The room's part of the API: assignments, visits, issues with their steps, slips, notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router

from tuijin.errors import ImportFailed
from tuijin.ledger import paging, scope, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Evidence, Project
from tuijin.ledger.rest import bodies, openapi, reading, resource, writing
from tuijin.ledger.rest.idempotency import once
from tuijin.ledger.rest.resource import Resource
from tuijin.ledger.rest.routes import answer, build_router
from tuijin.ledger.targets import Target
from tuijin.push import escalation, issues, local_day, moving, notices, nouns, officers
from tuijin.push.issues import Given
from tuijin.push.limit_api import router as limit_router
from tuijin.push.models import Assignment, Issue, IssueStep, Notice, Slip
from tuijin.push.states import STEPS, Step
from tuijin.push.yield_api import router as yield_router


def _project(key: str) -> Project:
    return visible.find_or_404(Project.objects, key=key)


def _evidence(key: str | None) -> Evidence | None:
    return visible.find_or_404(Evidence.objects, key=key) if key else None


def raise_issue(kind: Resource, body: Mapping[str, Any]) -> int:
    """Raise an issue about a project, or about a place."""
    values = writing.check_new(kind, body)
    project = _project(values["project"]) if values.get("project") else None
    place_id = project.place_id if project else values.get("place")
    if place_id is None:
        raise ImportFailed("请写明项目或地区", code="required")
    project_id = project.pk if project else None
    scope.current().require("raise", place_id=place_id, project_id=project_id)
    issue = issues.open_issue(
        values["title"], place_id=place_id, project_id=project_id, on=local_day.today(),
        category=values["category"], detail=values.get("detail") or "",
        severity=values.get("severity") or "ordinary",
    )  # fmt: skip
    return int(issue.pk)


def assign_project(kind: Resource, body: Mapping[str, Any]) -> int:
    values = writing.check_new(kind, body)
    user = officers.find_user(values["user"]) if values.get("user") else None
    found = officers.assign(
        _project(values["project"]), kind=values["kind"], holder=values["holder"], user=user,
        starts_on=values.get("starts_on") or local_day.today(),
    )  # fmt: skip
    return int(found.pk)


def record_visit(kind: Resource, body: Mapping[str, Any]) -> int:
    values = writing.check_new(kind, body)
    project = _project(values.pop("project"))
    values["evidence"] = _evidence(values.get("evidence"))
    return int(officers.record_visit(project, values, today=local_day.today()).pk)


def _held(request: HttpRequest, noun: str, row_id: int, act: Callable[[], object]) -> HttpResponse:
    """Do something to the version of an entry that the writer saw, and answer the entry."""
    kind = resource.of(noun)

    def run() -> HttpResponse:
        with transaction.atomic():
            writing.hold(kind, row_id, seen=request.headers.get("If-Match", ""))
            act()
        row = reading.load_row(kind, row_id)
        return answer(row, etag=row["etag"])

    return once(request, run)


def _body(noun: Any, request: HttpRequest) -> dict[str, Any]:
    kind = Resource(Target(noun, IssueStep))
    given = bodies.read_object(request) if request.body else {}
    return bodies.check(kind, given, classes="PICS", is_new=True)


def _given(request: HttpRequest) -> Given:
    values = _body(nouns.STEP, request)
    return Given(
        note=values.get("note") or "",
        evidence=_evidence(values.get("evidence")),
        owner_unit=values.get("owner_unit") or "",
        owner=officers.find_user(values["owner"]) if values.get("owner") else None,
        due_on=values.get("due_on"),
        severity=values.get("severity") or "",
    )


router = Router()
router.add_router(
    "/assignments",
    assignments := build_router(
        "assignment", to_create="dispatch", create=assign_project, change=None
    ),
)
router.add_router(
    "/visits", build_router("visit", to_create="comment", create=record_visit, change=None)
)
issue_router = build_router("issue", to_create="raise", create=raise_issue, change=None)
slip_router = Router(tags=["Slip"])
notice_router = Router(tags=["Notice"])


def _add_step(step: Step) -> None:
    @issue_router.post(
        f"/{{int:issue_id}}/{step.code}",
        url_name=f"issue_{step.code}",
        operation_id=f"{step.code}_issue",
        summary=f"{step.en} ({step.zh})",
        openapi_extra=openapi.held(openapi.fields(nouns.STEP, IssueStep), is_needed=False),
    )
    @requires("read", to_change=step.action)
    def take(request: HttpRequest, issue_id: int) -> HttpResponse:
        issue = visible.find_or_404(Issue.objects, pk=paging.as_id(issue_id))
        issues.refuse(issue, step)

        def act() -> None:
            moving.move(issue, step, _given(request), on=local_day.today())

        return _held(request, "issue", issue.pk, act)


for _step in STEPS.values():
    _add_step(_step)


@issue_router.get("/{int:issue_id}/steps", summary="List: step (办理环节)")
@requires("read")
def list_steps(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Every step that was taken, the first one first."""
    issue = visible.find_or_404(Issue.objects, pk=paging.as_id(issue_id))
    columns = ("id", "step", "from_state", "to_state", "by", "on", "note", "evidence__key")
    return answer({"items": list(issue.steps.order_by("id").values(*columns)), "next": ""})


@issue_router.post(
    "/{int:issue_id}/pause",
    summary="Let the clock stand (停计)",
    openapi_extra=openapi.held(openapi.fields(nouns.REASON, IssueStep)),
)
@requires("read", to_change="dispatch")
def pause_issue(request: HttpRequest, issue_id: int) -> HttpResponse:
    """For a recorded `reason`."""
    issue = visible.find_or_404(Issue.objects, pk=paging.as_id(issue_id))

    def act() -> None:
        reason = _body(nouns.REASON, request)["reason"]
        issues.pause(issue, reason=reason, on=local_day.today())

    return _held(request, "issue", issue.pk, act)


@issue_router.post(
    "/{int:issue_id}/resume", summary="Let the clock run (续计)", openapi_extra=openapi.held()
)
@requires("read", to_change="dispatch")
def resume_issue(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = visible.find_or_404(Issue.objects, pk=paging.as_id(issue_id))
    return _held(
        request, "issue", issue.pk, partial(issues.resume, issue, on=local_day.today())
    )  # fmt: skip


@assignments.post(
    "/{int:assignment_id}/relieve",
    summary="End an assignment (解除包联)",
    openapi_extra=openapi.held(),
)
@requires("read", to_change="dispatch")
def relieve(request: HttpRequest, assignment_id: int) -> HttpResponse:
    rows = Assignment.objects.select_related("project")
    found = visible.find_or_404(rows, pk=paging.as_id(assignment_id))
    return _held(
        request, "assignment", found.pk, partial(officers.relieve, found, on=local_day.today())
    )  # fmt: skip


@slip_router.get("", summary="List: slip (督办单)", url_name="slip_list")
@requires("read")
def list_slips(request: HttpRequest) -> HttpResponse:
    """Keyset pages, with filters by year, level and date."""
    return answer(reading.list_rows(resource.of("slip"), request.GET))


@slip_router.get("/{int:slip_id}", summary="Get: slip (督办单)", url_name="slip_entry")
@requires("read")
def get_slip(request: HttpRequest, slip_id: int) -> HttpResponse:
    row = reading.load_row(resource.of("slip"), paging.as_id(slip_id))
    return answer(row, etag=row["etag"])


@slip_router.post(
    "/{int:slip_id}/receive", summary="Sign for a slip (签收)", openapi_extra=openapi.held()
)
@requires("read", to_change="reply")
def receive_slip(request: HttpRequest, slip_id: int) -> HttpResponse:
    slip = visible.find_or_404(Slip.objects.select_related("issue"), pk=paging.as_id(slip_id))
    issues.refuse_unaddressed(slip.issue)
    return _held(request, "slip", slip.pk, partial(escalation.receive, slip, on=local_day.today()))


@notice_router.get("", summary="Own inbox", url_name="notice_list")
@requires("read")
def list_notices(request: HttpRequest) -> HttpResponse:
    """The reader's newest hundred lines."""
    return answer({"items": [_notice(row) for row in notices.inbox(scope.current().user_id)],
                   "next": ""})  # fmt: skip


def _notice(row: Notice) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "on": row.on,
        "issue": row.issue.key if row.issue else None,
        "title": row.issue.title if row.issue else None,
        "count": row.count,
        "read_on": row.read_on,
    }


router.add_router("/issues", issue_router)
router.add_router("/slips", slip_router)
router.add_router("/notices", notice_router)
router.add_router("", yield_router)
router.add_router("", limit_router)
