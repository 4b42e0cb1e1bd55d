"""Pages of claims and runs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tuijin.errors import ImportFailed
from tuijin.importers.nouns import CHOICES
from tuijin.ledger import metrics, paging, scope, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Place, Project
from tuijin.see import overview
from tuijin.see.language import choice_text, either, is_english
from tuijin.verify import choosing, comparison, runs, showing, wording
from tuijin.verify.checks import DEFAULT_SEED
from tuijin.verify.models import Claim, Run, Scenario
from tuijin.verify.tasks import pending_claims

_SHOWN_OF_A_RUN = 200
_LAST_RUNS = 8
_MOST_SEED = 2**63 - 1
_RULINGS = [
    ("HOLDS", gettext_lazy("成立")),
    ("FALLS SHORT", gettext_lazy("未达")),
    ("UNDECIDED", gettext_lazy("待定")),
]
REASONS = {
    "interrupted": gettext_lazy("中断：服务曾重新启动"),
    "not_started": gettext_lazy("未能开始"),
    "cpu_limit": gettext_lazy("超过计算时间限制"),
    "wall_limit": gettext_lazy("超过时间限制"),
    "memory_limit": gettext_lazy("超过内存限制"),
    "crashed": gettext_lazy("计算意外结束"),
}


@requires("read")
@require_GET
def show_claims(request: HttpRequest) -> HttpResponse:
    """The list, with filters."""
    query = choosing.parse(request.GET)
    ids_only: Any = choosing.choose(query).values("id")
    page = paging.read_page(ids_only, token=query.token)
    claims = Claim.objects.filter(pk__in=[row["id"] for row in page.rows])
    context = {
        "query": query,
        "rows": showing.build_rows(claims.select_related("project__place").order_by("id")),
        "next_token": page.next_token,
        "counts": _counts(query),
        "rulings": [*_RULINGS, (choosing.NEVER, _("未检验"))],
        "dimensions": _choices("dimension"),
        "kinds": _choices("check"),
        "places": _places(),
        "pending_count": len(pending_claims()),
        "runs": runs.visible_runs().select_related("user")[:_LAST_RUNS],
        "reasons": REASONS,
    }
    return render(request, "verify/claims.html", context)


def _counts(query: choosing.Query) -> dict[str, int]:
    """Claims by ruling under the filters but that of the ruling itself."""
    claims = choosing.choose(replace(query, verdict="")).order_by()
    rows = claims.values("ruling").annotate(number=Count("pk", distinct=True))
    return {row["ruling"] or choosing.NEVER: row["number"] for row in rows}


def _choices(name: str) -> list[tuple[str, str]]:
    return [(code, choice_text(name, code)) for code in CHOICES[name]]


def _places() -> list[tuple[str, str]]:
    codes = overview.home_places()
    rows = Place.objects.filter(parent__in=codes) | Place.objects.filter(code__in=codes)
    return [(p.code, either(p.name, p.name_en)) for p in rows.order_by("code")]


@requires("read")
@require_GET
def show_claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One claim: quote, statement, checks with figures, charts, inputs and history."""
    claims = Claim.objects.select_related("project__place", "source")
    claim = visible.find_or_404(claims, pk=claim_id)
    cards = showing.build_cards(claim)
    open_verdicts = [c.now.verdict for c in cards if c.now is not None and c.now.shows_figures]
    context = {
        "claim": claim,
        "comparison": comparison.compare(claim, open_verdicts),
        "title": either(claim.title, claim.title_en),
        "statement": wording.write_promise(claim, english=is_english()),
        "metric": either(*metrics.name_of(claim.metric)),
        "unit": wording.write_unit(claim.unit, english=is_english()),
        "cards": cards,
        "may_run": may_run(claim.project),
        "seed": DEFAULT_SEED,
    }
    return render(request, "verify/claim.html", context)


def may_run(project: Project) -> bool:
    who = scope.current()
    owns = who.owns(place_id=project.place_id, project_id=project.pk)
    return who.may("verify") and owns


@requires("verify")
@require_POST
def start_run(request: HttpRequest) -> HttpResponse:
    """Start a run of one claim, of one project's, of what is pending, or of all one's own."""
    title, claims = _chosen(request)
    run = runs.start(claims, title=title, seed=read_seed(request.POST.get("seed", "")))
    return redirect("run", run.pk)


def _chosen(request: HttpRequest) -> tuple[str, list[int]]:
    if request.POST.get("claim"):
        claim = visible.find_or_404(Claim.objects, pk=request.POST["claim"])
        return claim.title, [claim.pk]
    if request.POST.get("project"):
        project = visible.find_or_404(Project.objects, pk=request.POST["project"])
        return project.name, list(
            Claim.objects.filter(project=project).values_list("id", flat=True)
        )
    own = runs.own_claim_ids()
    if request.POST.get("which") == "pending":
        return _("待重验的承诺"), sorted(own & set(pending_claims()))
    if request.POST.get("which") == "all":
        return _("全部承诺"), sorted(own)
    raise ImportFailed("claim, project or which must be given", code="nothing_to_verify")


def read_seed(text: str) -> int:
    if not text:
        return DEFAULT_SEED
    if not (re.fullmatch("[0-9]{1,19}", text) and int(text) <= _MOST_SEED):
        raise ImportFailed(f"seed must be 0 to {_MOST_SEED}, got {text[:30]!r}", code="seed")
    return int(text)


@requires("verify")
@require_GET
def show_run(request: HttpRequest, run_id: str) -> HttpResponse:
    """A run: progress while it goes on, then what it found."""
    run = runs.find_run(run_id)
    scenario = Scenario.objects.filter(run=run).first()
    if scenario is not None:
        return redirect(f"{reverse('model', args=[scenario.binding_id])}?scenario={scenario.pk}")
    ids = run.claim_ids[:_SHOWN_OF_A_RUN]
    claims = Claim.objects.filter(pk__in=ids).select_related("project__place")
    context = {
        **_run_context(run),
        "rows": [] if run.is_open else showing.build_rows(claims.order_by("project_id", "id")),
        "rulings": _RULINGS,
    }
    return render(request, "verify/run.html", context)


def _run_context(run: Run) -> dict[str, Any]:
    return {"run": run, "reason": REASONS.get(run.reason, run.reason)}


@requires("verify")
@require_GET
def show_progress(request: HttpRequest, run_id: str) -> HttpResponse:
    """The part of the page that is asked for each second; at the end the whole page is."""
    run = runs.find_run(run_id)
    response = render(request, "verify/run_progress.html", _run_context(run))
    if not run.is_open:
        response["HX-Refresh"] = "true"
    return response


@requires("verify")
@require_POST
def cancel_run(_request: HttpRequest, run_id: str) -> HttpResponse:
    runs.cancel(runs.find_run(run_id))
    return redirect("run", run_id)


@requires("verify")
@require_POST
def restart_run(_request: HttpRequest, run_id: str) -> HttpResponse:
    return redirect("run", runs.start_again(runs.find_run(run_id)).pk)
