"""GCJ-02 against the values that the open-source reconstruction publishes."""

from __future__ import annotations

import numpy as np
import pytest

from tuijin.ledger.coordinates import to_gcj02, to_wgs84


def test_shift_matches_published_value() -> None:
    # coordtransform (wandergis), README: wgs84togcj02(116.404, 39.915)
    lon, lat = to_gcj02(np.array([116.404]), np.array([39.915]))
    assert lon[0] == pytest.approx(116.41024449916938, abs=1e-9)
    assert lat[0] == pytest.approx(39.91640428150164, abs=1e-9)


def test_there_and_back_is_within_a_centimetre() -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(97, 126, 1000), rng.uniform(37, 53, 1000)
    back_lon, back_lat = to_wgs84(*to_gcj02(lon, lat))
    assert np.abs(back_lon - lon).max() < 1e-7
    assert np.abs(back_lat - lat).max() < 1e-7


def test_shift_over_baotou_is_some_hundred_metres() -> None:
    lon, lat = to_gcj02(np.array([109.84]), np.array([40.66]))
    metres = np.hypot((lon - 109.84) * 111_320 * np.cos(np.radians(40.66)), (lat - 40.66) * 111_132)
    assert 300 < metres[0] < 900
