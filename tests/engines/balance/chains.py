"""Chains for tests: some by hand, some at random that close by the way they are made."""

from __future__ import annotations

from typing import Any


def yield_chain(yields: list[float], **more: Any) -> dict[str, Any]:
    """Feed → … → product; what a step loses goes out as waste."""
    n = len(yields)
    names = ["feed", *(f"m{k}" for k in range(1, n)), "product"]
    materials: dict[str, Any] = {name: {} for name in names}
    materials["feed"] = {"boundary": "bought", "price_yuan_per_t": 100}
    materials["loss"] = {"boundary": "waste"}
    steps = {
        f"s{k}": {"inputs": {names[k]: 1}, "outputs": {names[k + 1]: y}, "rest": "loss"}
        for k, y in enumerate(yields)
    }
    return {"product": {"material": "product"}, "materials": materials, "steps": steps, **more}


def recycle(yield_ratio: float, returned_ratio: float) -> dict[str, Any]:
    """
    Give `yield_ratio` of each pass as product; of the rest a share goes back to the start.

    A tonne of feed makes y / (1 − r (1 − y)) of product: the sum of y (r (1 − y))^k.
    """
    return {
        "product": {"material": "product"},
        "materials": {
            "feed": {"boundary": "bought", "price_yuan_per_t": 1}, "charge": {}, "product": {},
            "scrap": {}, "dust": {"boundary": "waste"},
        },
        "steps": {
            "charging": {"inputs": {"feed": 1}, "outputs": {"charge": 1}},
            "working": {
                "inputs": {"charge": 1},
                "outputs": {"product": yield_ratio, "scrap": 1 - yield_ratio},
            },
            "returning": {
                "inputs": {"scrap": 1},
                "outputs": {"charge": returned_ratio},
                "rest": "dust",
            },
        },
    }  # fmt: skip


# 1 t of carbon burnt to CO2 makes 8 MWh of steam; two loops share a step.
BOILER = {
    "name": "boiler",
    "product": {"material": "clinker", "t_per_year": 2000},
    "materials": {
        "stone": {
            "boundary": "bought", "price_yuan_per_t": 50, "upstream_tco2_per_t": 0.01,
            "elements": {"Ca": 0.4004, "C": 0.12, "O": 0.4796},
        },
        "coal": {
            "boundary": "bought", "price_yuan_per_t": 700, "upstream_tco2_per_t": 0.1,
            "energy_kgce_per_t": 1114, "elements": {"C": 1.0}, "source": "made up",
            "verified": False,
        },
        "air": {"boundary": "taken", "elements": {"O": 1.0}},
        "clinker": {"elements": {"Ca": 0.71469, "O": 0.28531}},
        "gas": {"boundary": "emitted", "elements": {"C": 0.27291, "O": 0.72709}},
    },
    "carriers": {
        "power": {
            "kgce_per_kwh": 0.1229, "tco2_per_mwh": 0.6849, "price_yuan_per_kwh": 0.4,
            "factor_year": 2022,
        }
    },
    "steps": {
        "kiln": {
            "inputs": {"stone": 1.785, "coal": 0.2, "air": 0.5329},
            "outputs": {"clinker": 1.0},
            "rest": "gas",
            "energy_kwh": {"power": 60},
            "cost_yuan": 30,
        }
    },
    "levels": {
        "limit": {"figure": "energy_kgce_per_t", "level": 225, "source": "made up",
                  "verified": False}
    },
    "closure_ratio": 0.002,
}  # fmt: skip
