"""`/api/v1` of the see room: overview, indicators, light rules. Figures are text, exact."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from tuijin.errors import ImportFailed
from tuijin.ledger import places_below
from tuijin.ledger.access import requires
from tuijin.ledger.models import RulebookChoice, Source
from tuijin.see import indicators, overview
from tuijin.see.models import LightRule
from tuijin.see.quantities import Portfolio
from tuijin.see.tables.api import router as tables

router = Router(tags=["see"])
router.add_router("/tables", tables)


def _text(value: Decimal | int | None) -> str | None:
    return None if value is None else format(Decimal(value), "f")


def _source(source: Source | None) -> dict[str, str] | None:
    return None if source is None else {"key": source.key, "title": source.title, "url": source.url}


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
        "source": _source(rule.source),
    }


@router.get("/light-rules", url_name="api_light_rules", summary="Light rules and who uses them")
@requires("read")
def show_light_rules(request: HttpRequest) -> dict[str, Any]:
    """Read every threshold with its source, and the rulebooks that places chose."""
    rules = LightRule.objects.select_related("rulebook", "source")
    chosen = RulebookChoice.objects.filter(kind="light").select_related("rulebook")
    return {
        "items": [_light_rule(rule) for rule in rules],
        "choices": {choice.place_id: choice.rulebook.code for choice in chosen},
    }


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
        "source": _source(rule.source),
    }
