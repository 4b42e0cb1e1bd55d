"""What holds at every moment of every network: nothing is made or lost, and Little is right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.engines.flow.random_networks import networks
from tuijin.engines.flow import read_network
from tuijin.engines.flow import replication as replication_module
from tuijin.engines.flow.kernels import tables
from tuijin.engines.flow.layout import build_layout
from tuijin.engines.flow.replication import Replication

QUIET = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def run(document):
    replication = Replication(build_layout(read_network(document)), seed=1, replication=0)
    replication.run()
    return replication


def chain(jobs, head):
    while head >= 0:
        yield head
        head = int(jobs["next"][head])


def live_jobs(replication):
    """Rows of entities that are not free, and not waiting outside."""
    jobs = replication.tables["job"]
    free, row = set(), int(replication.world["free_job"][0])
    for _ in range(int(replication.world["n_free"][0])):
        free.add(row)
        row = int(jobs["next"][row])
    outside = {
        i
        for station in replication.tables["station"]
        for i in chain(jobs, int(station["blocked_head"]))
        if -1 - len(replication.layout.network.sources) < jobs["station"][i] < 0
    }
    return [i for i in range(len(jobs)) if i not in free and i not in outside]


@QUIET
@given(networks())
def test_entities_are_neither_made_nor_lost(document):
    replication = run(document)
    kept = replication.tables["class_"]
    n_gone = sum(int(kept[name].sum()) for name in ("exited", "lost", "absorbed"))
    live = live_jobs(replication)
    assert int(kept["created"].sum()) == n_gone + len(live)
    assert int(replication.world["in_system"][0]) == len(live)
    jobs = replication.tables["job"]
    for s, station in enumerate(replication.tables["station"]):
        here = [i for i in live if jobs["station"][i] == s]
        assert station["inside"] == len(here)
        queues = replication.tables["queue"][station["first_queue"] :][: station["n_queues"]]
        waiting = [i for queue in queues for i in chain(jobs, int(queue["head"]))]
        assert station["waiting"] == len(waiting)


@QUIET
@given(networks())
def test_littles_law_holds_exactly_at_every_station(document):
    """The integral of the number inside is the sum of stays, those of who is still inside too."""
    replication = run(document)
    now = document["run"]["horizon"]
    jobs = replication.tables["job"]
    live = live_jobs(replication)
    for s, station in enumerate(replication.tables["station"]):
        still = sum(now - jobs["arrived"][i] for i in live if jobs["station"][i] == s)
        assert station["inside_area"] == pytest.approx(station["stay_sum"] + still, abs=1e-6)
        queues = replication.tables["queue"][station["first_queue"] :][: station["n_queues"]]
        waiting = [i for queue in queues for i in chain(jobs, int(queue["head"]))]
        waits = sum(now - jobs["arrived"][i] for i in waiting)
        assert station["waiting_area"] == pytest.approx(station["wait_sum"] + waits, abs=1e-6)


@QUIET
@given(networks())
def test_every_server_is_free_busy_blocked_or_down(document):
    replication = run(document)
    now = document["run"]["horizon"]
    for station, spec in zip(
        replication.tables["station"], document["stations"].values(), strict=True
    ):
        counts = [int(station[name]) for name in ("free", "busy", "blocked", "down")]
        assert min(counts) >= 0
        assert sum(counts) == spec["servers"]
        areas = [station[f"{name}_area"] for name in ("busy", "blocked", "down")]
        assert sum(areas) <= spec["servers"] * now + 1e-6
        assert station["inside"] <= station["capacity"] or spec.get("copies", 1) > 1
    pool = replication.tables["pool"][0]
    assert 0 <= pool["free"] <= pool["count"]


@QUIET
@given(networks())
def test_the_calendar_is_in_order_and_holds_what_is_to_come(document):
    replication = run(document)
    events = replication.tables["event"][: int(replication.world["n_heap"][0])]
    times = events["time"]
    assert (times >= document["run"]["horizon"]).all()
    children = np.arange(1, len(times))
    assert (times[(children - 1) // 2] <= times[children]).all()
    current = replication.tables["job"]["key"]
    rows = events["key"] & (tables.MAX_ROWS - 1)
    in_service = (events["key"] >> tables.ROW_BITS) & 15 == tables.DONE
    n_running = sum(current[row] == key for row, key in zip(
        rows[in_service], events["key"][in_service], strict=True))  # fmt: skip
    assert n_running == int(replication.tables["station"]["busy"].sum())


@settings(QUIET, max_examples=30)
@given(document=networks())
def test_how_the_run_is_cut_changes_nothing(document):
    """Pauses for progress, little memory that has to grow, stale events dropped: same bytes."""
    whole = run(document)
    before = replication_module.EVENTS_A_CALL, replication_module.FIRST_JOBS
    replication_module.EVENTS_A_CALL, replication_module.FIRST_JOBS = 7, 1
    try:
        pieces = run(document)
    finally:
        replication_module.EVENTS_A_CALL, replication_module.FIRST_JOBS = before
    for name in ("class_", "station", "pool", "gate", "measure", "stream"):
        left, right = whole.tables[name], pieces.tables[name]
        for column in left.dtype.names:
            if not column.startswith("blocked_") and column not in ("key", "job"):
                np.testing.assert_array_equal(left[column], right[column], err_msg=column)
