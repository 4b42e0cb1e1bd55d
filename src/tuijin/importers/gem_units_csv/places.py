"""Which GB/T 2260 division a row is in, and whether its point can be believed."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from math import cos, hypot, radians
from pathlib import Path

# Inner Mongolia: spellings met in the trackers, Chinese names and short forms, and the seat.
_TABLE = Path(__file__).with_name("places.csv")
_PROVINCES = {"inner mongolia": "150000"}
_SUFFIX = re.compile(
    r"\s+(united banner|banner|county|district|muni?cipality|mining area|mining district|area"
    r"|city|league|leauge)$"
)
_KM_PER_DEGREE = 111.2
FAR_KM = 150.0


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str
    english: tuple[str, ...]
    chinese: tuple[str, ...]
    longitude_deg: float
    latitude_deg: float

    def distance_km(self, longitude_deg: float, latitude_deg: float) -> float:
        """Flat-earth distance to the seat: within 1 % over a few hundred kilometres."""
        east = (longitude_deg - self.longitude_deg) * cos(radians(self.latitude_deg))
        return _KM_PER_DEGREE * hypot(east, latitude_deg - self.latitude_deg)


@cache
def load_places() -> dict[str, Place]:
    """All divisions of the table by code, prefectures first."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: Place(
                row["code"],
                row["name"],
                tuple(row["english"].split(";")),
                tuple(row["chinese"].split(";")),
                float(row["longitude"]),
                float(row["latitude"]),
            )
            for row in csv.DictReader(lines)
        }


def resolve_place(*, province: str, prefecture: str, county: str, clues: str) -> str | None:
    """
    Return the code of the smallest division the row names, or None outside the table.

    The county's spelling decides; then a county's Chinese name within the clues; then the
    prefecture; then the province.
    """
    province_code = _PROVINCES.get(province.strip().lower())
    if province_code is None:
        return None
    prefecture_code = _by_spelling().get((_spell(prefecture), True), "")
    code = _by_spelling().get((_spell(county), False)) or _named_in(clues, prefecture_code)
    return code or prefecture_code or province_code


def is_far(code: str, *, longitude_deg: float, latitude_deg: float) -> bool:
    """Whether a point lies by another prefecture's seats and far from this county's own."""
    places = load_places()
    if code not in places or code.endswith("00"):
        return False
    if places[code].distance_km(longitude_deg, latitude_deg) <= FAR_KM:
        return False
    nearest = min(places.values(), key=lambda p: p.distance_km(longitude_deg, latitude_deg))
    return nearest.code[:4] != code[:4]


def _spell(name: str) -> str:
    return _SUFFIX.sub("", " ".join(name.lower().split()))


@cache
def _by_spelling() -> dict[tuple[str, bool], str]:
    return {
        (spelling, place.code.endswith("00")): place.code
        for place in load_places().values()
        for spelling in place.english
    }


def _named_in(clues: str, prefecture_code: str) -> str | None:
    """The county whose longest name stands in the clues, within the prefecture if one is known."""
    found = [
        (len(name), place.code)
        for place in load_places().values()
        for name in place.chinese
        if not place.code.endswith("00")
        and place.code.startswith(prefecture_code[:4])
        and name in clues
    ]
    return max(found)[1] if found else None
