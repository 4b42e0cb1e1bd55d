"""The inbox, how somebody wants to be told, and the calendar feed."""

from __future__ import annotations

import hashlib
import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tuijin.errors import NotFound
from tuijin.ledger import scope
from tuijin.ledger.access import public, requires
from tuijin.push import feed, local_day, notices
from tuijin.push.forms import ChoicesForm
from tuijin.push.models import NoticeChoice
from tuijin.push.wording import notice_text

_FIELDS = ("email", "by_mail", "by_hook", "wants_daily", "wants_weekly", "quiet_from",
           "quiet_until")  # fmt: skip


def _choice() -> NoticeChoice:
    user_id = scope.current().user_id
    return NoticeChoice.objects.filter(user=user_id).first() or NoticeChoice(user_id=user_id)


@requires("read")
@require_GET
def show_inbox(request: HttpRequest) -> HttpResponse:
    """What I was told, newest first."""
    lines = [(notice, notice_text(notice)) for notice in notices.inbox(scope.current().user_id)]
    context = {"lines": lines, "has_feed": bool(_choice().calendar_sha256)}
    return render(request, "push/inbox.html", context)


@requires("read")
@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    notices.mark_read(scope.current().user_id, on=local_day.today())
    return redirect("inbox")


@requires("read")
@require_http_methods(["GET", "POST"])
def edit_choices(request: HttpRequest) -> HttpResponse:
    """How I want to be told."""
    row = _choice()
    form = ChoicesForm(
        request.POST or None, initial={name: getattr(row, name) for name in _FIELDS}
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        for name in _FIELDS:
            setattr(row, name, form.cleaned_data[name])
        row.save()
        messages.success(request, _("已保存"))
        return redirect("inbox")
    context = {"form": form, "title": _("提醒设置"), "back": reverse("inbox")}
    return render(request, "push/form.html", context, status=422 if form.is_bound else 200)


@requires("read")
@require_POST
def make_feed(request: HttpRequest) -> HttpResponse:
    """Make a new address of my calendar feed; the one before ends. Shown once."""
    token = secrets.token_urlsafe(32)
    row = _choice()
    row.calendar_sha256 = _digest(token)
    row.save()
    address = request.build_absolute_uri(reverse("calendar_feed", args=[token]))
    return render(request, "push/feed.html", {"address": address})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@public
@require_GET
def show_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Deadlines for a calendar program, which cannot sign in: who has the address has the sight."""
    row = NoticeChoice.objects.filter(calendar_sha256=_digest(token)).select_related("user").first()
    if row is None or not row.user.is_active:
        raise NotFound
    with scope.active(scope.build_scope(row.user)):
        if not scope.current().may("read"):
            raise NotFound
        data = feed.write_feed(
            base=request.build_absolute_uri("/").rstrip("/"), today=local_day.today()
        )
    response = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response
