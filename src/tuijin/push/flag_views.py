"""疑点核对: what should be looked at again, with its figures, rule and source."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tuijin.ledger import scope, visible
from tuijin.ledger.access import requires
from tuijin.push import flags, local_day
from tuijin.push.models import Flag, FlagRule

_PAGE_SIZE = 30


@requires("read")
@require_GET
def show_flags(request: HttpRequest) -> HttpResponse:
    """Flags of the reader's own projects, rule by rule."""
    chosen = request.GET.get("rule", "")
    counts = dict(flags.own().order_by().values_list("rule__code").annotate(Count("id")))
    rules = list(FlagRule.objects.select_related("source"))
    page = Paginator(flags.own(rule=chosen).order_by("project_id", "id"), _PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "rules": [(rule, counts.get(rule.code, 0)) for rule in rules],
        "chosen": chosen,
        "page_now": page,
        "flags": described(page.object_list),
        "count": sum(counts.values()),
        "may_refresh": scope.current().may("rules"),
    }
    return render(request, "push/flags.html", context)


def described(rows: Any) -> list[tuple[Flag, list[tuple[str, str, str]], bool]]:
    """Each flag with the facts the reader may see, and whether the reader may raise its issue."""
    who = scope.current()
    return [
        (flag, flags.shown_facts(flag),
         who.may("raise") and who.owns(place_id=flag.project.place_id, project_id=flag.project_id))
        for flag in rows
    ]  # fmt: skip


@requires("raise")
@require_POST
def propose_issue(request: HttpRequest, flag_id: int) -> HttpResponse:
    """Let it be checked: an issue with the figures attached."""
    flag = visible.find_or_404(Flag.objects.select_related("rule", "project"), pk=flag_id)
    issue = flags.propose(flag, on=local_day.today())
    messages.success(request, _("已提请核查"))
    return redirect("issue", issue.pk)


@requires("rules")
@require_POST
def refresh_flags(request: HttpRequest) -> HttpResponse:
    """Go through the record now; it is done each day in any case."""
    number = flags.refresh(on=local_day.today())
    messages.success(request, _("已重新核对，共 %(number)s 条") % {"number": number})
    return redirect("flags")
