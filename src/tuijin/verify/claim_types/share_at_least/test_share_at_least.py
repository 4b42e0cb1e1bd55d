"""share_at_least: at_least, for what can be a share."""

from __future__ import annotations

import numpy as np
import pytest

from tuijin.errors import ClaimMalformed
from tuijin.verify.claim_types import Measured, Ruling, Statement
from tuijin.verify.claim_types.share_at_least import plugin


def share(target=0.5, unit="ratio"):
    return Statement("green_power_ratio", "share_at_least", "value", unit, target)


def test_percent_is_no_share():
    with pytest.raises(ClaimMalformed, match="up to 1, got 50"):
        plugin.check(share(50.0), Measured(np.array([0.5])))
    with pytest.raises(ClaimMalformed, match="percent"):
        plugin.check(share(0.5, unit="percent"), Measured(np.array([0.5])))


def test_part_larger_than_whole_is_an_error():
    with pytest.raises(ClaimMalformed, match=r"measured 0.4 to 1.2"):
        plugin.check(share(), Measured(np.array([0.4, 1.2])))


def test_anode_plant_in_its_market():
    """94,500 t of 223,500 × 12 t is a 3.5 % share, so a promised 5 % falls short."""
    measured = Measured(np.array([94_500 / (223_500 * 12)]), is_recorded=True)
    finding = plugin.check(share(0.05), measured)
    assert (finding.ruling, round(finding.value, 3)) == (Ruling.FALLS_SHORT, 0.035)
