"""The furnace as a process chain, at what is on record or else typical."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from tuijin.engines.balance import Balance, Carrier, Chain, Level, Material, Product, Step, solve
from tuijin.engines.balance.spec import Quantity
from tuijin.project_models.chains import known_or_typical
from tuijin.project_models.ferrosilicon_plant import metallurgy
from tuijin.project_models.formulas import Given

COKE_KGCE_PER_T = 971.4  # GB/T 2589, coke; unverified here
NAMES = {
    "quartz": ("硅石", "Quartz"),
    "coke": ("焦炭", "Coke"),
    "steel": ("钢屑", "Steel chips"),
    "paste": ("电极糊", "Electrode paste"),
    "furnace": ("矿热炉", "Submerged-arc furnace"),
    "alloy": ("硅铁", "Ferrosilicon"),
    "fume": ("微硅粉", "Silica fume"),
    "slag": ("渣", "Slag"),
    "gas": ("炉气", "Furnace gas"),
}
# In the city's account of materials.
MATERIALS = {
    "alloy": "ferrosilicon",
    "fume": "silica_fume",
    "quartz": "quartz",
    "coke": "metallurgical_coke",
    "steel": "steel_chips",
    "paste": "electrode_paste",
}


@cache
def read_levels() -> dict[str, tuple[Level, str]]:
    """Key to the level and its Chinese name."""
    with Path(__file__).with_name("levels.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["key"]: (
                Level(
                    figure=row["figure"], level=float(row["level"]), name=row["name"],
                    source=row["source"], verified=row["verified"] == "yes",
                ),
                row["name_zh"],
            )
            for row in csv.DictReader(stream)
        }  # fmt: skip


def build_chain(given: Given) -> Chain:
    """Return the chain per tonne of alloy; silicon that is not tapped goes to fume, ash to slag."""
    silicon, coke_carbon = (
        known_or_typical(given, "silicon_ratio"),
        known_or_typical(given, "coke_carbon_ratio"),
    )
    quartz_t, coke_t, paste_t, steel_t = (
        known_or_typical(given, f"{name}_kg_per_t") / metallurgy.KG_PER_T
        for name in ("quartz", "coke", "paste", "steel")
    )
    in_silica = metallurgy.SI / metallurgy.SIO2
    fume_t = max(0.0, quartz_t - silicon / in_silica)
    ash_t = coke_t * (1 - coke_carbon)
    gas_t = quartz_t + coke_t + paste_t + steel_t - 1 - fume_t - ash_t
    carbon_t = coke_t * coke_carbon + paste_t
    silica: dict[str, Quantity] = {"Si": in_silica}
    return Chain(
        name="ferrosilicon",
        product=Product(material="alloy"),
        materials={
            "quartz": Material(boundary="bought", elements=silica),
            "coke": Material(
                boundary="bought", elements={"C": coke_carbon},
                energy_kgce_per_t=COKE_KGCE_PER_T, verified=False,
            ),
            "steel": Material(boundary="bought"),
            "paste": Material(boundary="bought", elements={"C": 1.0}),
            "alloy": Material(elements={"Si": min(silicon, quartz_t * in_silica)}),
            "fume": Material(boundary="waste", elements=silica),
            "slag": Material(boundary="waste"),
            "gas": Material(boundary="emitted", elements={"C": carbon_t / gas_t}),
        },
        carriers={
            "power": Carrier(
                kgce_per_kwh=known_or_typical(given, "power_kgce_per_kwh"),
                tco2_per_mwh=known_or_typical(given, "grid_tco2_per_mwh"),
                factor_year=2022, verified=False,
            )
        },
        steps={
            "furnace": Step(
                inputs={"quartz": quartz_t, "coke": coke_t, "steel": steel_t, "paste": paste_t},
                outputs={"alloy": 1.0, "fume": fume_t, "slag": ash_t},
                rest="gas", energy_kwh={"power": known_or_typical(given, "power_kwh_per_t")},
            )
        },
        levels={key: level for key, (level, _) in read_levels().items()},
    )  # fmt: skip


def solve_chain(given: Given) -> Balance:
    return solve(build_chain(given))
