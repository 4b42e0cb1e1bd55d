"""`/api/v1` of the plan room: the material account."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from tuijin.ledger.access import requires
from tuijin.plan import materials
from tuijin.plan.materials import Ends, Line, Material

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
