"""Metrics of the process, yields, electricity by stage, carbon, margin; and of the returns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuijin.project_models import appraisal
from tuijin.project_models.anode_plant import graphite
from tuijin.project_models.formulas import Formula

Draws = NDArray[np.float64]
KWH_PER_MWH = 1000.0
STAGES = ("milling", "granulation", "graphitisation", "coating", "finishing")


def _feed(
    milling_yield_ratio: Draws, granulation_yield_ratio: Draws, graphitisation_yield_ratio: Draws,
    coating_yield_ratio: Draws, finishing_yield_ratio: Draws,
) -> Draws:  # fmt: skip
    """Tonnes that enter for a tonne that leaves."""
    before = milling_yield_ratio * granulation_yield_ratio * graphitisation_yield_ratio
    return 1 / (before * coating_yield_ratio * finishing_yield_ratio)


def _power(
    *, milling_kwh_per_t: Draws, granulation_kwh_per_t: Draws,
    graphitisation_power_kwh_per_t: Draws, coating_kwh_per_t: Draws,
    finishing_kwh_per_t: Draws, granulation_yield_ratio: Draws,
    graphitisation_yield_ratio: Draws, coating_yield_ratio: Draws, finishing_yield_ratio: Draws,
) -> Draws:  # fmt: skip
    """Each stage's electricity over the yields of the stages after it."""
    total = milling_kwh_per_t / granulation_yield_ratio + granulation_kwh_per_t
    total = total / graphitisation_yield_ratio + graphitisation_power_kwh_per_t
    total = total / coating_yield_ratio + coating_kwh_per_t
    return total / finishing_yield_ratio + finishing_kwh_per_t


def _efficiency(graphitisation_power_kwh_per_t: Draws) -> Draws:
    """Heat that graphite holds at 3,000 K ÷ electricity."""
    floor = graphite.heating_floor_kwh_per_t(graphite.GRAPHITISED_KELVIN)
    return floor / graphitisation_power_kwh_per_t


def _graphitisation_carbon(
    graphitisation_power_kwh_per_t: Draws, grid_tco2_per_mwh: Draws
) -> Draws:
    """Scope 2 if all of it came from the grid."""
    return graphitisation_power_kwh_per_t / KWH_PER_MWH * grid_tco2_per_mwh


def _power_carbon(
    power_kwh_per_t: Draws, grid_tco2_per_mwh: Draws, green_share_ratio: Draws
) -> Draws:
    return power_kwh_per_t / KWH_PER_MWH * grid_tco2_per_mwh * (1 - green_share_ratio)


def _graphitisation_cost(
    graphitisation_power_kwh_per_t: Draws, power_price_yuan_per_mwh: Draws
) -> Draws:
    return graphitisation_power_kwh_per_t / KWH_PER_MWH * power_price_yuan_per_mwh


def _coke_cost(feed_per_product_ratio: Draws, coke_price_yuan_per_t: Draws) -> Draws:
    """As though all that enters were coke; the share of pitch is not on record."""
    return feed_per_product_ratio * coke_price_yuan_per_t


def _margin(price_yuan_per_t: Draws, vat_factor_ratio: Draws, unit_cost_yuan_per_t: Draws) -> Draws:
    return price_yuan_per_t / vat_factor_ratio - unit_cost_yuan_per_t


def _net_price(price_yuan_per_t: Draws, price_vat_factor_ratio: Draws) -> Draws:
    return price_yuan_per_t / price_vat_factor_ratio


PROCESS = {
    "feed_per_product_ratio": Formula("ratio", _feed),
    "power_kwh_per_t": Formula("kwh_per_t", _power),
    "furnace_efficiency_ratio": Formula("ratio", _efficiency),
    "graphitisation_tco2_per_t": Formula("tco2_per_t", _graphitisation_carbon),
    "power_tco2_per_t": Formula("tco2_per_t", _power_carbon),
    "graphitisation_cost_yuan_per_t": Formula("yuan_per_t", _graphitisation_cost),
    "coke_cost_yuan_per_t": Formula("yuan_per_t", _coke_cost),
    "unit_margin_yuan_per_t": Formula("yuan_per_t", _margin),
    **appraisal.appraisal_formulas(_net_price),
}
PROCESS_BOUNDS = {
    **{f"{stage}_yield_ratio": (0.05, 1.0) for stage in STAGES},
    **{f"{stage}_kwh_per_t": (0.0, 50_000.0) for stage in STAGES if stage != "graphitisation"},
    "graphitisation_power_kwh_per_t": (1.0, 100_000.0),
    "green_share_ratio": (0.0, 1.0),
    "power_price_yuan_per_mwh": (0.0, 10_000.0),
    "stated_sales_yuan_per_year": (0.0, 1e13),
    "unit_cost_yuan_per_t": (0.0, 1e7),
    "coke_price_yuan_per_t": (0.0, 1e6),
    "toll_yuan_per_t": (0.0, 1e6),
    "grid_tco2_per_mwh": (0.0, 2.0),
    "cradle_tco2_per_t": (0.0, 1000.0),
    "natural_tco2_per_t": (0.0, 1000.0),
    "price_vat_factor_ratio": (1.0, 1.2),
    **appraisal.BOUNDS,
}
PRICE_BOUNDS = {"price_yuan_per_t": (1.0, 1e7)}
