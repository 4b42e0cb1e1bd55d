"""
The benchmark's networks for cimba, which compiles a class from its source.

So the line's twenty machines are written out, by a template that is put into a file.
"""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.flow.models import (
    LINE_BUFFER,
    LINE_RATE,
    LINE_STATIONS,
    PORT,
    PORT_FLEET,
    PORT_INSPECTED,
    PORT_TRIP_MINUTES,
)

_HEAD = """
import cimba as cb
from cimba import inputs

"""
_QUEUE = """
class Queue{c}(cb.Model):
    n: cb.Param[int] = 1000
    gap: cb.Input[float] = inputs.dist.exponential(mean={gap})
    service: cb.Input[float] = inputs.dist.exponential(mean=1.0)
    line: cb.Store[float]
    total: float = 0.0
    done: int = 0
    sojourn: cb.Output[float]

    @cb.process
    def source(self):
        for _ in range(self.n):
            cb.hold(self.gap.next())
            self.line.put(cb.now())

    @cb.process(copies={c})
    def server(self):
        while True:
            begun = self.line.get()
            cb.hold(self.service.next())
            self.total += cb.now() - begun
            self.done += 1
            if self.done == self.n:
                cb.end_trial()

    @cb.on_end
    def tell(self):
        self.sojourn = self.total / self.done
"""
_LINE_MACHINE = """
    @cb.process
    def machine{k}(self):
        while True:
            begun = self.before{k}.get()
            cb.hold(self.service.next())
            {onwards}
"""
_LAST = """self.total += cb.now() - begun
            self.done += 1
            if self.done == self.n:
                cb.end_trial()"""
_PORT_VISIT = """
            self.{name}.acquire()
            cb.hold(self.{name}_time.next())
            self.{name}.release()"""


def _write_line() -> str:
    stores = "\n".join(
        f"    before{k}: cb.Store[float]" + (f" = cb.Store(capacity={LINE_BUFFER})" if k else "")
        for k in range(LINE_STATIONS)
    )
    last = LINE_STATIONS - 1
    machines = "".join(
        _LINE_MACHINE.format(k=k, onwards=_LAST if k == last else f"self.before{k + 1}.put(begun)")
        for k in range(LINE_STATIONS)
    )
    return f"""
class Line(cb.Model):
    n: cb.Param[int] = 1000
    gap: cb.Input[float] = inputs.dist.exponential(mean={1 / LINE_RATE})
    service: cb.Input[float] = inputs.dist.exponential(mean=1.0)
{stores}
    total: float = 0.0
    done: int = 0
    sojourn: cb.Output[float]

    @cb.process
    def source(self):
        for _ in range(self.n):
            cb.hold(self.gap.next())
            self.before0.put(cb.now())
{machines}
    @cb.on_end
    def tell(self):
        self.sojourn = self.total / self.done
"""


def _write_port() -> str:
    places = [name for name in PORT if name not in ("out", "back")]
    fields = "\n".join(
        f"    {name}: cb.Resource = cb.Resource(capacity={1 + (name in ('load', 'unload'))})\n"
        f"    {name}_time: cb.Input[float] = inputs.dist.exponential(mean={PORT[name]})"
        for name in places
    )
    visit = {name: _PORT_VISIT.format(name=name) for name in places}
    inspected = visit["x_ray"].replace("\n            ", "\n                ")
    return f"""
class Port(cb.Model):
{fields}
    chance: cb.Input[float] = inputs.dist.uniform(low=0.0, high=1.0)
    trips: int = 0
    n_trips: cb.Output[int]

    @cb.process(copies={PORT_FLEET})
    def agv(self):
        while True:{visit["load"]}
            cb.hold({PORT["out"]}){visit["gate_mn"]}{visit["gate_cn"]}
            if self.chance.next() < {PORT_INSPECTED}:{inspected}
{visit["unload"]}
            cb.hold({PORT["back"]})
            self.trips += 1

    @cb.on_end
    def tell(self):
        self.n_trips = self.trips
"""


def prepare() -> Callable[[str, int], float]:
    import cimba as cb

    source = _HEAD + "".join(_QUEUE.format(c=c, gap=1.25 / c) for c in (1, 4))
    path = Path(tempfile.mkdtemp()) / "cimba_networks.py"
    path.write_text(source + _write_line() + _write_port())
    spec = importlib.util.spec_from_file_location("cimba_networks", path)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def run(model: str, n: int) -> float:
        if model == "port":
            end = n * PORT_TRIP_MINUTES / PORT_FLEET
            chosen: Any = module.Port()
            window = cb.Window(duration=end)
            found: Any = cb.Experiment(chosen, replications=1, window=window, seed=7).run()
            return end * PORT_FLEET / float(np.asarray(found[chosen].n_trips).mean())
        kind = {"mm1": "Queue1", "mm4": "Queue4", "line": "Line"}[model]
        chosen = getattr(module, kind)()
        chosen.n = n
        found = cb.Experiment(chosen, replications=1, seed=7).run()
        return float(np.asarray(found[chosen].sojourn).mean())

    return run
