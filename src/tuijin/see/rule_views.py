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
from tuijin.see import judging, maps, overview, rules


@requires("read")
@require_GET
def show_rules(request: HttpRequest) -> HttpResponse:
    """Every rule row with its source."""
    books = list(Rulebook.objects.select_related("source").order_by("kind", "code"))
    homes = overview.home_places()
    places = Place.objects.filter(parent__in=homes) | Place.objects.filter(code__in=homes)
    context: dict[str, Any] = {
        "light_books": [book for book in books if book.kind == Rulebook.Kind.LIGHT],
        "node_books": [book for book in books if book.kind == Rulebook.Kind.NODE],
        "indicator_books": [book for book in books if book.kind == Rulebook.Kind.INDICATOR],
        "other_books": [book for book in books if book.kind == Rulebook.Kind.SCORE],
        "used": [
            (place, maps.place_name(place), judging.rulebook_of(place.code))
            for place in places.exclude(name="市辖区").order_by("code")
        ],
    }
    return render(request, "see/rules.html", context)


@requires("rules")
@require_POST
def choose_rulebook(request: HttpRequest) -> HttpResponse:
    """Let a place use another rulebook, and light its projects anew."""
    place = visible.find_or_404(Place.objects, code=request.POST.get("place", ""))
    scope.current().require("rules", place_id=place.code)
    book = Rulebook.objects.filter(code=request.POST.get("rulebook", ""), kind="light").first()
    if book is None:
        raise ImportFailed("no such rulebook of lights", code="rulebook")
    number = rules.choose(place, book, as_of=timezone.localdate())
    messages.success(
        request,
        _("已改用“%(book)s”，%(number)s个项目的灯变了") % {"book": book.name, "number": number},
    )
    return redirect("rules")
