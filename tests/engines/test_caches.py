"""What one process compiled no other compiles again: `make setup` does it once for all."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

COUNTING = """
import gc, json, sys
from importlib import import_module
from numba.core.dispatcher import Dispatcher
import_module(f"tuijin.engines.{sys.argv[1]}.__main__").warm()
entries = [d for d in gc.get_objects() if isinstance(d, Dispatcher) and d._can_compile
           and type(d._cache).__name__ == "FunctionCache" and d.__module__.startswith("tuijin.")]
print(json.dumps({d.__name__: [sum(d.stats.cache_hits.values()),
                               sum(d.stats.cache_misses.values())] for d in entries}))
"""


def count(engine):
    """Entry → how often it was read from the cache, and how often compiled."""
    command = [sys.executable, "-c", COUNTING, engine]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("engine", "entries"),
    [("flow", {"advance"}), ("returns", {"run_draws", "all_rates", "find_all", "find_rates"})],
)
def test_a_second_process_compiles_nothing(engine, entries):
    first, second = count(engine), count(engine)
    assert set(first) == set(second) == entries
    assert all(found == [1, 0] for found in second.values()), second
