"""Pages that show: list, map, project, indicators."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tuijin.errors import ImportFailed, NotFound
from tuijin.importers.nouns import CHOICES
from tuijin.ledger import places_below, scope, sessions, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Place, Project, User
from tuijin.see import export, forms, indicators, judging, listing, maps, oc4ids, overview, panels
from tuijin.see import project_page as parts
from tuijin.see.cells import cell_value
from tuijin.see.language import choice_text
from tuijin.see.models import SavedView
from tuijin.see.quantities import Portfolio

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _choice_list(name: str) -> list[tuple[str, str]]:
    return [(code, choice_text(name, code)) for code in CHOICES[name]]


def _places(codes: list[str]) -> list[tuple[str, str]]:
    rows = Place.objects.filter(parent__in=codes) | Place.objects.filter(code__in=codes)
    shown = rows.exclude(name="市辖区").order_by("code")  # a sum of districts, not a place
    return [(place.code, maps.place_name(place)) for place in shown]


def _filter_context(query: listing.Query) -> dict[str, Any]:
    """Choices of the filter bar."""
    return {
        "query": query,
        "places": _places(overview.home_places()),
        "stages": _choice_list("stage"),
        "statuses": [("live", _("在推进")), ("ended", _("已取消或退役")), *_choice_list("status")],
        "industries": _choice_list("strategic_industry"),
        "has_lights": "I" in scope.current().role.own,
    }


def _kept(request: HttpRequest, *names: str) -> list[tuple[str, str]]:
    """Values of the address that another form must carry along."""
    return [(name, value) for name in names for value in request.GET.getlist(name)]


@requires("read")
@require_GET
def show_projects(request: HttpRequest) -> HttpResponse:
    """The list."""
    query = listing.parse(request.GET)
    page = listing.read_page(query)
    columns = [listing.COLUMNS[code] for code in query.columns]
    rows = [
        {"id": row["id"], "cells": [(column, cell_value(column, row)) for column in columns]}
        for row in page.rows
    ]
    context = {
        **_filter_context(query),
        "columns": columns,
        "rows": rows,
        "count": listing.count(query),
        "ended_count": None if query.status else listing.count(replace(query, status="ended")),
        "next_token": page.next_token,
        "all_columns": [listing.COLUMNS[c] for c in listing.shown_columns(tuple(listing.COLUMNS))],
        "saved_views": SavedView.objects.filter(user=scope.current().user_id),
        "kept": _kept(request, "columns", "sort"),
        "kept_filters": _kept(request, *(n for n in request.GET if n not in ("columns", "after"))),
        "bulk_columns": [
            (name, listing.COLUMNS[name].title, _choice_list(name)) for name in forms.BULK
        ],
    }
    return render(request, "see/projects.html", context)


@requires("export")
@require_GET
def export_projects(request: HttpRequest) -> HttpResponse:
    """The list as a workbook; confidential columns only shortly after the password was given."""
    query = listing.parse(request.GET)
    if export.is_confidential(query) and not sessions.is_fresh(request.session):
        return redirect(f"{reverse('proof')}?{urlencode({'next': request.get_full_path()})}")
    data, export_id = export.build_workbook(query)
    response = HttpResponse(data, content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="projects-{export_id}.xlsx"'
    return response


@requires("export")
@require_GET
def export_oc4ids(request: HttpRequest) -> HttpResponse:
    """The list's projects as an OC4IDS package."""
    query = listing.parse(request.GET)
    data, export_id = oc4ids.build_package(query, uri=request.build_absolute_uri())
    response = HttpResponse(data, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="oc4ids-{export_id}.json"'
    return response


@requires("read")
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the list's address under a name, for this reader."""
    name, address = request.POST.get("name", "").strip(), request.POST.get("query", "")
    if not name or len(name) > 60:
        raise ImportFailed(_("名称应为1至60个字"), code="view_name")
    if len(address) > 1000:
        raise ImportFailed(_("筛选条件太长"), code="view_query")
    user = User.objects.get(pk=scope.current().user_id)
    SavedView.objects.update_or_create(user=user, name=name, defaults={"query": address})
    return redirect(f"/projects/?{address}")


@requires("read")
@require_POST
def delete_view(_request: HttpRequest, view_id: int) -> HttpResponse:
    SavedView.objects.filter(pk=view_id, user=scope.current().user_id).delete()
    return redirect("projects")


@requires("read")
@require_GET
def show_map(request: HttpRequest) -> HttpResponse:
    """The map, with the list's filters."""
    query = listing.parse(request.GET)
    colour_by = "light" if request.GET.get("colour") == "light" else "stage"
    size_by = "capacity_mw" if request.GET.get("size") == "capacity" else "total_investment_yuan"
    is_drawn = query.place and maps.has_boundaries(query.place)
    places = [query.place] if is_drawn else overview.home_places()
    colouring = maps.by_light() if colour_by == "light" else maps.by_stage()
    data = maps.build(query, places=places, colouring=colouring, size_by=size_by)
    context = {
        **_filter_context(query),
        "kept_choice": _kept(request, "colour", "size"),
        "data": data,
        "colour_by": colour_by,
        "size_by": size_by,
        "points_count": len(data["points"]["rows"]),
        "most_points": maps.MOST_POINTS,
        "count": listing.count(query),
    }
    return render(request, "see/map.html", context)


@requires("read")
@require_GET
def show_project(request: HttpRequest, project_id: int) -> HttpResponse:
    """One project, panel by panel."""
    project = visible.find_or_404(
        Project.objects.select_related("place", "park", "owner", "source"), pk=project_id
    )
    return render(request, "see/project.html", _project_context(request, project))


def _project_context(request: HttpRequest, project: Project) -> dict[str, Any]:
    today = timezone.localdate()
    who = scope.current()
    has_internal = parts.is_shown(project, "I")
    # Not what a company sees of its own reports: plan, sums and light are drawn from all of them.
    shows_money, shows_light = (
        visible.is_shown(column, place_id=project.place_id, project_id=project.pk)
        for column in ("year_done_yuan", "light")
    )
    reports = parts.reports(project)
    operations = parts.operations(project)
    return {
        "project": project,
        "owns": who.owns(place_id=project.place_id, project_id=project.pk),
        "has_internal": has_internal,
        "has_confidential": parts.is_shown(project, "C"),
        "shows_money": shows_money,
        "light": judging.explain(project, as_of=today) if shows_light else None,
        "steps": parts.stage_steps(project),
        "plans": parts.plans(project),
        "reports": reports,
        "money_chart": parts.money_chart(project, reports, has_plan=shows_money),
        "operations": operations,
        "operation_chart": parts.operation_chart(operations),
        "figures": parts.figures(project),
        "evidence": parts.evidence(project),
        "nodes": parts.nodes(project, as_of=today),
        "trail": visible.trail_of(project, limit=10),
        "main_panels": panels.build_all(request, project, column="main"),
        "side_panels": panels.build_all(request, project, column="side"),
        "reason_form": forms.ReasonForm(nodes=parts.reason_choices(project.place_id)),
        "evidence_kinds": _choice_list("evidence_kind"),
    }


@requires("read")
@require_GET
def show_indicators(request: HttpRequest) -> HttpResponse:
    """Every indicator with its formula, numbers and source."""
    today = timezone.localdate()
    year = request.GET.get("year", str(today.year))
    if not (re.fullmatch("[0-9]{4}", year) and 1990 <= int(year) <= 2100):
        raise ImportFailed(f"year must be 1990 to 2100, got {year[:10]!r}", code="year")
    place = request.GET.get("place", "")
    homes = overview.home_places()
    if place and place not in (known := dict(_places(homes))):
        raise NotFound(f"{place} not in {', '.join(known)}")
    codes = tuple(places_below.codes([place])) if place else ()
    rules = indicators.rules_of([place] if place else homes)
    context = {
        "readings": indicators.read_all(rules, portfolio=Portfolio(codes, int(year))),
        "year": int(year),
        "years": range(today.year + 1, today.year - 5, -1),
        "place": place,
        "places": _places(homes),
    }
    return render(request, "see/indicators.html", context)
