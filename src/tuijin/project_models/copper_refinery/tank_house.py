"""
Faraday's law in the tank house.

m = η·I·t·M / (z·F) with z = 2, M = 63.546 g/mol (IUPAC 2013), F = 96,485.332 C/mol (CODATA 2018):
1.1855 g of copper an ampere-hour.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

COPPER_G_PER_MOL = 63.546
ELECTRONS = 2
FARADAY_C_PER_MOL = 96_485.332
GRAMS_PER_AMPERE_HOUR = 3600 * COPPER_G_PER_MOL / (ELECTRONS * FARADAY_C_PER_MOL)
AMPERE_HOURS_PER_T = 1e6 / GRAMS_PER_AMPERE_HOUR
HOURS_PER_DAY = 24.0

_Amount = TypeVar("_Amount", float, NDArray[np.float64])


def dc_kwh_per_t(cell_voltage_volts: _Amount, current_efficiency_ratio: _Amount) -> _Amount:
    """Direct current alone: 843.53 V/η."""
    return cell_voltage_volts / current_efficiency_ratio * (AMPERE_HOURS_PER_T / 1000)


def cathode_t(
    current_amperes: _Amount, hours: _Amount, current_efficiency_ratio: _Amount
) -> _Amount:
    """Copper that one cell deposits."""
    return current_amperes * hours * current_efficiency_ratio / AMPERE_HOURS_PER_T


def deposited_kg_per_m2(
    density_amperes_per_m2: _Amount, current_efficiency_ratio: _Amount
) -> _Amount:
    """Copper a day on a square metre of cathode."""
    daily = density_amperes_per_m2 * HOURS_PER_DAY * GRAMS_PER_AMPERE_HOUR / 1000
    return daily * current_efficiency_ratio


def cathode_m2(current_amperes: _Amount, density_amperes_per_m2: _Amount) -> _Amount:
    """Area of all cathodes of a cell, both faces."""
    return current_amperes / density_amperes_per_m2
