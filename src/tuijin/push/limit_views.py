"""The page of limits: which a place uses, and every row with its source."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tuijin.errors import ImportFailed
from tuijin.ledger import scope, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Place, Rulebook
from tuijin.push import limit_books, local_day
from tuijin.push.workdays import load_calendar
from tuijin.see import maps, overview
from tuijin.see.language import either


@requires("read")
@require_GET
def show_limits(request: HttpRequest) -> HttpResponse:
    """The limits and levels as rows, with their sources, and the places that use them."""
    homes = overview.home_places()
    places = Place.objects.filter(parent__in=homes) | Place.objects.filter(code__in=homes)
    rows = list(places.exclude(name="市辖区").order_by("code"))
    books = limit_books.books()
    context = {
        "books": books.items(),
        "clock_books": [book for book in books if book.kind == Rulebook.Kind.CLOCK],
        "light_books": Rulebook.objects.filter(kind=Rulebook.Kind.LIGHT),
        "with_acts": {book.code for book in books},
        "used": [(maps.place_name(one.place), one) for one in limit_books.used_by(rows)],
        "known_until": load_calendar().known_until,
    }
    return render(request, "push/limits.html", context)


@requires("rules")
@require_POST
def choose_limits(request: HttpRequest) -> HttpResponse:
    """Let a place use other limits, and count the open issues anew."""
    place = visible.find_or_404(Place.objects, code=request.POST.get("place", ""))
    scope.current().require("rules", place_id=place.code)
    wanted = request.POST.get("rulebook", "")
    book = Rulebook.objects.filter(code=wanted, kind=Rulebook.Kind.CLOCK).first()
    if book is None:
        raise ImportFailed("no such rulebook of limits", code="rulebook")
    number = limit_books.choose(place, book, as_of=local_day.today())
    text = ngettext(
        "已改用“%(book)s”，%(number)d件在办事项的时限变了",
        "已改用“%(book)s”，%(number)d件在办事项的时限变了",
        number,
    )
    messages.success(request, text % {"book": either(book.name, book.name_en), "number": number})
    return redirect("limits")
