"""Replications over the cores, to a number or a precision: the same answer as one by one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuijin.engines.flow import errors
from tuijin.engines.flow.figures import Estimate, estimate, read_figures
from tuijin.engines.flow.kernels import tables
from tuijin.engines.flow.layout import build_layout
from tuijin.engines.flow.replication import Replication, Watch
from tuijin.engines.flow.spec import Network

Array = np.ndarray[Any, Any]
# Called with the share of all replications that is done.
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Result:
    """
    Figures of all replications.

    Attributes
    ----------
    values
        Figure → shape (n_replications,).
    buckets
        Measure → shape (N_BUCKETS,), counts over all replications.
    """

    network: Network
    values: dict[str, Array]
    buckets: dict[str, Array]
    n_events: int

    @property
    def estimates(self) -> dict[str, Estimate]:
        return {figure: self[figure] for figure in self.values}

    def __getitem__(self, figure: str) -> Estimate:
        return _estimate(self.network, figure, self.values[figure])


@dataclass(frozen=True, slots=True)
class _Outcome:
    figures: dict[str, float]
    buckets: Array
    n_events: int


def simulate(
    network: Network,
    *,
    threads: int = 1,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Result:
    """
    Run a network's replications.

    Parameters
    ----------
    threads
        Replications at the same time; the answer does not depend on it.
    progress
        Called from any thread, now and then.
    should_stop
        Asked several times a second; if it says yes the run ends with `Cancelled`.

    Raises
    ------
    RunFailed
        ZeroTimeLoop, EventLimit, MemoryLimit, Deadlock or Cancelled.
    """
    layout = build_layout(network)
    stopped = threading.Event()

    def run_one(number: int) -> _Outcome:
        watch = _build_watch(network, number, progress, should_stop, stopped)
        replication = Replication(layout, seed=network.run.seed, replication=number)
        replication.run(watch)
        if progress is not None:
            progress((number + 1) / network.run.replications)
        buckets = replication.tables["bucket"]["n"].copy()
        return _Outcome(read_figures(replication), buckets, int(replication.world["n_events"][0]))

    outcomes: list[_Outcome] = []
    for outcome in _run_all(run_one, network.run.replications, threads, stopped):
        outcomes.append(outcome)
        if _is_precise(network, outcomes):
            break
    return _gather(network, outcomes)


def _build_watch(
    network: Network,
    number: int,
    progress: Progress | None,
    should_stop: Callable[[], bool],
    stopped: threading.Event,
) -> Watch:
    def watch(share: float) -> None:
        if stopped.is_set() or should_stop():
            raise errors.Cancelled("stopped on request")
        if progress is not None:
            progress((number + share) / network.run.replications)

    return watch


def _run_all(
    run_one: Callable[[int], _Outcome], n: int, threads: int, stopped: threading.Event
) -> Iterator[_Outcome]:
    """Yield outcomes in order; who has seen enough, or fails, stops what is under way."""
    if threads == 1:  # a thread costs as much as a short replication
        yield from map(run_one, range(n))
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        try:
            yield from _run_ahead(pool, run_one, n, threads)
        finally:
            stopped.set()


def _run_ahead(
    pool: ThreadPoolExecutor, run_one: Callable[[int], _Outcome], n: int, threads: int
) -> Iterator[_Outcome]:
    """Yield outcomes in order, with as many replications under way as there are threads."""
    under_way = [pool.submit(run_one, number) for number in range(min(n, threads))]
    for number in range(n):
        outcome = under_way.pop(0).result()
        if number + threads < n:
            under_way.append(pool.submit(run_one, number + threads))
        yield outcome


def _is_precise(network: Network, outcomes: list[_Outcome]) -> bool:
    precision = network.run.precision
    if precision is None or len(outcomes) < precision.at_least:
        return False
    values = np.array([outcome.figures[precision.figure] for outcome in outcomes])
    found = _estimate(network, precision.figure, values)
    return (found.high - found.low) / 2 <= precision.relative * abs(found.mean)


def _estimate(network: Network, figure: str, values: Array) -> Estimate:
    return estimate(figure, values, confidence=network.run.confidence, time_unit=network.time_unit)


def _gather(network: Network, outcomes: list[_Outcome]) -> Result:
    names = outcomes[0].figures
    values = {name: np.array([o.figures[name] for o in outcomes]) for name in names}
    counts = np.sum([o.buckets for o in outcomes], axis=0).reshape(-1, tables.N_BUCKETS)
    buckets = dict(zip(network.measures, counts, strict=False))
    return Result(network, values, buckets, sum(o.n_events for o in outcomes))
