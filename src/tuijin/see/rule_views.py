"""The rule tables, and which rulebook a place uses."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tuijin.errors import ImportFailed
from tuijin.ledger import scope, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Place, Rulebook
from tuijin.see import maps, overview, rules
from tuijin.see.language import either


@requires("read")
@require_GET
def show_rules(request: HttpRequest) -> HttpResponse:
    """Every rule row with its source."""
    books = list(Rulebook.objects.select_related("source").order_by("kind", "code"))
    by_kind = {kind: [book for book in books if book.kind == kind] for kind in rules.CHOSEN}
    homes = overview.home_places()
    rows = Place.objects.filter(parent__in=homes) | Place.objects.filter(code__in=homes)
    places = list(rows.exclude(name="市辖区").order_by("code"))
    used = rules.used_by(place.code for place in places)
    context: dict[str, Any] = {
        "light_books": by_kind[Rulebook.Kind.LIGHT],
        "node_books": by_kind[Rulebook.Kind.NODE],
        "kinds": _titles(),
        "used": [
            (place, maps.place_name(place),
             [(kind, title, by_kind[kind], used[kind][place.code])
              for kind, title in _titles().items()])
            for place in places
        ],
    }  # fmt: skip
    return render(request, "see/rules.html", context)


def _titles() -> dict[str, str]:
    return {
        Rulebook.Kind.LIGHT: _("亮灯"),
        Rulebook.Kind.NODE: _("节点时限"),
        Rulebook.Kind.INDICATOR: _("指标口径"),
        Rulebook.Kind.SCORE: _("会议计分"),
    }


@requires("rules")
@require_POST
def choose_rulebook(request: HttpRequest) -> HttpResponse:
    """Let a place use another rulebook; lights and limits of nodes follow."""
    place = visible.find_or_404(Place.objects, code=request.POST.get("place", ""))
    scope.current().require("rules", place_id=place.code)
    code = request.POST.get("rulebook", "")
    book = Rulebook.objects.filter(code=code, kind__in=rules.CHOSEN).first()
    if book is None:
        raise ImportFailed("no such rulebook to choose", code="rulebook")
    number = rules.choose(place, book, as_of=timezone.localdate())
    said = {"book": either(book.name, book.name_en), "number": number}
    if book.kind == Rulebook.Kind.LIGHT:
        messages.success(request, _("已改用“%(book)s”，%(number)s个项目的灯变了") % said)
    else:
        messages.success(request, _("已改用“%(book)s”") % said)
    return redirect("rules")
