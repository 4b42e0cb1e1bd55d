"""The stages as a process chain, per tonne of anode material."""

from __future__ import annotations

from tuijin.engines.balance import Balance, Carrier, Chain, Material, Product, Step, solve
from tuijin.project_models.anode_plant.process import STAGES
from tuijin.project_models.chains import known_or_typical, middle_of
from tuijin.project_models.formulas import Given

NAMES = {
    "coke": ("焦与沥青", "Coke and pitch"),
    "milling": ("破碎整形", "Milling and shaping"),
    "granulation": ("造粒预碳化", "Granulation, pre-carbonisation"),
    "graphitisation": ("石墨化", "Graphitisation"),
    "coating": ("包覆碳化", "Coating, carbonisation"),
    "finishing": ("筛分除磁", "Sieving, demagnetising"),
    "anode": ("负极材料", "Anode material"),
    "losses": ("损失与挥发分", "Losses and volatiles"),
}
# In the city's account of materials.
MATERIALS = {"anode": "anode_material", "coke": "petroleum_coke"}


def yields_are_known(given: Given) -> bool:
    return all(given[f"{stage}_yield_ratio"].is_known for stage in STAGES)


def solve_chain(given: Given) -> Balance:
    """
    Solve it; a stage whose yield is not on record loses nothing, one whose electricity is not uses
    none, so that all of it is a floor.
    """
    between = ["coke", *(f"after_{stage}" for stage in STAGES[:-1]), "anode"]
    materials = {name: Material() for name in between[1:]}
    materials |= {"coke": Material(boundary="bought"), "losses": Material(boundary="waste")}
    steps = {}
    for n, stage in enumerate(STAGES):
        made_t = middle_of(given[f"{stage}_yield_ratio"])
        made_t = 1.0 if made_t is None else made_t
        steps[stage] = Step(
            inputs={between[n]: 1.0}, outputs={between[n + 1]: made_t}, rest="losses",
            energy_kwh={"power": made_t * _stage_kwh_per_t(given, stage)},
        )  # fmt: skip
    power = Carrier(
        tco2_per_mwh=known_or_typical(given, "grid_tco2_per_mwh"),
        price_yuan_per_kwh=known_or_typical(given, "power_price_yuan_per_mwh") / 1000,
        factor_year=2022,
    )
    return solve(
        Chain(
            name="anode", product=Product(material="anode"), materials=materials, steps=steps,
            carriers={"power": power},
        )
    )  # fmt: skip


def _stage_kwh_per_t(given: Given, stage: str) -> float:
    if stage == "graphitisation":
        return known_or_typical(given, "graphitisation_power_kwh_per_t")
    return middle_of(given[f"{stage}_kwh_per_t"]) or 0.0
