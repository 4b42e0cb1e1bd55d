"""Claims in a few figures, for the cockpit and the meeting."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from tuijin.ledger import places_below
from tuijin.verify import showing
from tuijin.verify.models import Claim


def count_by_ruling(places: Iterable[str] = ()) -> dict[str, int]:
    """Count the reader's claims, in some places and below, by ruling; "" was never tested."""
    rows = _in(places).order_by().values_list("ruling").annotate(Count("id"))
    return {"HOLDS": 0, "FALLS SHORT": 0, "UNDECIDED": 0, "": 0, **dict(rows)}


def list_short(places: Iterable[str] = (), *, limit: int = 10) -> list[showing.Row]:
    """Return claims that fall short, the newest first."""
    rows = _in(places).filter(ruling="FALLS SHORT").order_by("-id")
    return showing.build_rows(rows.select_related("project__place")[:limit])


def list_of_project(project_id: int) -> list[showing.Row]:
    """Return the claims of one project with what was found."""
    rows = Claim.objects.filter(project=project_id).order_by("id")
    return showing.build_rows(rows.select_related("project__place"))


def _in(places: Iterable[str]) -> QuerySet[Claim]:
    codes = places_below.codes(places)
    return Claim.objects.filter(project__place__in=codes) if codes else Claim.objects.all()
