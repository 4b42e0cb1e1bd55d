"""
Graphite: heat to bring it to temperature, and how much lithium it holds.

Heat capacity of A. Butland and R. Maddison, The specific heat of graphite, J. Nuclear Materials 49,
1973/74, 250 to 3,000 K; the coefficients are second-hand and unverified. Above 3,000 K the formula
is carried on.
"""

from __future__ import annotations

import math

FARADAY_C_PER_MOL, CARBON_G_PER_MOL = 96_485.332, 12.011
ROOM_KELVIN, GRAPHITISED_KELVIN = 298.0, 3000.0
_JOULE_PER_CALORIE = 4.184


def heating_floor_kwh_per_t(kelvin: float) -> float:
    """Heat from 298 K on, the integral of the heat capacity in closed form."""
    joule_per_g = _JOULE_PER_CALORIE * (_antiderivative(kelvin) - _antiderivative(ROOM_KELVIN))
    return joule_per_g / 3.6


def _antiderivative(kelvin: float) -> float:
    return (
        0.54212 * kelvin
        - 2.42667e-6 / 2 * kelvin**2
        - 90.2725 * math.log(kelvin)
        + 43449.3 / kelvin
        - 1.59309e7 / (2 * kelvin**2)
        + 1.43688e9 / (3 * kelvin**3)
    )


def lithium_capacity_mah_per_g() -> float:
    """LiC6: one electron for six carbon atoms."""
    return FARADAY_C_PER_MOL / (3.6 * 6 * CARBON_G_PER_MOL)
