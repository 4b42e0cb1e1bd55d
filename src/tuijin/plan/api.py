"""`/api/v1` of the plan room: the material account, and what prices did."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Router

from tuijin.engines.markets import Choice, RandomWalk, Undecided
from tuijin.ledger.access import requires
from tuijin.ledger.models import Price
from tuijin.plan import materials
from tuijin.plan.materials import Ends, Line, Material
from tuijin.plan.price_effects import Effect, find_effects
from tuijin.plan.price_views import read_asked
from tuijin.plan.prices import Followed, follow_prices

router = Router(tags=["plan"])


@router.get("/materials", url_name="api_materials", summary="Who makes and uses what, in t/yr")
@requires("read")
def show_materials(request: HttpRequest) -> dict[str, Any]:
    """Lines the reader may see, and sums of nothing else; null where a tonnage is not known."""
    return {"unit": "t_per_year", "items": [_material(one) for one in materials.load_account()]}


def _material(material: Material) -> dict[str, Any]:
    return {
        "material": material.code,
        "name": material.name,
        "name_en": material.name_en,
        "supply": _ends(material.supply),
        "demand": _ends(material.demand),
        "balance": _ends(material.balance),
        "makers": [_line(line) for line in material.makers],
        "users": [_line(line) for line in material.users],
    }


def _line(line: Line) -> dict[str, Any]:
    return {"project": line.project.pk, "tonnes": _ends(line.ends), "basis": line.basis}


def _ends(ends: Ends | None) -> list[float] | None:
    return None if ends is None else list(ends)


@router.get("/markets", url_name="api_markets", summary="What prices did, and to which projects")
@requires("read")
def show_markets(request: HttpRequest) -> dict[str, Any]:
    """`period` is week, month or last, `as_of` a date; moves, processes, effects on projects."""
    as_of, period = read_asked(request)
    followed = follow_prices(as_of=as_of, period=period)
    effects = find_effects(followed)
    items = [_followed(one, effects.get(one.series.pk, [])) for one in followed]
    return {"as_of": as_of.isoformat(), "period": period, "items": items}


def _followed(one: Followed, effects: list[Effect]) -> dict[str, Any]:
    move = one.move
    return {
        "series": one.series.key,
        "name": one.series.name,
        "name_en": one.series.name_en,
        "unit": one.series.unit,
        "tax_basis": one.series.tax_basis,
        "is_synthetic": one.series.is_synthetic,
        "last": one.last and _price(one.last),
        "move": move
        and {
            "from": _price(move.start),
            "to": _price(move.end),
            "change_ratio": float(move.change_ratio),
            "percentile_ratio": move.percentile_ratio,
        },
        "process": _process(one.fitted),
        "projects": [_effect(effect) for effect in effects],
    }


def _price(price: Price) -> dict[str, Any]:
    return {"on": price.on.isoformat(), "value": str(price.value)}


def _process(fitted: Choice | Undecided | None) -> dict[str, Any]:
    if fitted is None:
        return {"kind": "undecided", "needs_count": None}
    if isinstance(fitted, Undecided):
        return {"kind": "undecided", "needs_count": fitted.needs_count}
    is_walk = isinstance(fitted.process, RandomWalk)
    return {
        "kind": "random_walk" if is_walk else "mean_reversion",
        **asdict(fitted.process),
        "is_clear": fitted.is_clear,
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "project": effect.link.project_id,
        "parameter": effect.link.parameter,
        "problem": effect.problem,
        "metrics": [asdict(one) for one in effect.moved],
        "waiting": {one.metric: [p.name for p in one.needs] for one in effect.waiting},
    }
