"""Pages that belong to no room."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_GET, require_POST

from tuijin.ledger.access import public, signed_in
from tuijin.site import cockpit as cockpit_page
from tuijin.site import worker
from tuijin.site.account_views import home_of, next_page
from tuijin.site.requests import user_of


@public
@require_GET
def show_health(request: HttpRequest) -> HttpResponse:
    """200 when web, database and worker are up, else 503."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    is_working = worker.is_running(settings.CONFIG.home)
    body = {"web": "up", "database": "up", "worker": "up" if is_working else "down"}
    return JsonResponse(body, status=200 if is_working else 503)


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    response = redirect(next_page(request))
    language = request.POST.get("language", "")
    if translation.check_for_language(language):
        response.set_cookie("django_language", language, max_age=31536000, samesite="Lax")
    return response


@signed_in
@require_GET
def cockpit(request: HttpRequest) -> HttpResponse:
    home = home_of(user_of(request))
    if home != "cockpit":
        return redirect(home)
    return render(request, "cockpit.html", cockpit_page.build(today=timezone.localdate()))
