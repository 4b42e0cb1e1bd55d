"""The verify room's part of the API: claims, checks, verdicts, runs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tuijin.errors import ImportFailed, Problem
from tuijin.ledger import paging, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Project
from tuijin.ledger.rest import bodies, openapi
from tuijin.ledger.rest.idempotency import once
from tuijin.ledger.rest.routes import answer, build_router
from tuijin.verify import listing, model_api, runs
from tuijin.verify.checks import DEFAULT_SEED
from tuijin.verify.models import Claim, Run, Verdict
from tuijin.verify.tasks import pending_claims
from tuijin.verify.verdicts import as_document

_MOST_SEED = 10**15 - 1  # what a JSON number holds in every reader

router = Router()
router.add_router("/claims", build_router("claim"))
router.add_router("/checks", build_router("check"))
verdict_router = Router(tags=["Verdict"])
run_router = Router(tags=["Run"])


@verdict_router.get("", summary="List verdicts")
@requires("read")
def list_verdicts(
    request: HttpRequest,
    *,
    claim: int | None = None,
    history: bool = False,
    after: str = "",
    size: int = 50,
) -> HttpResponse:
    """Verdicts, the newest first; `history=true` holds superseded ones too."""
    rows = Verdict.objects.all() if history else Verdict.objects.filter(is_current=True)
    if claim is not None:
        rows = rows.filter(claim=paging.as_id(claim))
    ids_only: Any = rows.values("id")
    page = paging.read_page(ids_only, order="-id", token=after, size=size)
    ids = [row["id"] for row in page.rows]
    found = Verdict.objects.select_related("binding", "claim__project__place").in_bulk(ids)
    return answer({"items": [_verdict(found[pk]) for pk in ids], "next": page.next_token})


@verdict_router.get("/{int:verdict_id}", summary="Read a verdict")
@requires("read")
def get_verdict(request: HttpRequest, verdict_id: int) -> HttpResponse:
    """One verdict with its inputs and charts, for a reader who may see their class."""
    rows = Verdict.objects.select_related("binding", "claim__project__place")
    verdict = visible.find_or_404(rows, pk=paging.as_id(verdict_id))
    document = _verdict(verdict)
    if listing.shows_figures(verdict, verdict.claim):
        document |= {"inputs": verdict.inputs, "charts": verdict.charts}
    return answer(document)


def _verdict(verdict: Verdict) -> dict[str, Any]:
    claim = verdict.claim
    document = as_document(verdict, claim, shows_figures=listing.shows_figures(verdict, claim))
    return {
        "id": verdict.pk,
        **document,
        "made_with": verdict.made_with,
        "made_at": verdict.made_at,
        "is_current": verdict.is_current,
        "is_stale": verdict.is_stale,
    }


@run_router.get("", summary="List own runs")
@requires("verify")
def list_runs(request: HttpRequest) -> HttpResponse:
    """The reader's own last runs."""
    return answer({"items": [_run(run) for run in runs.visible_runs()[:50]], "next": ""})


@run_router.get("/{uuid:run_id}", summary="Read a run")
@requires("verify")
def get_run(request: HttpRequest, run_id: str) -> HttpResponse:
    return answer(_run(runs.find_run(run_id)))


_RUN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "claims": {"type": "array", "items": {"type": "integer"}},
        "project": {"type": "string", "description": "key of a project"},
        "which": {"type": "string", "enum": ["pending", "all"]},
        "seed": {"type": "integer", "minimum": 0, "maximum": _MOST_SEED},
    },
    "additionalProperties": False,
}


@run_router.post("", summary="Start a run", openapi_extra=openapi.sent(_RUN, status=202))
@requires("verify")
def start_run(request: HttpRequest) -> HttpResponse:
    """Queue claims by id (`claims`), of a `project` by key, or by `which`: "pending" or "all"."""

    def act() -> HttpResponse:
        body = bodies.read_object(request)
        title, claims = _chosen(body)
        run = runs.start(claims, title=title, seed=_seed(body.get("seed", DEFAULT_SEED)))
        return answer(_run(run), status=202, location=f"{request.path}/{run.pk}")

    return once(request, act)


@run_router.post("/{uuid:run_id}/cancel", summary="Cancel a run")
@requires("verify")
def cancel_run(request: HttpRequest, run_id: str) -> HttpResponse:
    runs.cancel(runs.find_run(run_id))
    return answer(_run(runs.find_run(run_id)))


def _chosen(body: dict[str, Any]) -> tuple[str, list[int]]:
    unknown = sorted(body.keys() - _RUN["properties"].keys())
    if unknown:
        raise ImportFailed(
            "unknown field", problems=[Problem("unknown_field", "", field=n[:80]) for n in unknown]
        )
    if "claims" in body:
        claims = body["claims"]
        if not (isinstance(claims, list) and all(type(pk) is int for pk in claims)):
            raise ImportFailed("claims must be a list of ids", code="claims")
        return "API", [paging.as_id(pk) for pk in claims]
    if "project" in body:
        project = visible.find_or_404(Project.objects, key=str(body["project"]))
        return project.name, list(
            Claim.objects.filter(project=project).values_list("id", flat=True)
        )
    own = runs.own_claim_ids()
    if body.get("which") == "pending":
        return "pending", sorted(own & set(pending_claims()))
    if body.get("which") == "all":
        return "all", sorted(own)
    raise ImportFailed('give claims, project, or which ("pending" or "all")', code="which")


def _seed(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MOST_SEED:
        raise ImportFailed(f"seed must be 0 to {_MOST_SEED}, got {str(value)[:30]}", code="seed")
    return value


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": str(run.pk),
        "title": run.title,
        "status": run.status,
        "reason": run.reason,
        "seed": run.seed,
        "total": run.total_count,
        "done": run.done_count,
        "counts": run.counts,
        "errors": run.errors,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
    }


router.add_router("/verdicts", verdict_router)
router.add_router("/runs", run_router)
router.add_router("/scenarios", model_api.router)
