"""Pages that belong to no room."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tuijin.ledger import scope


@require_GET
def show_health(request: HttpRequest) -> HttpResponse:
    """200 when web and database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"web": "up", "database": "up"})


def _next_page(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or "/"
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if is_ours else "/"


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    context = {"next": _next_page(request), "failed": False}
    if request.method == "POST":
        user = authenticate(
            request, username=request.POST.get("username"), password=request.POST.get("password")
        )
        if user is not None:
            login(request, user)
            return redirect(_next_page(request))
        context["failed"] = True
    return render(request, "sign_in.html", context, status=401 if context["failed"] else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign_in")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    response = redirect(_next_page(request))
    language = request.POST.get("language", "")
    if translation.check_for_language(language):
        response.set_cookie("django_language", language, max_age=31536000, samesite="Lax")
    return response


@require_GET
def cockpit(request: HttpRequest) -> HttpResponse:
    scope.current()
    return render(request, "cockpit.html")
