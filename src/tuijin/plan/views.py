"""Pages of the plan room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tuijin.ledger.access import requires
from tuijin.plan import materials
from tuijin.plan.sankey import build_sankey


@requires("read")
@require_GET
def show_materials(request: HttpRequest) -> HttpResponse:
    """Who makes and who uses each material, and what is left."""
    account = materials.load_account()
    context = {"account": account, "sankey": build_sankey(account)}
    return render(request, "plan/materials.html", context)
