"""Places and boundaries that every installation has."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from django.db import transaction

from tuijin.ledger.coordinates import to_wgs84
from tuijin.ledger.models.places import Place, PlaceBoundary

_DATA = Path(__file__).parent / "data"
_LEVELS = ("country", "province", "prefecture", "county")


def load_places() -> None:
    """Load GB/T 2260 and the boundaries that ship with us, once."""
    if Place.objects.exists():
        return
    with (_DATA / "places.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows.sort(key=lambda row: (_LEVELS.index(row["level"]), row["code"]))
    with transaction.atomic():
        Place.objects.bulk_create([_build_place(row) for row in rows], batch_size=500)
        for path in sorted((_DATA / "boundaries").glob("*.geojson")):
            _load_boundaries(json.loads(path.read_text("utf-8")))


def _build_place(row: dict[str, str]) -> Place:
    return Place(
        code=row["code"],
        name=row["name"],
        short_name=row["short_name"],
        name_en=row["name_en"],
        level=row["level"],
        parent_id=row["parent"] or None,
        is_statistical=row["is_statistical"] == "true",
        longitude=float(row["longitude"]) if row["longitude"] else None,
        latitude=float(row["latitude"]) if row["latitude"] else None,
    )


def _load_boundaries(collection: dict[str, Any]) -> None:
    for feature in collection["features"]:
        geometry = feature["geometry"]
        PlaceBoundary.objects.create(
            place_id=str(feature["properties"]["adcode"]),
            geometry={
                "type": geometry["type"],
                "coordinates": _shift(geometry["coordinates"]),
            },
        )


def _shift(coordinates: Any) -> Any:
    """Convert nested GCJ-02 rings to WGS-84, to five decimals (about a metre)."""
    if isinstance(coordinates[0][0], (int, float)):
        points = np.asarray([point[:2] for point in coordinates], dtype=float)
        lon, lat = to_wgs84(points[:, 0], points[:, 1])
        return np.column_stack([lon, lat]).round(5).tolist()
    return [_shift(part) for part in coordinates]
