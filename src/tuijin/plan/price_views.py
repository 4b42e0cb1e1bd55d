"""Pages of prices: the digest of a period, a series with its quotations, and the document."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tuijin.errors import ImportFailed, NotFound
from tuijin.ledger import ownership, scope, sessions, trail, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import PriceLink, PriceSeries
from tuijin.paper import render_docx
from tuijin.plan import price_entry, price_words
from tuijin.plan.price_chart import draw_series
from tuijin.plan.price_digest import build_digest
from tuijin.plan.price_effects import find_effects
from tuijin.plan.prices import LAST, PERIODS, follow_prices, usual_period
from tuijin.see.language import either

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHOWN_PRICES = 200


@requires("read")
@require_GET
def show_markets(request: HttpRequest) -> HttpResponse:
    """What moved in a period, and which projects it touches."""
    as_of, period = read_asked(request)
    followed = follow_prices(as_of=as_of, period=period)
    effects = find_effects(followed)
    context = {
        "as_of": as_of,
        "period": period,
        "periods": [(code, price_words.period_title(code)) for code in PERIODS],
        "lines": [(one, effects.get(one.series.pk, ())) for one in followed],
        "may_import": scope.current().may("import"),
    }
    return render(request, "plan/markets.html", context)


def read_asked(request: HttpRequest) -> tuple[date, str]:
    """
    The day and the period that the address names, or today and the usual one.

    Raises
    ------
    NotFound
        If there is no such day or period.
    """
    text = request.GET.get("as_of", "")
    try:
        as_of = date.fromisoformat(text) if text else timezone.localdate()
    except ValueError as error:
        raise NotFound from error
    period = request.GET.get("period", "") or usual_period(as_of)
    if period not in PERIODS:
        raise NotFound
    return as_of, period


@requires("read")
@require_GET
def show_series(request: HttpRequest, series_id: int) -> HttpResponse:
    """A series: its quotations with their sources, its process, and what it is linked to."""
    return _render_series(request, _find(series_id))


def _find(series_id: int) -> PriceSeries:
    return visible.find_or_404(PriceSeries.objects.select_related("source"), pk=series_id)


def _render_series(
    request: HttpRequest, series: PriceSeries, *, refused: ImportFailed | None = None
) -> HttpResponse:
    (followed,) = follow_prices(as_of=timezone.localdate(), period=LAST, only=[series])
    who = scope.current()
    context: dict[str, Any] = {
        "series": series,
        "one": followed,
        "prices": list(reversed(followed.prices))[:_SHOWN_PRICES],
        "facts": list(price_words.process_facts(followed)),
        "option": draw_series(followed),
        "effects": find_effects([followed]).get(series.pk, []),
        "links": PriceLink.objects.filter(series=series).select_related("project"),
        "may_enter": who.may("edit") and who.everywhere,
        "refused": refused,
        "typed": request.POST,
    }
    status = refused.status if refused else 200
    return render(request, "plan/price_series.html", context, status=status)


@requires("read", to_change="edit")
@require_POST
def enter_price(request: HttpRequest, series_id: int) -> HttpResponse:
    """Record a quotation, or correct the one of that day."""
    series = _find(series_id)
    ownership.refuse_office(PriceSeries)
    try:
        was_there = price_entry.enter(series, request.POST)
    except ImportFailed as refused:
        return _render_series(request, series, refused=refused)
    messages.success(request, _("已更正") if was_there else _("已入账"))
    return redirect("price_series", series.pk)


@requires("export")
@require_GET
def export_digest(request: HttpRequest) -> HttpResponse:
    """The digest as DOCX; the export stands in the trail under the id it carries."""
    if not sessions.is_fresh(request.session):  # figures of models may rest on confidential records
        return redirect(f"{reverse('proof')}?{urlencode({'next': request.get_full_path()})}")
    as_of, period = read_asked(request)
    followed = follow_prices(as_of=as_of, period=period)
    export_id, who = secrets.token_hex(6), scope.current()
    footer = _("导出：%(actor)s · %(role)s · %(time)s · %(id)s") % {
        "actor": who.actor, "role": either(who.role.zh, who.role.en),
        "time": f"{timezone.localtime():%Y-%m-%d %H:%M}", "id": export_id,
    }  # fmt: skip
    brief = build_digest(
        followed, find_effects(followed), period=period, as_of=as_of, footer=footer
    )
    said = {"kind": (None, "prices.docx"), "rows": (None, len(followed))}
    trail.append([trail.Event("export", "priceseries", export_id, said)])
    name = f"{_('价格变动')}-{as_of}-{period}.docx"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    headers = {"Content-Disposition": disposition or "attachment"}
    return HttpResponse(render_docx(brief), content_type=_DOCX, headers=headers)
