"""One replication: its memory, its random streams, and the loop run to the end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

from tuijin.engines.flow import errors
from tuijin.engines.flow.kernels import loop, tables
from tuijin.engines.flow.layout import Layout

Array = np.ndarray[Any, Any]
# Called a few times a second with the share of the replication that is done; may raise.
Watch = Callable[[float], None]

EVENTS_A_CALL = 1_000_000  # 0.05 to 0.2 s, so that a run can be cancelled
FIRST_JOBS = 1024
MOST_JOBS = 4_000_000  # about 600 MB with a few measures
_FIGURES_OF = {
    "class_": ("created", "exited", "lost", "absorbed", "sojourn_mean", "sojourn_m2"),
    "station": ("arrived", "started", "finished", "left", "lost", "wait_sum", "stay_sum",
                "setup_sum", "waiting_area", "busy_area", "blocked_area", "down_area",
                "inside_area"),
    "pool": ("busy_area",),
    "gate": ("open_area",),
    "mode": ("n_failures",),
    "measure": ("count", "mean", "m2", "n_below"),
    "fleet": ("n_requests", "n_delivered", "n_failures", "wait_sum", "loaded_km", "empty_km",
              "charged_kwh"),
    "state_time": ("time",),
}  # fmt: skip


def find_stream(name: str, *, seed: int, replication: int) -> int:
    """Where a random stream begins: a hash of its name, so that no stream moves another."""
    text = f"{seed}/{replication}/{name}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


class Replication:
    """Tables in memory, with their addresses in `world`; rows are numpy records."""

    def __init__(self, layout: Layout, *, seed: int, replication: int) -> None:
        self.layout = layout
        self.world = np.zeros(1, dtype=tables.WORLD)
        self.tables = {name: layout.table(name) for name in tables.TABLES}
        self.tables["number"] = np.array([*layout.numbers, 0.0]).view(tables.NUMBER)
        network = layout.network
        starts = [find_stream(s, seed=seed, replication=replication) for s in layout.streams]
        self.tables["stream"] = np.array([*starts, 0], dtype=np.uint64).view(tables.STREAM)
        self.tables["wake"] = np.zeros(len(network.stations) + 1, dtype=tables.WAKE)
        n_measures = len(network.measures)
        self.tables["bucket"] = np.zeros(max(1, n_measures) * tables.N_BUCKETS, dtype=tables.BUCKET)
        for name in ("job", "stamp", "event"):
            self.tables[name] = np.zeros(0, dtype=tables.TABLES[name])
        world = self.world
        world["reserve"], world["free_job"] = layout.reserve, -1
        for part in ("station", "source", "gate", "mode", "population", "vehicle", "fleet"):
            world[f"n_{part}s"] = len(layout.rows.get(part, []))
        world["n_classes"], world["n_measures"] = len(network.classes), n_measures
        self.n_fixed = sum(int(world[f"n_{p}s"][0]) for p in ("source", "gate", "mode", "vehicle"))
        world["marks"] = "action" in layout.rows
        world["n_nodes"] = len(layout.place_rows)
        n_placed = int(self.tables["population"]["count"].sum())
        self._give_jobs(FIRST_JOBS + n_placed + layout.reserve)
        self._point()

    def run(self, watch: Watch | None = None) -> None:
        """Run from 0 to the horizon, and forget what was counted up to the warm-up."""
        run = self.layout.network.run
        if run.warm_up > 0:
            self.run_until(run.warm_up, watch)
            self._forget(run.warm_up)
        self.run_until(run.horizon, watch)
        self.settle(run.horizon)

    def run_until(self, time: float, watch: Watch | None) -> None:
        run = self.layout.network.run
        world = self.world
        world["until"] = time
        while True:
            left = run.max_events - int(world["n_events"][0])
            if left <= 0:
                raise errors.EventLimit(f"stopped at {run.max_events:,} events")
            status = loop.advance(world[0], min(left, EVENTS_A_CALL))
            if status == tables.REACHED:
                return
            if status == tables.IDLE:
                self._check_for_deadlock(time)
                return
            if status == tables.GROW:
                self._make_room()
            elif status == tables.ZERO_TIME_LOOP:
                raise errors.ZeroTimeLoop(
                    f"{tables.ZERO_TIME_LIMIT:,} events at time {world['now'][0]:g}"
                )
            if watch is not None:
                watch(float(world["now"][0]) / run.horizon)

    def open_trace(self, most_rows: int) -> None:
        """Write down what happens from here on."""
        self.tables["trace"] = np.zeros(most_rows, dtype=tables.TRACE)
        self.world["trace_room"], self.world["n_trace"] = most_rows, 0
        self._point()

    def read_trace(self) -> tuple[Array, bool]:
        """What was written, and whether there was more than room for it."""
        n_rows, room = int(self.world["n_trace"][0]), int(self.world["trace_room"][0])
        return self.tables["trace"][:n_rows].copy(), n_rows > room

    def _check_for_deadlock(self, time: float) -> None:
        full = self.tables["station"]["blocked_head"] >= 0
        names = [name for name, row in self.layout.station_rows.items() if full[row]]
        if names:
            raise errors.Deadlock(
                f"nothing can move before time {time:g}; waited for: {', '.join(names[:10])}"
            )

    def settle(self, now: float) -> None:
        """Bring every integral up to now."""
        stations = self.tables["station"]
        passed = now - stations["last"]
        for name in ("waiting", "busy", "blocked", "down", "inside"):
            stations[f"{name}_area"] += stations[name] * passed
        stations["last"] = now
        pools = self.tables["pool"]
        pools["busy_area"] += (pools["count"] - pools["free"]) * (now - pools["last"])
        pools["last"] = now
        gates = self.tables["gate"]
        gates["open_area"] += gates["is_open"] * (now - gates["last"])
        gates["last"] = now
        vehicles = self.tables["vehicle"]
        rows = np.arange(len(vehicles)) * tables.N_STATES + vehicles["state"]
        self.tables["state_time"]["time"][rows] += now - vehicles["since"]
        vehicles["since"] = now
        world = self.world
        world["wip_area"] += world["in_system"] * (now - world["wip_last"])
        world["wip_last"] = now

    def _forget(self, now: float) -> None:
        """Set every figure back to nothing; what is going on goes on."""
        self.settle(now)
        for table, columns in _FIGURES_OF.items():
            for column in columns:
                self.tables[table][column] = 0
        self.tables["measure"]["low"], self.tables["measure"]["high"] = np.inf, -np.inf
        self.tables["bucket"]["n"] = 0
        self.world["wip_area"] = 0.0

    def _make_room(self) -> None:
        if self.world["n_free"][0] < self.world["reserve"][0]:
            n_jobs = len(self.tables["job"])
            if 2 * n_jobs > MOST_JOBS:
                raise errors.MemoryLimit(
                    f"more than {n_jobs:,} entities at time {self.world['now'][0]:g}"
                )
            self._give_jobs(n_jobs)
        else:
            self._drop_stale_events()
        self._point()

    def _give_jobs(self, n_more: int) -> None:
        """More rows of entities and stamps, chained as free, and a calendar to match."""
        n_before = len(self.tables["job"])
        n_jobs = n_before + n_more
        jobs = np.zeros(n_jobs, dtype=tables.JOB)
        jobs[:n_before] = self.tables["job"]
        jobs["next"][n_before:] = np.arange(n_before + 1, n_jobs + 1)
        jobs["next"][-1] = self.world["free_job"][0]
        self.tables["job"] = jobs
        self.world["free_job"] = n_before
        self.world["n_free"] += n_more
        n_measures = int(self.world["n_measures"][0])
        stamps = np.full(max(1, n_jobs * n_measures), np.nan).view(tables.STAMP)
        stamps[: n_before * n_measures] = self.tables["stamp"][: n_before * n_measures]
        self.tables["stamp"] = stamps
        most_valid = n_jobs + self.n_fixed + 16
        events = np.zeros(3 * most_valid, dtype=tables.EVENT)
        n_heap = int(self.world["n_heap"][0])
        events[:n_heap] = self.tables["event"][:n_heap]
        self.tables["event"] = events
        self.world["heap_limit"] = 2 * most_valid

    def _drop_stale_events(self) -> None:
        """Take events off the calendar that an interruption has made void."""
        n_heap = int(self.world["n_heap"][0])
        events = self.tables["event"][:n_heap]
        rows = events["key"] & (tables.MAX_ROWS - 1)
        kinds = (events["key"] >> tables.ROW_BITS) & ((1 << tables.KIND_BITS) - 1)
        valid = np.ones(n_heap, dtype=bool)
        for kind, table in (
            (tables.DONE, "job"), (tables.FAIL, "mode"), (tables.ARRIVAL, "source")
        ):  # fmt: skip
            of_kind = kinds == kind
            current = self.tables[table]["key"][rows[of_kind]]
            valid[of_kind] = current == events["key"][of_kind]
        kept = np.sort(events[valid], order=("time", "key"))  # a sorted list is a heap
        self.tables["event"][: len(kept)] = kept
        self.world["n_heap"] = len(kept)

    def _point(self) -> None:
        for name, table in self.tables.items():
            self.world[f"at_{name}"] = table.ctypes.data
