"""
Stoichiometry of ferrosilicon: SiO2 + 2 C = Si + 2 CO, and aluminium oxidised in the ladle.

ΔH°298 = +689.6 kJ/mol from the heats of formation of quartz, −910.7, and CO, −110.5 (NIST-JANAF).
Molar masses: IUPAC 2013, rounded.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

SI, SIO2, C, O2, AL, CO2 = 28.086, 60.084, 12.011, 31.998, 26.982, 44.009  # g/mol
REDUCTION_KJ_PER_MOL = 689.6
KG_PER_T = 1000.0

_Amount = TypeVar("_Amount", float, NDArray[np.float64])


def chemical_floor_kwh_per_t(silicon_ratio: _Amount) -> _Amount:
    """Heat of reaction alone: 6.82 kWh a kilogram of silicon."""
    return silicon_ratio * (REDUCTION_KJ_PER_MOL / SI / 3.6 * KG_PER_T)


def quartz_floor_kg_per_t(silicon_ratio: _Amount) -> _Amount:
    """Pure quartz if no silicon went to fume."""
    return silicon_ratio * (SIO2 / SI * KG_PER_T)


def carbon_floor_kg_per_t(silicon_ratio: _Amount) -> _Amount:
    """Carbon of the overall reaction."""
    return silicon_ratio * (2 * C / SI * KG_PER_T)


def co2_of_carbon_t(carbon_kg: _Amount) -> _Amount:
    """Carbon dioxide once all of it has burnt."""
    return carbon_kg * (CO2 / C / KG_PER_T)


def oxygen_for_aluminium_kg(aluminium_kg: _Amount) -> _Amount:
    """2 Al + 3/2 O2 = Al2O3, no silicon burnt beside it."""
    return aluminium_kg * (1.5 * O2 / (2 * AL))


def silica_for_aluminium_kg(aluminium_kg: _Amount) -> _Amount:
    """4 Al + 3 SiO2 = 2 Al2O3 + 3 Si."""
    return aluminium_kg * (3 * SIO2 / (4 * AL))
