"""
The calendar: a binary heap of (time, key), equal times in the order they were asked for.

While an event is handled its place at the root stays open (`hole`): most events ask for just one
other, which then takes that place with one sift instead of two.
"""

from __future__ import annotations

from tuijin.engines.flow.kernels import rows as at
from tuijin.engines.flow.kernels.compiling import inlined
from tuijin.engines.flow.kernels.rows import Row
from tuijin.engines.flow.kernels.tables import KIND_BITS, ROW_BITS


@inlined
def schedule(world: Row, time: float, kind: int, row: int) -> int:
    """Put an event on the calendar; return its key."""
    world["sequence"] += 1
    key = (world["sequence"] << (ROW_BITS + KIND_BITS)) | (kind << ROW_BITS) | row
    root = at.event(world, 0)
    if world["hole"]:
        world["hole"] = 0
        _sift_down(root, world["n_heap"], time, key)
        return key
    i = world["n_heap"]
    world["n_heap"] = i + 1
    while i > 0:
        parent = at.after(root, (i - 1) >> 1)
        if parent["time"] <= time:  # a new key is the largest, so equal times stay in order
            break
        _put(at.after(root, i), parent["time"], parent["key"])
        i = (i - 1) >> 1
    _put(at.after(root, i), time, key)
    return key


@inlined
def close_hole(world: Row) -> None:
    """Nobody took the root's place: the last event does."""
    world["hole"] = 0
    n = world["n_heap"] - 1
    world["n_heap"] = n
    if n > 0:
        root = at.event(world, 0)
        last = at.after(root, n)
        _sift_down(root, n, last["time"], last["key"])


@inlined
def _put(event: Row, time: float, key: int) -> None:
    event["time"] = time
    event["key"] = key


@inlined
def _sift_down(root: Row, n: int, time: float, key: int) -> None:
    i = 0
    below = 1
    while below < n:
        child = at.after(root, below)
        if below + 1 < n:
            right = at.after(root, below + 1)
            if right["time"] < child["time"] or (
                right["time"] == child["time"] and right["key"] < child["key"]
            ):
                child = right
                below += 1
        if time < child["time"] or (time == child["time"] and key < child["key"]):
            break
        _put(at.after(root, i), child["time"], child["key"])
        i = below
        below = 2 * i + 1
    _put(at.after(root, i), time, key)
