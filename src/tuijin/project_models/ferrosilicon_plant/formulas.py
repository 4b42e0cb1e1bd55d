"""Metrics of a ferrosilicon plant; each argument is a parameter or another metric."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuijin.project_models import appraisal
from tuijin.project_models.ferrosilicon_plant import metallurgy
from tuijin.project_models.formulas import Formula

Draws = NDArray[np.float64]
KWH_PER_MWH = 1000.0


def _floor_share(chemical_floor_kwh_per_t: Draws, power_kwh_per_t: Draws) -> Draws:
    return chemical_floor_kwh_per_t / power_kwh_per_t


def _recovery(silicon_ratio: Draws, quartz_kg_per_t: Draws) -> Draws:
    """Share of the quartz's silicon that is tapped, were the quartz pure."""
    return metallurgy.quartz_floor_kg_per_t(silicon_ratio) / quartz_kg_per_t


def _stoichiometric(silicon_ratio: Draws) -> Draws:
    return metallurgy.co2_of_carbon_t(metallurgy.carbon_floor_kg_per_t(silicon_ratio))


def _direct(coke_kg_per_t: Draws, coke_carbon_ratio: Draws, paste_kg_per_t: Draws) -> Draws:
    """Scope 1 by mass balance; paste as carbon, the alloy's carbon (at most 0.2 %) left out."""
    return metallurgy.co2_of_carbon_t(coke_kg_per_t * coke_carbon_ratio + paste_kg_per_t)


def _grid_power(power_kwh_per_t: Draws, grid_tco2_per_mwh: Draws) -> Draws:
    """Scope 2 if all of it came from the grid."""
    return power_kwh_per_t / KWH_PER_MWH * grid_tco2_per_mwh


def _power(grid_power_tco2_per_t: Draws, green_share_ratio: Draws) -> Draws:
    return grid_power_tco2_per_t * (1 - green_share_ratio)


def _energy(
    power_kwh_per_t: Draws, power_kgce_per_kwh: Draws, reductant_kgce_per_t: Draws
) -> Draws:
    return power_kwh_per_t * power_kgce_per_kwh + reductant_kgce_per_t


def _aluminium(tapped_aluminium_ratio: Draws, aluminium_removed_ratio: Draws) -> Draws:
    return tapped_aluminium_ratio * (1 - aluminium_removed_ratio)


def _oxygen(tapped_aluminium_ratio: Draws, aluminium_removed_ratio: Draws) -> Draws:
    removed_kg = tapped_aluminium_ratio * aluminium_removed_ratio * metallurgy.KG_PER_T
    return metallurgy.oxygen_for_aluminium_kg(removed_kg)


def _margin(ferrosilicon_price_yuan_per_t: Draws, unit_cost_yuan_per_t: Draws) -> Draws:
    return ferrosilicon_price_yuan_per_t - unit_cost_yuan_per_t


def _implied(
    unit_cost_yuan_per_t: Draws, other_cost_yuan_per_t: Draws, power_kwh_per_t: Draws
) -> Draws:
    """Price of electricity that a full cost implies."""
    return (unit_cost_yuan_per_t - other_cost_yuan_per_t) / power_kwh_per_t * KWH_PER_MWH


def _break_even(
    ferrosilicon_price_yuan_per_t: Draws, other_cost_yuan_per_t: Draws, power_kwh_per_t: Draws
) -> Draws:
    """Price of electricity at which nothing is earned."""
    return (ferrosilicon_price_yuan_per_t - other_cost_yuan_per_t) / power_kwh_per_t * KWH_PER_MWH


def _sales(output_t_per_year: Draws, ferrosilicon_price_yuan_per_t: Draws) -> Draws:
    return output_t_per_year * ferrosilicon_price_yuan_per_t


def _net_price(ferrosilicon_price_yuan_per_t: Draws, price_vat_factor_ratio: Draws) -> Draws:
    return ferrosilicon_price_yuan_per_t / price_vat_factor_ratio


FORMULAS = {
    "sales_yuan_per_year": Formula("yuan_per_year", _sales),
    "chemical_floor_kwh_per_t": Formula("kwh_per_t", metallurgy.chemical_floor_kwh_per_t),
    "floor_share_ratio": Formula("ratio", _floor_share),
    "silicon_recovery_ratio": Formula("ratio", _recovery),
    "stoichiometric_tco2_per_t": Formula("tco2_per_t", _stoichiometric),
    "direct_tco2_per_t": Formula("tco2_per_t", _direct),
    "grid_power_tco2_per_t": Formula("tco2_per_t", _grid_power),
    "power_tco2_per_t": Formula("tco2_per_t", _power),
    "energy_kgce_per_t": Formula("kgce_per_t", _energy),
    "aluminium_ratio": Formula("ratio", _aluminium),
    "oxygen_floor_kg_per_t": Formula("kg_per_t", _oxygen),
    "unit_margin_yuan_per_t": Formula("yuan_per_t", _margin),
    "implied_power_yuan_per_mwh": Formula("yuan_per_mwh", _implied),
    "break_even_power_yuan_per_mwh": Formula("yuan_per_mwh", _break_even),
    **appraisal.appraisal_formulas(_net_price),
}
BOUNDS = {
    "output_t_per_year": (0.0, 1e8),
    "power_kwh_per_t": (1000.0, 50_000.0),
    "quartz_kg_per_t": (500.0, 10_000.0),
    "coke_kg_per_t": (0.0, 5_000.0),
    "paste_kg_per_t": (0.0, 1_000.0),
    "steel_kg_per_t": (0.0, 1_000.0),
    "reductant_kgce_per_t": (0.0, 10_000.0),
    "green_share_ratio": (0.0, 1.0),
    "aluminium_removed_ratio": (0.0, 1.0),
    "unit_cost_yuan_per_t": (0.0, 1e6),
    "silicon_ratio": (0.4, 0.98),
    "coke_carbon_ratio": (0.1, 1.0),
    "tapped_aluminium_ratio": (0.0, 0.1),
    "power_kgce_per_kwh": (0.05, 0.5),
    "grid_tco2_per_mwh": (0.0, 2.0),
    "ferrosilicon_price_yuan_per_t": (1.0, 1e6),
    "other_cost_yuan_per_t": (0.0, 1e6),
    "investment_yuan": (0.0, 1e12),
    "price_vat_factor_ratio": (1.0, 1.2),
    **appraisal.BOUNDS,
}
