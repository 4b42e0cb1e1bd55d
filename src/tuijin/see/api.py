"""`/api/v1` of the see room: overview, indicators, rules of lights and nodes; exact text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from tuijin.errors import ImportFailed
from tuijin.ledger import places_below
from tuijin.ledger.access import requires
from tuijin.ledger.models import NodeRule, Rulebook
from tuijin.ledger.rest.rules import show_rules, show_source
from tuijin.see import indicators, listing, oc4ids, overview
from tuijin.see.models import LightRule
from tuijin.see.quantities import Portfolio
from tuijin.see.tables.api import router as tables

router = Router(tags=["see"])
router.add_router("/tables", tables)


def _text(value: Decimal | int | None) -> str | None:
    return None if value is None else format(Decimal(value), "f")


@router.get("/overview", url_name="overview", summary="Counts and sums of one's own portfolio")
@requires("read")
def show_overview(request: HttpRequest) -> dict[str, Any]:
    """What the reader may not see is absent."""
    homes = overview.home_places()
    total = overview.sum_up(overview.load_cells(homes))
    figures = {
        "places": homes,
        "projects_count": total.projects_count,
        "ended_count": total.ended_count,
        "total_investment_yuan": _text(total.total_investment_yuan),
        "by_stage": total.by_stage,
        "by_light": total.by_light,
        "claims_short_count": total.claims_short_count,
        "claims_undecided_count": total.claims_undecided_count,
        "year_planned_yuan": _text(total.year_planned_yuan),
        "year_done_yuan": _text(total.year_done_yuan),
    }
    return {name: value for name, value in figures.items() if value is not None}


@router.get("/oc4ids", url_name="api_oc4ids", summary="Projects as an OC4IDS package")
@requires("export")
def show_oc4ids(request: HttpRequest) -> HttpResponse:
    """Of the filters of the project list page (`place`, `stage`, …), with owners and figures."""
    query = listing.parse(request.GET)
    data, _export_id = oc4ids.build_package(query, uri=request.build_absolute_uri())
    return HttpResponse(data, content_type="application/json")


@router.get("/indicators", url_name="api_indicators", summary="Indicators with their formulas")
@requires("read")
def show_indicators(
    request: HttpRequest, place: str = "", year: int | None = None
) -> dict[str, Any]:
    """Read every indicator the reader's role may see, over a place or the own portfolio."""
    wanted = timezone.localdate().year if year is None else year
    if not 1990 <= wanted <= 2100:
        raise ImportFailed(f"year must be 1990 to 2100, got {wanted}", code="year")
    codes = tuple(places_below.codes([place])) if place else ()
    rules = indicators.rules_of([place] if place else overview.home_places())
    readings = indicators.read_all(rules, portfolio=Portfolio(codes, wanted))
    return {"year": wanted, "place": place, "items": [_indicator(one) for one in readings]}


def _indicator(reading: indicators.Reading) -> dict[str, Any]:
    rule = reading.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "name_en": rule.name_en,
        "unit": rule.unit,
        "value": None if reading.value is None else f"{reading.value:.6f}",
        "numerator": {"name": rule.numerator, "value": _text(reading.numerator)},
        "denominator": {"name": rule.denominator, "value": _text(reading.denominator)},
        "formula": rule.formula,
        "formula_en": rule.formula_en,
        "note": rule.note,
        "source": show_source(rule.source),
    }


@router.get("/light-rules", url_name="api_light_rules", summary="Light rules and who uses them")
@requires("read")
def show_light_rules(request: HttpRequest) -> dict[str, Any]:
    """Read every threshold with its source, and the rulebooks that places chose."""
    rows = LightRule.objects.select_related("rulebook", "source")
    return show_rules((_light_rule(rule) for rule in rows), kind=Rulebook.Kind.LIGHT)


def _light_rule(rule: LightRule) -> dict[str, Any]:
    return {
        "rulebook": rule.rulebook.code,
        "code": rule.code,
        "light": rule.light,
        "measure": rule.measure,
        "low": _text(rule.low),
        "is_low_included": rule.is_low_included,
        "high": _text(rule.high),
        "lifted_by": rule.lifted_by,
        "name": rule.name,
        "name_en": rule.name_en,
        "note": rule.note,
        "source": show_source(rule.source),
    }


@router.get("/node-rules", url_name="api_node_rules", summary="Steps of the stage line, and limits")
@requires("read")
def show_node_rules(request: HttpRequest) -> dict[str, Any]:
    """Read every step with its limit, evidence and source, and the rulebooks that places chose."""
    rows = NodeRule.objects.select_related("rulebook", "source").order_by("rulebook", "order")
    return show_rules((_node_rule(rule) for rule in rows), kind=Rulebook.Kind.NODE)


def _node_rule(rule: NodeRule) -> dict[str, Any]:
    names = ("code", "order", "stage", "name", "name_en", "starts_from", "limit_months",
             "limit_days", "evidence")  # fmt: skip
    columns = {name: getattr(rule, name) for name in names}
    return {"rulebook": rule.rulebook.code, **columns, "source": show_source(rule.source)}
