"""WGS-84 (GPS) and GCJ-02 (maps published in China), converted both ways."""

from __future__ import annotations

import numpy as np

_AXIS_M = 6378245.0  # Krasovsky 1940
_ECCENTRICITY2 = 0.00669342162296594323


def to_gcj02(longitude_deg: np.ndarray, latitude_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    Shift WGS-84 to GCJ-02, as the published open-source reconstruction does.

    Parameters
    ----------
    longitude_deg, latitude_deg
        Shape (n,) [degrees], within China.
    """
    x, y = np.asarray(longitude_deg) - 105.0, np.asarray(latitude_deg) - 35.0
    wave = 20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += 2 / 3 * (wave + 20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi))
    north += 2 / 3 * (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += 2 / 3 * (wave + 20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi))
    east += 2 / 3 * (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi))
    phi = np.radians(latitude_deg)
    magic = 1 - _ECCENTRICITY2 * np.sin(phi) ** 2
    north_deg = np.degrees(north * magic**1.5 / (_AXIS_M * (1 - _ECCENTRICITY2)))
    east_deg = np.degrees(east * np.sqrt(magic) / (_AXIS_M * np.cos(phi)))
    return np.asarray(longitude_deg) + east_deg, np.asarray(latitude_deg) + north_deg


def to_wgs84(longitude_deg: np.ndarray, latitude_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Undo `to_gcj02` by fixed-point iteration, to better than a centimetre."""
    lon, lat = np.array(longitude_deg, dtype=float), np.array(latitude_deg, dtype=float)
    for _ in range(10):
        shifted_lon, shifted_lat = to_gcj02(lon, lat)
        lon += np.asarray(longitude_deg) - shifted_lon
        lat += np.asarray(latitude_deg) - shifted_lat
    return lon, lat
