"""Anodes, cells, scrap remelted: the refinery as a process chain, per tonne of cathode."""

from __future__ import annotations

from tuijin.engines.balance import Balance, Carrier, Chain, Material, Product, Step, solve
from tuijin.project_models.chains import known_or_typical
from tuijin.project_models.formulas import Given

NAMES = {
    "feed": ("粗铜或废铜", "Blister or scrap"),
    "casting": ("阳极浇铸", "Anode casting"),
    "remelting": ("残极重熔", "Scrap remelting"),
    "anode": ("阳极板", "Anodes"),
    "cells": ("电解槽", "Cells"),
    "cathode": ("阴极铜", "Cathode copper"),
    "scrap": ("残极", "Anode scrap"),
    "slime": ("阳极泥与损失", "Slime and losses"),
}
# In the city's account of materials.
MATERIALS = {"cathode": "copper_cathode", "feed": "blister_copper"}


def build_chain(given: Given) -> Chain:
    """
    Return the chain per tonne of copper; what is not recovered goes out with the slime.

    Of an anode, the scrap goes back to casting; of the copper dissolved, `recovery_ratio` becomes
    cathode, which is taken as pure copper here. The feed is taken to be of the anode's grade, since
    nothing is on record of it.
    """
    copper = known_or_typical(given, "anode_copper_ratio")
    scrap_t = known_or_typical(given, "scrap_ratio")
    cathode_t = (1 - scrap_t) * copper * known_or_typical(given, "recovery_ratio")
    slime_t = 1 - scrap_t - cathode_t
    return Chain(
        name="copper refinery",
        product=Product(material="cathode"),
        materials={
            "feed": Material(boundary="bought", elements={"Cu": copper}),
            "anode": Material(elements={"Cu": copper}),
            "scrap": Material(elements={"Cu": copper}),
            "cathode": Material(elements={"Cu": 1.0}),
            "slime": Material(
                boundary="waste", elements={"Cu": ((1 - scrap_t) * copper - cathode_t) / slime_t}
            ),
        },
        carriers={
            "power": Carrier(
                kgce_per_kwh=known_or_typical(given, "power_kgce_per_kwh"),
                tco2_per_mwh=known_or_typical(given, "grid_tco2_per_mwh"),
                price_yuan_per_kwh=known_or_typical(given, "power_price_yuan_per_mwh") / 1000,
                factor_year=2022,
                verified=False,
            )
        },
        steps={
            "casting": Step(inputs={"feed": 1.0}, outputs={"anode": 1.0}),
            "remelting": Step(inputs={"scrap": 1.0}, outputs={"anode": 1.0}),
            "cells": Step(
                inputs={"anode": 1.0}, outputs={"cathode": cathode_t, "scrap": scrap_t},
                rest="slime",
                energy_kwh={"power": known_or_typical(given, "power_kwh_per_t") * cathode_t},
            ),
        },
    )  # fmt: skip


def solve_chain(given: Given) -> Balance:
    return solve(build_chain(given))
