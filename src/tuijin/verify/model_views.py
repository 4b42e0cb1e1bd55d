"""The page of a project's model, its scenarios, and the day it replays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from tuijin.errors import ImportFailed
from tuijin.ledger import visible
from tuijin.ledger.access import requires
from tuijin.see.language import either
from tuijin.verify import model_page, scenarios
from tuijin.verify.checks import DEFAULT_SEED
from tuijin.verify.checks.model import usual_draws
from tuijin.verify.models import Binding, Claim, Scenario
from tuijin.verify.views import REASONS, may_run, read_seed

_LISTED = 20
_DRAWS = (200, 500, 1000, 2000, 5000)


@requires("read", to_change="verify")
@require_http_methods(["GET", "POST"])
def show_model(request: HttpRequest, binding_id: int) -> HttpResponse:
    """
    Show a model with a scenario chosen and perhaps another beside; POST runs a new one.

    The page of a model that never ran asks for its first run by itself, for a reader who may: by a
    POST as any other, since a GET changes nothing.
    """
    binding = scenarios.find_binding(binding_id)
    if request.method == "GET":
        return _render(request, binding)
    if "first" in request.POST:
        return _run_first(binding)
    typed = _typed(request)
    try:
        scenario = scenarios.start(
            binding,
            changes=typed,
            title=request.POST.get("title", "").strip(),
            seed=read_seed(request.POST.get("seed", "")),
            n_draws=_draws(request.POST.get("n_draws", "")),
        )
    except ImportFailed as refused:
        return _render(request, binding, typed=typed, refused=refused)
    return redirect(address_of(scenario))


def _run_first(binding: Binding) -> HttpResponse:
    """The newest scenario, or where nobody ever ran one, one of what is on record."""
    newest = scenarios.visible_scenarios(binding).first()
    return HttpResponseClientRedirect(address_of(newest or scenarios.start(binding, changes={})))


def address_of(scenario: Scenario) -> str:
    return f"{reverse('model', args=[scenario.binding_id])}?scenario={scenario.pk}"


def _typed(request: HttpRequest) -> dict[str, dict[str, str]]:
    """Fields `value.NAME`, `low.NAME` and `high.NAME` that hold something."""
    found: dict[str, dict[str, str]] = {}
    for field, text in request.POST.items():
        part, _, name = field.partition(".")
        if part in scenarios.PARTS and isinstance(text, str) and text.strip():
            found.setdefault(name, {})[part] = text.strip()
    return found


def _draws(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ImportFailed(f"n_draws must be a number, got {text[:20]!r}", code="n_draws")
    return int(text) if text else None


def _render(
    request: HttpRequest,
    binding: Binding,
    *,
    typed: Mapping[str, Any] | None = None,
    refused: ImportFailed | None = None,
) -> HttpResponse:
    sheet = scenarios.read_sheet(binding)
    listed = list(scenarios.visible_scenarios(binding)[:_LISTED])
    chosen = _choose(request, binding, "scenario") or next(
        (s for s in listed if s.found is not None), None
    )
    beside = _choose(request, binding, "beside")
    if typed is None:
        typed = model_page.as_typed(chosen.changes) if chosen else {}
    problems = {p.field: p.message for p in refused.problems} if refused else {}
    project = binding.claim.project
    n_draws = chosen.n_draws if chosen else usual_draws(sheet.model)
    context = {
        "binding": binding,
        "project": project,
        "model": sheet.model,
        "title": either(sheet.model.title_zh, sheet.model.title_en),
        "rows": model_page.build_rows(sheet, binding, typed=typed, errors=problems),
        "refused": refused,
        "may_run": may_run(project),
        "scenarios": [(s, model_page.name_of(s), scenarios.shows_figures(s)) for s in listed],
        "draws": sorted({*_DRAWS, n_draws}),
        "n_draws": n_draws,
        "seed": chosen.seed if chosen else DEFAULT_SEED,
        "beside": beside,
        "beside_name": model_page.name_of(beside) if beside else "",
        **_result(chosen, beside, sheet),
    }
    if "diagram" not in context and not (chosen and chosen.changes):
        context["diagram"] = model_page.draw_unrun(sheet, binding)
    context["is_first"] = not listed and refused is None and context["may_run"]
    return render(request, "verify/model.html", context, status=refused.status if refused else 200)


def _choose(request: HttpRequest, binding: Binding, field: str) -> Scenario | None:
    wanted = request.GET.get(field, "")
    if not wanted:
        return None
    return visible.find_or_404(scenarios.visible_scenarios(binding), pk=wanted)


def _result(
    chosen: Scenario | None, beside: Scenario | None, sheet: scenarios.Sheet
) -> dict[str, Any]:
    """What the chosen scenario found, for a reader who may see its class."""
    if chosen is None:
        return {"chosen": None}
    run = chosen.run
    context: dict[str, Any] = {
        "chosen": chosen,
        "name": model_page.name_of(chosen),
        "changes": model_page.write_changes(chosen, sheet),
        "run": run,
        "reason": REASONS.get(run.reason, run.reason) if run else "",
        "shows_figures": scenarios.shows_figures(chosen),
    }
    if chosen.found is None or not context["shows_figures"]:
        return context
    if beside is not None and not scenarios.shows_figures(beside):
        beside = None
    claims = list(
        Claim.objects.filter(
            project=sheet.case.project_id, bindings__kind="model", bindings__using=sheet.case.using
        ).order_by("id")
    )
    metrics = model_page.build_metrics(chosen, beside, claims, sheet)
    return {
        **context,
        "metrics": [metric for metric in metrics if metric["has_figures"] or not metric["needs"]],
        "waiting": [metric for metric in metrics if metric["needs"] and not metric["has_figures"]],
        "missing": model_page.list_missing(metrics),
        "pictures": model_page.build_pictures(chosen),
        "pictures_beside": model_page.build_pictures(beside) if beside else [],
        "diagram": chosen.found["diagram"],
        "statements": model_page.state_claims(claims),
    }


@requires("read")
@require_GET
def show_replay(_request: HttpRequest, scenario_id: int) -> HttpResponse:
    """The recorded day of a scenario, for the page's animation."""
    rows = Scenario.objects.select_related("binding__claim__project")
    scenario = visible.find_or_404(rows, pk=scenario_id)
    is_shown = scenario.replay is not None and scenarios.shows_figures(scenario)
    return JsonResponse(scenario.replay if is_shown else {}, status=200)
