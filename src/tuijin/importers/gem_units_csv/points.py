"""Numbers of a row, and the point it gives, if that can be believed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tuijin.errors import Problem
from tuijin.importers.decimals import parse_decimal
from tuijin.importers.faults import Fault
from tuijin.importers.gem_units_csv.places import is_far, load_places

_SIX_PLACES = re.compile(r"(\.\d{6})\d+$")  # some points are given to 1e-13 degrees
_SHARED_BY_COUNTIES = 3  # an approximate point given to so many counties marks none of them


def read_number(
    row: Mapping[str, str], column: str, number: int, problems: list[Problem]
) -> Decimal | None:
    """Read one cell; "" is None, and what is no number goes to the problems."""
    text = row[column].strip()
    if not text:
        return None
    try:
        return parse_decimal(_SIX_PLACES.sub(r"\1", text))
    except Fault as fault:
        problems.append(refuse_cell(fault.code, row, column, number, fault.expected))
        return None


def refuse_cell(
    code: str, row: Mapping[str, str], column: str, number: int, expected: str
) -> Problem:
    message = f"{column} is {row[column]!r:.80}"
    return Problem(code, message, row=number, column=column, expected=expected)


def find_crowded_points(rows: list[dict[str, str]]) -> set[tuple[str, str]]:
    """Approximate points that the file gives to three counties or more: centres, not sites."""
    counties: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        if row["Location accuracy"].strip() == "approximate":
            point = (row["Latitude"], row["Longitude"])
            counties[point].add(row["Local area (taluk, county)"])
    return {point for point, names in counties.items() if len(names) >= _SHARED_BY_COUNTIES}


def read_point(
    row: Mapping[str, str], number: int, *, place: str, crowded: set[tuple[str, str]]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the coordinates; where they cannot be this unit's, none, and a note that says why."""
    nothing = dict.fromkeys(
        ("longitude", "latitude", "coordinate_system", "location_accuracy"), None
    )
    notes: list[Problem] = []
    latitude = read_number(row, "Latitude", number, notes)
    longitude = read_number(row, "Longitude", number, notes)
    if latitude is None or longitude is None:
        return nothing, notes
    reason = ""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        reason = "is not on earth"
    elif (row["Latitude"], row["Longitude"]) in crowded:
        reason = "stands for several counties: a centre, not a site"
    elif is_far(place, longitude_deg=float(longitude), latitude_deg=float(latitude)):
        reason = f"is far from {load_places()[place].name}"
    if reason:
        message = f"{latitude}, {longitude} {reason}; left out"
        return nothing, [
            Problem("point_left_out", message, row=number, column="Latitude", field="latitude")
        ]
    accuracy = row["Location accuracy"].strip()
    return {
        "longitude": float(longitude),
        "latitude": float(latitude),
        "coordinate_system": "WGS-84",
        "location_accuracy": accuracy if accuracy == "exact" else "approximate",
    }, []
