"""A small port for tests: loads come to a pit, AGVs take them to a gate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tuijin.engines.flow import read_network, simulate
from tuijin.project_models import (
    Bar,
    Bars,
    Cell,
    Chart,
    Flow,
    Flows,
    Influence,
    Line,
    Metric,
    Table,
)
from tuijin.project_models.sheet import check_within, draw, read_sheet

BOUNDS = {"agvs": (1, 50), "gate_minutes": (0.1, 100), "between_minutes": (1, 1000)}


@dataclass(frozen=True, slots=True)
class ToyPort:
    id: str = "toy_port"
    version: str = "1"
    title_zh: str = "试验口岸"
    title_en: str = "Toy port"

    def parameters(self):
        return read_sheet(Path(__file__).with_name("parameters.csv"))

    def network(self, parameters, *, seed):
        check_within(parameters, BOUNDS)
        middle = {name: sum(p.ends) / 2 for name, p in parameters.items()}
        return {
            "time_unit": "minutes",
            "sources": {"loads": {"to": "pit", "every": {"kind": "exponential",
                                                         "mean": middle["between_minutes"]}}},
            "stations": {
                "pit": {"servers": None, "service": 0, "place": "a",
                        "route": [{"to": "gate", "by": "agv"}]},
                "gate": {"service": {"kind": "gamma", "mean": middle["gate_minutes"], "shape": 4},
                         "place": "b", "route": [{"to": "x_ray", "probability": 0.2},
                                                 {"to": "exit", "probability": 0.8}]},
                "x_ray": {"service": 5, "route": "exit"},
            },
            "segments": {"lane": {"from": "a", "to": "b", "length_km": 2.4, "headway": 0.5}},
            "fleets": {"agv": {"count": int(middle["agvs"]), "at": "b", "loaded_km_per_hour": 20,
                               "empty_km_per_hour": 25, "load": 2, "unload": 1}},
            "calendars": {"day": {"open_for": {"kind": "exponential", "mean": 300},
                                  "closed_for": {"kind": "exponential", "mean": 60}}},
            "measures": {"stay": {"start": "network.enters", "end": "network.exits"}},
            "run": {"horizon": 2880, "warm_up": 600, "replications": 1, "seed": seed},
        }  # fmt: skip

    def run(self, parameters, *, n_draws, rng):
        network = self.network(parameters, seed=7)
        found = simulate(read_network(network))
        drawn = draw(list(parameters.values()), n_draws=n_draws, rng=rng)
        stay = found["measure.stay.mean"].mean
        sample = stay + drawn["gate_minutes"] + 0 * drawn["between_minutes"]
        freight = 60 / drawn["between_minutes"]
        return {
            "clearance_minutes": Metric("clearance_minutes", "minutes", sample),
            "freight_t_per_year": Metric("freight_t_per_year", "t_per_year", freight),
        }

    def decide(self, parameters, *, metric, target, seed):
        return (("gate_minutes", 1.0, 2.0),) if metric == "clearance_minutes" else ()

    def charts(self, parameters, *, metric, target, seed):
        return ()

    def pictures(self, parameters, *, seed):
        x = np.linspace(1, 4, 4)
        return (
            Chart("gate", "闸口时间与等候", "Gate time and waiting", "gate_minutes", "minutes",
                  "clearance_minutes", "minutes", x, (Line("通关", "Clearance", 2 * x),)),
            Bars("cost", "成本构成", "Costs", (Bar("能耗", "Energy", 3e6, "yuan", 2e6, 4e6),
                                           Bar("人工", "Labour", 1e6, "yuan"))),
            Flows("coal", "煤的去向", "Where the coal goes",
                  (("mine", "矿山", "Mine"), ("port", "口岸", "Port"), ("rail", "铁路", "Rail")),
                  (Flow("mine", "port", 10.0, "t_per_year"),
                   Flow("port", "rail", 9.0, "t_per_year"))),
            Table("steps", "各环节", "Steps", (("环节", "Step"), ("时间", "Time")),
                  ((("闸口", "Gate"), Cell(3.0, "minutes")),)),
        )  # fmt: skip

    def influences(self, parameters, *, metric, rng):
        return (Influence("gate_minutes", 0.6, 0.7, 0.6, 0.8),
                Influence("between_minutes", 0.2, 0.3, 0.2, 0.4))  # fmt: skip


plugin = ToyPort()
