"""Metrics of a copper refinery; each argument is a parameter or another metric."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuijin.project_models import appraisal
from tuijin.project_models.copper_refinery import tank_house
from tuijin.project_models.formulas import Formula

Draws = NDArray[np.float64]
KWH_PER_MWH = 1000.0


def _tank_house_output(
    current_amperes: Draws, cells_count: Draws, operating_days: Draws,
    current_efficiency_ratio: Draws,
) -> Draws:  # fmt: skip
    hours = operating_days * tank_house.HOURS_PER_DAY
    return cells_count * tank_house.cathode_t(current_amperes, hours, current_efficiency_ratio)


def _purity(
    anode_copper_ratio: Draws, impurity_passing_ratio: Draws, refining_passes_count: Draws
) -> Draws:
    """Each pass lets the same share of what is not copper through."""
    return 1 - (1 - anode_copper_ratio) * impurity_passing_ratio**refining_passes_count


def _grid_power(power_kwh_per_t: Draws, grid_tco2_per_mwh: Draws) -> Draws:
    """Scope 2 if all of it came from the grid."""
    return power_kwh_per_t / KWH_PER_MWH * grid_tco2_per_mwh


def _power(grid_power_tco2_per_t: Draws, green_share_ratio: Draws) -> Draws:
    return grid_power_tco2_per_t * (1 - green_share_ratio)


def _energy(power_kwh_per_t: Draws, power_kgce_per_kwh: Draws) -> Draws:
    """Electricity alone; heat for the electrolyte is not on record."""
    return power_kwh_per_t * power_kgce_per_kwh


def _power_cost(power_kwh_per_t: Draws, power_price_yuan_per_mwh: Draws) -> Draws:
    return power_kwh_per_t / KWH_PER_MWH * power_price_yuan_per_mwh


def _power_share(power_cost_yuan_per_t: Draws, copper_price_yuan_per_t: Draws) -> Draws:
    return power_cost_yuan_per_t / copper_price_yuan_per_t


def _sales_with_vat(output_t_per_year: Draws, copper_price_yuan_per_t: Draws) -> Draws:
    return output_t_per_year * copper_price_yuan_per_t


def _sales(sales_with_vat_yuan_per_year: Draws, vat_factor_ratio: Draws) -> Draws:
    return sales_with_vat_yuan_per_year / vat_factor_ratio


def _share_of_5n(output_t_per_year: Draws, national_5n_copper_t_per_year: Draws) -> Draws:
    """Output against what all of China made of 5N and better: above 1 it is no 5N project."""
    return output_t_per_year / national_5n_copper_t_per_year


def _capital(output_t_per_year: Draws, tankhouse_capital_yuan_per_t: Draws) -> Draws:
    return output_t_per_year * tankhouse_capital_yuan_per_t


def _margin(copper_price_yuan_per_t: Draws, unit_cost_yuan_per_t: Draws) -> Draws:
    return copper_price_yuan_per_t - unit_cost_yuan_per_t


def _loss(copper_price_yuan_per_t: Draws, recovery_ratio: Draws) -> Draws:
    """Copper paid for and not recovered."""
    return copper_price_yuan_per_t * (1 / recovery_ratio - 1)


def _refining_margin(
    feed_discount_yuan_per_t: Draws, recovery_ratio: Draws, copper_loss_yuan_per_t: Draws,
    conversion_yuan_per_t: Draws,
) -> Draws:  # fmt: skip
    """Price − (price − discount) ÷ recovery − conversion."""
    return (
        feed_discount_yuan_per_t / recovery_ratio - copper_loss_yuan_per_t - conversion_yuan_per_t
    )


def _net_price(copper_price_yuan_per_t: Draws, vat_factor_ratio: Draws) -> Draws:
    return copper_price_yuan_per_t / vat_factor_ratio


FORMULAS = {
    "dc_kwh_per_t": Formula("kwh_per_t", tank_house.dc_kwh_per_t),
    "tank_house_output_t_per_year": Formula("t_per_year", _tank_house_output),
    "copper_purity_ratio": Formula("ratio", _purity),
    "grid_power_tco2_per_t": Formula("tco2_per_t", _grid_power),
    "power_tco2_per_t": Formula("tco2_per_t", _power),
    "energy_kgce_per_t": Formula("kgce_per_t", _energy),
    "power_cost_yuan_per_t": Formula("yuan_per_t", _power_cost),
    "power_share_ratio": Formula("ratio", _power_share),
    "sales_with_vat_yuan_per_year": Formula("yuan_per_year", _sales_with_vat),
    "sales_yuan_per_year": Formula("yuan_per_year", _sales),
    "share_of_5n_output_ratio": Formula("ratio", _share_of_5n),
    "capital_yuan": Formula("yuan", _capital),
    "unit_margin_yuan_per_t": Formula("yuan_per_t", _margin),
    "copper_loss_yuan_per_t": Formula("yuan_per_t", _loss),
    "refining_margin_yuan_per_t": Formula("yuan_per_t", _refining_margin),
    **appraisal.appraisal_formulas(_net_price),
}
BOUNDS = {
    "output_t_per_year": (0.0, 1e8),
    "power_kwh_per_t": (1.0, 50_000.0),
    "cell_voltage_volts": (0.01, 5.0),
    "current_efficiency_ratio": (0.1, 1.0),
    "current_amperes": (0.0, 1e6),
    "cells_count": (0.0, 1e5),
    "operating_days": (0.0, 366.0),
    "impurity_passing_ratio": (0.0, 1.0),
    "refining_passes_count": (1.0, 50.0),
    "green_share_ratio": (0.0, 1.0),
    "power_price_yuan_per_mwh": (0.0, 10_000.0),
    "feed_discount_yuan_per_t": (0.0, 1e6),
    "conversion_yuan_per_t": (0.0, 1e6),
    "unit_cost_yuan_per_t": (0.0, 1e7),
    "anode_copper_ratio": (0.5, 1.0),
    "scrap_ratio": (0.0, 0.9),
    "recovery_ratio": (0.1, 1.0),
    "copper_price_yuan_per_t": (1.0, 1e7),
    "vat_factor_ratio": (1.0, 1.2),
    "national_5n_copper_t_per_year": (1.0, 1e7),
    "tankhouse_capital_yuan_per_t": (1.0, 1e7),
    "grid_tco2_per_mwh": (0.0, 2.0),
    "power_kgce_per_kwh": (0.05, 0.5),
    "investment_yuan": (0.0, 1e12),
    **appraisal.BOUNDS,
}
