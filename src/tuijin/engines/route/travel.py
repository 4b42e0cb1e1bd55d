"""How long it takes from one place to another when no road network is at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuijin.errors import ParameterOutOfRange

EARTH_RADIUS_KM = 6371.0088  # mean radius R1, Moritz, Geodetic Reference System 1980, table 2


@dataclass(frozen=True, slots=True)
class Roads:
    """Driving as a straight line, lengthened by a detour and driven at one speed."""

    speed_km_per_hour: float
    detour_ratio: float
    source: str

    def __post_init__(self) -> None:
        if not self.speed_km_per_hour > 0:
            raise ParameterOutOfRange(f"speed must be above 0 km/h, got {self.speed_km_per_hour}")
        if not self.detour_ratio >= 1:
            raise ParameterOutOfRange(f"detour must be at least 1, got {self.detour_ratio}")


ASSUMED_ROADS = Roads(
    speed_km_per_hour=60.0, detour_ratio=1.4, source="assumption: coach on ordinary roads"
)


def great_circle_km(longitudes_deg: np.ndarray, latitudes_deg: np.ndarray) -> np.ndarray:
    """
    Distance on the sphere between all pairs of points.

    Returns
    -------
    shape (n_points, n_points)
        Symmetric, zero on the diagonal [km].

    References
    ----------
    R. W. Sinnott, Virtues of the Haversine, Sky and Telescope 68(2), 1984, p. 159.
    """
    longitudes, latitudes = np.radians(longitudes_deg), np.radians(latitudes_deg)
    half_lat = np.sin((latitudes[:, None] - latitudes[None, :]) / 2.0)
    half_lon = np.sin((longitudes[:, None] - longitudes[None, :]) / 2.0)
    chord = half_lat**2 + np.cos(latitudes)[:, None] * np.cos(latitudes)[None, :] * half_lon**2
    km: np.ndarray = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    return km


def travel_minutes(
    longitudes_deg: np.ndarray, latitudes_deg: np.ndarray, *, roads: Roads
) -> np.ndarray:
    """Driving time between all pairs of points, shape (n_points, n_points) [min]."""
    km = great_circle_km(longitudes_deg, latitudes_deg) * roads.detour_ratio
    return km / roads.speed_km_per_hour * 60.0
