"""`/api/v1/funnel`, `/yields`, `/flags` and `/flag-rules`: promises kept, what to look at again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Router

from tuijin.ledger import paging, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Project
from tuijin.ledger.rest.rules import show_source
from tuijin.push import flags, funnel, local_day, yields
from tuijin.push.funnel import Funnel
from tuijin.push.models import FlagRule
from tuijin.push.yield_views import read_grouping, read_portfolio, shows_money

router = Router(tags=["Funnel"])


@router.get("/funnel", url_name="api_funnel", summary="Steps from signing to yield (落地见效)")
@requires("read")
def show_funnel(request: HttpRequest, by: str = "", place: str = "") -> dict[str, Any]:
    """Own projects only; `passed` of `before` reached a step of those at the step before."""
    today = local_day.today()
    portfolio = read_portfolio({"place": place}, today=today)
    grouping = read_grouping({"by": by})
    return {
        "by": grouping,
        "total": _funnel(funnel.build_total(portfolio)),
        "items": [_funnel(one) for one in
                  funnel.build_groups(portfolio, by=grouping, as_of=today)],
    }  # fmt: skip


def _funnel(found: Funnel) -> dict[str, Any]:
    steps = [
        {"step": s.code, "count": s.count, "passed": s.passed, "before": s.before, "ratio": s.ratio}
        for s in found.steps
    ]
    return {"key": found.key, "title": found.title, "ended_count": found.ended_count,
            "steps": steps}  # fmt: skip


@router.get("/yields", url_name="api_yields", summary="Promises against operating records")
@requires("read")
def show_yields(
    request: HttpRequest, year: str = "", place: str = "", project: int = 0
) -> dict[str, Any]:
    """By month, of own projects or of one; amounts are text, exact. Empty without class C."""
    portfolio = read_portfolio({"year": year, "place": place}, today=local_day.today())
    pk = visible.find_or_404(Project.objects, pk=paging.as_id(project)).pk if project else None
    kept = yields.read_year(portfolio, project_id=pk) if shows_money() else []
    return {"year": portfolio.year, "items": [_kept(one) for one in kept]}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")


def _kept(one: yields.Kept) -> dict[str, Any]:
    return {
        "measure": one.measure.code,
        "months": [
            {"month": f"{month:%Y-%m}", "sum": _text(total), "projects": n}
            for month, (total, n) in sorted(one.by_month.items())
        ],
        "total": _text(one.total),
        "promised": _text(one.promised),
        "promised_projects": one.promised_count,
        "expected": _text(one.expected),
        "real": _text(one.real),
    }


@router.get("/flag-rules", url_name="api_flag_rules", summary="Thresholds of flags (请核对)")
@requires("read")
def show_flag_rules(request: HttpRequest) -> dict[str, Any]:
    """Read every threshold with its unit and source; one not `is_used` raises no flag."""
    return {"items": [_flag_rule(rule) for rule in FlagRule.objects.select_related("source")]}


def _flag_rule(rule: FlagRule) -> dict[str, Any]:
    names = ("code", "threshold", "unit", "is_used", "name", "name_en", "note", "note_en")
    return {**{name: getattr(rule, name) for name in names}, "source": show_source(rule.source)}


@router.get("/flags", url_name="flag_list", summary="What should be looked at again (请核对)")
@requires("read")
def list_flags(request: HttpRequest, rule: str = "", after: int = 0) -> dict[str, Any]:
    """Own projects, in the order found; facts above the reader's class are absent."""
    rows = list(flags.own(rule=rule).filter(pk__gt=paging.as_id(after)).order_by("pk")[:101])
    return {
        "items": [
            {
                "id": flag.pk,
                "rule": flag.rule.code,
                "name": flag.rule.name,
                "project": flag.project.key,
                "since_on": flag.since_on.isoformat(),
                "facts": [
                    {"name": name, "value": value, "address": address}
                    for name, value, address in flags.shown_facts(flag)
                ],
            }
            for flag in rows[:100]
        ],
        "next": str(rows[99].pk) if len(rows) > 100 else "",
    }
