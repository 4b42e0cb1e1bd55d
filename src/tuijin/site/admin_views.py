"""Pages of the three administrators: accounts, trail, configuration. No business data."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tuijin.ledger import accounts, chain, sessions, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import AccountChange, TrailEvent, User, UserSession
from tuijin.ledger.models.trail import TrailHead
from tuijin.ledger.roles import ROLES
from tuijin.see.language import either

_MOST_CHECKED = 200_000  # events; a longer trail is checked by the command


@requires("users")
@require_GET
def list_users(request: HttpRequest) -> HttpResponse:
    changes = AccountChange.objects.filter(is_approved=None).select_related("user", "asked_by")
    users = User.objects.order_by("role", "username").prefetch_related("places")
    context = {
        "users": [(user, _role_name(user.role)) for user in users],
        "changes": [(change, _role_name(change.role)) for change in changes.order_by("pk")],
    }
    return render(request, "site/users.html", context)


def _role_name(code: str) -> str:
    return either(ROLES[code].zh, ROLES[code].en)


@requires("users")
@require_http_methods(["GET", "POST"])
def edit_user(request: HttpRequest, user_id: int | None = None) -> HttpResponse:
    """Ask for a new account, or for another role and scope of one."""
    user = None if user_id is None else visible.find_or_404(User.objects, pk=user_id)
    if request.method == "POST":
        wish = _read_wish(request.POST)
        if user is None:
            change = accounts.create_account(
                request.POST.get("username", ""), request.POST.get("display_name", ""), wish
            )
        else:
            change = accounts.ask_change(user, wish)
        if accounts.is_enough_alone(change):
            return _approve(request, change.pk)
        messages.success(request, _("已提交，待另一名安全管理员批准。"))
        return redirect("users")
    projects = []
    if user is not None:
        links = User.projects.through.objects.filter(user_id=user.pk)
        projects = list(links.values_list("project__key", flat=True))
    context = {"account": user, "projects": projects}
    context["roles"] = [(code, _role_name(code)) for code in ROLES]
    return render(request, "site/user.html", context)


def _read_wish(form: QueryDict) -> accounts.Wish:
    return accounts.Wish(
        role=form.get("role", ""),
        place_codes=tuple(form.get("places", "").split()),
        project_keys=tuple(form.get("projects", "").split()),
        resets_access=form.get("resets_access") == "on",
    )


@requires("users")
@require_POST
def decide_change(request: HttpRequest, change_id: int) -> HttpResponse:
    if request.POST.get("decision") == "approve":
        return _approve(request, change_id)
    accounts.refuse(change_id)
    return redirect("users")


def _approve(request: HttpRequest, change_id: int) -> HttpResponse:
    password = accounts.approve(change_id)
    if not password:
        return redirect("users")
    user = AccountChange.objects.select_related("user").get(pk=change_id).user
    return render(request, "site/initial_password.html", {"account": user, "password": password})


@requires("users")
@require_POST
def disable_user(request: HttpRequest, user_id: int) -> HttpResponse:
    accounts.disable(visible.find_or_404(User.objects, pk=user_id))
    return redirect("users")


@requires("users")
@require_POST
def end_sessions(request: HttpRequest, user_id: int) -> HttpResponse:
    sessions.end_all(visible.find_or_404(User.objects, pk=user_id).pk)
    return redirect("users")


@requires("trail")
@require_GET
def show_trail(request: HttpRequest) -> HttpResponse:
    """Events, newest first; figures as the hash the chain holds."""
    rows = TrailEvent.objects.order_by("-seq")
    for column in ("actor", "action", "object_type", "object_id"):
        if request.GET.get(column):
            rows = rows.filter(**{column: request.GET[column][:80]})
    for name, lookup in (("since", "at__date__gte"), ("until", "at__date__lte")):
        try:
            day = parse_date(request.GET.get(name, ""))
        except ValueError:
            day = None
        if day is not None:
            rows = rows.filter(**{lookup: day})
    before = request.GET.get("before", "")
    if re.fullmatch("[0-9]{1,18}", before):
        rows = rows.filter(seq__lt=int(before))
    events = list(rows[:101])
    context = {
        "events": events[:100],
        "next": events[99].seq if len(events) > 100 else None,
        "filters": request.GET,
    }
    return render(request, "site/trail.html", context)


@requires("trail")
@require_POST
def check_trail(request: HttpRequest) -> HttpResponse:
    """Walk the chain, if it is short enough for a page; the command walks any."""
    head = TrailHead.objects.filter(id=1).first()
    is_short = head is None or head.seq <= _MOST_CHECKED
    finding = chain.check() if is_short else None
    last_good = finding.last_good if finding else None
    context = {
        "finding": finding,
        "last_good_at": datetime.fromisoformat(last_good.at) if last_good else None,
    }
    return render(request, "site/trail_check.html", context)


@requires("configure")
@require_GET
def show_configuration(request: HttpRequest) -> HttpResponse:
    config = settings.CONFIG
    disk = shutil.disk_usage(config.home)
    facts: list[tuple[str, Any]] = [
        (_("数据目录"), config.home),
        (_("数据库"), connection.vendor),
        (_("可用空间"), f"{disk.free / 1e9:.1f} GB"),
        (_("域名"), ", ".join(config.hosts)),
        (_("只用 HTTPS"), _("是") if config.is_https else _("否")),
        (_("留痕检查点"), config.checkpoints),
        (_("在线会话"), UserSession.objects.exclude(user=None).count()),
    ]
    return render(request, "site/configuration.html", {"facts": facts})
