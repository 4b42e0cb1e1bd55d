"""Scenarios in the API: list, read, run."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tuijin.errors import ImportFailed, Problem
from tuijin.ledger import paging, visible
from tuijin.ledger.access import requires
from tuijin.ledger.rest import bodies, openapi
from tuijin.ledger.rest.idempotency import once
from tuijin.ledger.rest.routes import answer
from tuijin.verify import comparing, scenarios
from tuijin.verify.checks import DEFAULT_SEED
from tuijin.verify.models import Scenario

router = Router(tags=["Scenario"])


@router.get("", summary="List scenarios")
@requires("read")
def list_scenarios(
    request: HttpRequest, *, check: int | None = None, after: str = "", size: int = 50
) -> HttpResponse:
    """Scenarios, the newest first; `check` is the id of a check that is bound to a model."""
    rows = Scenario.objects.all()
    if check is not None:
        rows = rows.filter(binding=paging.as_id(check))
    ids_only: Any = rows.values("id")
    page = paging.read_page(ids_only, order="-id", token=after, size=size)
    ids = [row["id"] for row in page.rows]
    found = _with_project().in_bulk(ids)
    return answer({"items": [_head(found[pk]) for pk in ids], "next": page.next_token})


@router.get("/{int:scenario_id}", summary="Read a scenario")
@requires("read")
def get_scenario(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """One scenario with its parameters and what it found, for a reader who may see their class."""
    scenario = visible.find_or_404(_with_project(), pk=paging.as_id(scenario_id))
    document = _head(scenario)
    if scenarios.shows_figures(scenario):
        document |= {
            "changes": scenario.changes,
            "parameters": scenario.parameters,
            "error": scenario.error,
            "metrics": _metrics(scenario),
            "pictures": (scenario.found or {}).get("pictures", []),
        }
    return answer(document)


_SCENARIO: dict[str, Any] = {
    "type": "object",
    "properties": {
        "check": {"type": "integer", "description": "id of a check that is bound to a model"},
        "changes": {"type": "object", "additionalProperties": {
            "type": "object",
            "properties": {name: {"type": "string"} for name in ("value", "low", "high")},
        }},
        "title": {"type": "string"},
        "seed": {"type": "integer", "minimum": 0},
        "n_draws": {"type": "integer", "minimum": 0},
    },
    "required": ["check"],
    "additionalProperties": False,
}  # fmt: skip


@router.post("", summary="Run a scenario", openapi_extra=openapi.sent(_SCENARIO, status=202))
@requires("verify")
def start_scenario(request: HttpRequest) -> HttpResponse:
    """
    Run the model of a `check` with `changes`: parameter → `value`, or `low` and `high`.

    Nothing in the ledger changes. The run is at `/runs/{run}`.
    """

    def act() -> HttpResponse:
        body = bodies.read_object(request)
        unknown = sorted(body.keys() - _SCENARIO["properties"].keys())
        if unknown:
            problems = [Problem("unknown_field", "", field=name[:80]) for name in unknown]
            raise ImportFailed("unknown field", problems=problems)
        if "check" not in body:
            raise ImportFailed("check must be the id of a check that is bound to a model",
                               code="check")  # fmt: skip
        scenario = scenarios.start(
            scenarios.find_binding(_integer(body, "check", 0)),
            changes=_changes(body.get("changes", {})),
            title=str(body.get("title", "")),
            seed=_integer(body, "seed", DEFAULT_SEED),
            n_draws=_integer(body, "n_draws", 0) if "n_draws" in body else None,
        )
        return answer(_head(scenario), status=202, location=f"{request.path}/{scenario.pk}")

    return once(request, act)


def _integer(body: dict[str, Any], name: str, default: int) -> int:
    value = body.get(name, default)
    if type(value) is not int or not 0 <= value < 10**15:
        raise ImportFailed(f"{name} must be a whole number, got {str(value)[:30]}", code=name)
    return value


def _changes(given: Any) -> dict[str, dict[str, Any]]:
    if not (isinstance(given, dict) and all(isinstance(parts, dict) for parts in given.values())):
        raise ImportFailed("changes must map a parameter to value, low, high", code="changes")
    return given


def _with_project() -> Any:
    return Scenario.objects.select_related("run", "binding__claim__project").defer("replay")


def _head(scenario: Scenario) -> dict[str, Any]:
    run = scenario.run
    return {
        "id": scenario.pk,
        "check": scenario.binding_id,
        "project": scenario.binding.claim.project.key,
        "model": scenario.binding.using,
        "title": scenario.title,
        "seed": scenario.seed,
        "n_draws": scenario.n_draws,
        "run": str(run.pk) if run else None,
        "status": run.status if run else None,
        "inputs_sha256": scenario.inputs_sha256,
        "made_with": scenario.made_with,
        "made_at": scenario.made_at,
    }


def _metrics(scenario: Scenario) -> dict[str, Any]:
    """Each metric with its mean and percentiles; draws themselves are not sent."""
    found = {}
    for name, kept in (scenario.found or {}).get("metrics", {}).items():
        summary = comparing.summarise(scenarios.unpack(kept["sample"]))
        found[name] = {
            "unit": kept["unit"],
            "needs": kept["needs"],
            "influences": kept["influences"],
            "mean": summary and summary.mean,
            "p5": summary and summary.p5,
            "p50": summary and summary.p50,
            "p95": summary and summary.p95,
        }
    return found
