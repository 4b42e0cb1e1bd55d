"""The benchmark's four networks in the words of each peer: `run(model, n)` → mean sojourn."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from bench.flow.models import (
    LINE_BUFFER,
    LINE_RATE,
    LINE_STATIONS,
    PORT,
    PORT_FLEET,
    PORT_INSPECTED,
    PORT_TRIP_MINUTES,
)

Run = Callable[[str, int], float]


def _prepare_tuijin() -> Run:
    return _prepare_loop(in_c=False)


def _prepare_c() -> Run:
    return _prepare_loop(in_c=True)


def _prepare_loop(*, in_c: bool) -> Run:
    from bench.flow import models
    from tuijin.engines.flow import read_network, replication
    from tuijin.engines.flow.layout import build_layout

    if in_c:
        from bench.flow.loop_in_c import build_advance

        replication.loop.advance = build_advance()

    def run(model: str, n: int) -> float:
        layout = build_layout(read_network(models.build(model, n)))
        done = replication.Replication(layout, seed=7, replication=0)
        done.run()
        if model == "port":
            return float(
                done.tables["station"]["stay_sum"].sum() / done.tables["station"]["left"][0]
            )
        return float(done.tables["class_"]["sojourn_mean"][0])

    return run


def _prepare_simpy() -> Run:
    import simpy

    def queue(c: int, n: int) -> float:
        env = simpy.Environment()
        desk, total, rng = simpy.Resource(env, c), [0.0], random.Random(7)

        def customer() -> Any:
            begun = env.now
            with desk.request() as turn:
                yield turn
                yield env.timeout(rng.expovariate(1.0))
            total[0] += env.now - begun

        def source() -> Any:
            for _ in range(n):
                yield env.timeout(rng.expovariate(0.8 * c))
                env.process(customer())

        env.process(source())
        env.run()
        return total[0] / n

    def line(n: int) -> float:
        env = simpy.Environment()
        total, rng = [0.0], random.Random(7)
        sizes = [float("inf"), *[LINE_BUFFER] * (LINE_STATIONS - 1)]
        before = [simpy.Store(env, size) for size in sizes]

        def machine(k: int) -> Any:
            while True:
                part = yield before[k].get()
                yield env.timeout(rng.expovariate(1.0))
                if k + 1 < LINE_STATIONS:
                    yield before[k + 1].put(part)
                else:
                    total[0] += env.now - part

        def source() -> Any:
            for _ in range(n):
                yield env.timeout(rng.expovariate(LINE_RATE))
                yield before[0].put(env.now)

        for k in range(LINE_STATIONS):
            env.process(machine(k))
        env.process(source())
        env.run()
        return total[0] / n

    def port(n: int) -> float:
        env = simpy.Environment()
        rng, trips, end = random.Random(7), [0], n * PORT_TRIP_MINUTES / PORT_FLEET
        places = {name: simpy.Resource(env, 2 if name in ("load", "unload") else 1)
                  for name in PORT if name not in ("out", "back")}  # fmt: skip

        def visit(name: str) -> Any:
            with places[name].request() as turn:
                yield turn
                yield env.timeout(rng.expovariate(1 / PORT[name]))

        def agv() -> Any:
            while True:
                yield from visit("load")
                yield env.timeout(PORT["out"])
                yield from visit("gate_mn")
                yield from visit("gate_cn")
                if rng.random() < PORT_INSPECTED:
                    yield from visit("x_ray")
                yield from visit("unload")
                yield env.timeout(PORT["back"])
                trips[0] += 1

        for _ in range(PORT_FLEET):
            env.process(agv())
        env.run(end)
        return end * PORT_FLEET / trips[0]

    return _choose(queue, line, port)


def _choose(
    queue: Callable[[int, int], float], line: Callable[[int], float], port: Callable[[int], float]
) -> Run:
    def run(model: str, n: int) -> float:
        if model == "line":
            return line(n)
        return port(n) if model == "port" else queue(int(model.removeprefix("mm")), n)

    return run


def _prepare_salabim() -> Run:
    import salabim as sim

    sim.yieldless(False)  # noqa: FBT003  # salabim's own signature
    rng = random.Random(7)

    def queue(c: int, n: int) -> float:
        env = sim.Environment(trace=False)
        desk, total = sim.Resource(capacity=c, monitor=False), [0.0]

        class Customer(sim.Component):  # type: ignore[misc]  # salabim carries no types
            def process(self) -> Any:
                begun = env.now()
                yield self.request(desk)
                yield self.hold(rng.expovariate(1.0))
                self.release(desk)
                total[0] += env.now() - begun

        class Source(sim.Component):  # type: ignore[misc]  # as above
            def process(self) -> Any:
                for _ in range(n):
                    yield self.hold(rng.expovariate(0.8 * c))
                    Customer()

        Source()
        env.run()
        return total[0] / n

    def line(n: int) -> float:
        env = sim.Environment(trace=False)
        sizes = [float("inf"), *[LINE_BUFFER] * (LINE_STATIONS - 1)]
        before, total = [sim.Store(capacity=size, monitor=False) for size in sizes], [0.0]

        class Part(sim.Component):  # type: ignore[misc]  # as above
            pass

        class Machine(sim.Component):  # type: ignore[misc]  # as above
            def setup(self, k: int) -> None:
                self.k = k

            def process(self) -> Any:
                while True:
                    part = yield self.from_store(before[self.k])
                    part = part or self.from_store_item()
                    yield self.hold(rng.expovariate(1.0))
                    if self.k + 1 < LINE_STATIONS:
                        yield self.to_store(before[self.k + 1], part)
                    else:
                        total[0] += env.now() - part.creation_time()

        class Source(sim.Component):  # type: ignore[misc]  # as above
            def process(self) -> Any:
                for _ in range(n):
                    yield self.hold(rng.expovariate(LINE_RATE))
                    yield self.to_store(before[0], Part())

        for k in range(LINE_STATIONS):
            Machine(k=k)
        Source()
        env.run()
        return total[0] / n

    def port(n: int) -> float:
        env = sim.Environment(trace=False)
        end, trips = n * PORT_TRIP_MINUTES / PORT_FLEET, [0]
        places = {name: sim.Resource(capacity=2 if name in ("load", "unload") else 1,
                                     monitor=False)
                  for name in PORT if name not in ("out", "back")}  # fmt: skip

        class Agv(sim.Component):  # type: ignore[misc]  # as above
            def visit(self, name: str) -> Any:
                yield self.request(places[name])
                yield self.hold(rng.expovariate(1 / PORT[name]))
                self.release(places[name])

            def process(self) -> Any:
                while True:
                    yield from self.visit("load")
                    yield self.hold(PORT["out"])
                    yield from self.visit("gate_mn")
                    yield from self.visit("gate_cn")
                    if rng.random() < PORT_INSPECTED:
                        yield from self.visit("x_ray")
                    yield from self.visit("unload")
                    yield self.hold(PORT["back"])
                    trips[0] += 1

        for _ in range(PORT_FLEET):
            Agv()
        env.run(end)
        return end * PORT_FLEET / trips[0]

    return _choose(queue, line, port)


def _prepare_ciw() -> Run:
    import ciw

    exp, fixed = ciw.dists.Exponential, ciw.dists.Deterministic

    def mean_sojourn(records: Any, n: int) -> float:
        return sum(r.exit_date - r.arrival_date for r in records) / n

    def queue(c: int, n: int) -> float:
        ciw.seed(7)
        network = ciw.create_network(
            arrival_distributions=[exp(0.8 * c)], service_distributions=[exp(1.0)],
            number_of_servers=[c],
        )  # fmt: skip
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_customers(n)
        return mean_sojourn(simulation.get_all_records(), n)

    def line(n: int) -> float:
        ciw.seed(7)
        k = LINE_STATIONS
        network = ciw.create_network(
            arrival_distributions=[exp(LINE_RATE), *[None] * (k - 1)],
            service_distributions=[exp(1.0)] * k, number_of_servers=[1] * k,
            queue_capacities=[float("inf"), *[LINE_BUFFER] * (k - 1)],
            routing=[[float(b == a + 1) for b in range(k)] for a in range(k)],
        )  # fmt: skip
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_customers(n)
        return mean_sojourn(simulation.get_all_records(), n)

    def port(n: int) -> float:
        """Ciw has no closed networks: ten AGVs come at time 0 and never leave."""
        ciw.seed(7)
        names, end = list(PORT), n * PORT_TRIP_MINUTES / PORT_FLEET
        onwards = {"load": {"out": 1.0}, "out": {"gate_mn": 1.0}, "gate_mn": {"gate_cn": 1.0},
                   "gate_cn": {"x_ray": PORT_INSPECTED, "unload": 1 - PORT_INSPECTED},
                   "x_ray": {"unload": 1.0}, "unload": {"back": 1.0},
                   "back": {"load": 1.0}}  # fmt: skip
        once = ciw.dists.Sequential([0.001, float("inf")])
        network = ciw.create_network(
            arrival_distributions=[once if name == "load" else None for name in names],
            batching_distributions=[fixed(PORT_FLEET) if name == "load" else fixed(1)
                                    for name in names],
            service_distributions=[fixed(PORT[name]) if name in ("out", "back")
                                   else exp(1 / PORT[name]) for name in names],
            number_of_servers=[{"load": 2, "unload": 2, "out": float("inf"),
                                "back": float("inf")}.get(name, 1) for name in names],
            routing=[[onwards[a].get(b, 0.0) for b in names] for a in names],
        )  # fmt: skip
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(end)
        n_trips = sum(r.node == len(names) for r in simulation.get_all_records())
        return end * PORT_FLEET / n_trips

    return _choose(queue, line, port)


def _prepare_cimba() -> Run:
    from bench.flow.cimba_models import prepare

    return prepare()


PEERS: dict[str, Callable[[], Run]] = {
    "tuijin": _prepare_tuijin, "c": _prepare_c, "simpy": _prepare_simpy,
    "salabim": _prepare_salabim, "ciw": _prepare_ciw, "cimba": _prepare_cimba,
}  # fmt: skip
