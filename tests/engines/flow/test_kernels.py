"""Compiled and plain Python are the same loop; streams are independent; samples are as asked."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.engines.flow.networks import exponential, one_station, run_of, solve
from tuijin.engines.flow import read_network
from tuijin.engines.flow.distributions import KINDS
from tuijin.engines.flow.figures import bucket_edges, read_figures
from tuijin.engines.flow.kernels import random
from tuijin.engines.flow.kernels.measures import find_bucket
from tuijin.engines.flow.layout import build_layout
from tuijin.engines.flow.replication import Replication, find_stream

SPECS = json.loads((Path(__file__).parent / "plain_networks.json").read_text())
PLAIN = """
import json, sys
import numpy as np
from tuijin.engines.flow import read_network
from tuijin.engines.flow.figures import read_figures
from tuijin.engines.flow.layout import build_layout
from tuijin.engines.flow.replication import Replication
found = {}
with np.errstate(over="ignore"):  # hashes wrap around
    for name, document in json.load(sys.stdin).items():
        replication = Replication(build_layout(read_network(document)), seed=3, replication=0)
        replication.run()
        found[name] = read_figures(replication)
json.dump(found, sys.stdout)
"""


@pytest.fixture(scope="module")
def plain():
    """Figures of every spec by the kernel in plain Python."""
    done = subprocess.run(
        [sys.executable, "-c", PLAIN], input=json.dumps(SPECS), text=True, capture_output=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", SPECS)
def test_plain_python_gives_the_same_figures(name, plain):
    replication = Replication(build_layout(read_network(SPECS[name])), seed=3, replication=0)
    replication.run()
    compiled = read_figures(replication)
    assert compiled.keys() == plain[name].keys()
    for figure, value in compiled.items():
        assert plain[name][figure] == pytest.approx(value, rel=1e-9, abs=1e-9, nan_ok=True), figure


def samples(distribution, n=20_000):
    """Values that the kernel gives a source's gaps, by a run that measures them."""
    document = one_station(exponential(1), {"service": distribution, "servers": None},
                           measures={"x": {"start": "desk.starts", "end": "desk.finishes"}},
                           run=run_of(n, warm_up=0, replications=1))  # fmt: skip
    return solve(document)


CASES = {
    "constant": ({"value": 2.0}, 0.0),
    "exponential": ({"mean": 2.0}, 2.0),
    "uniform": ({"low": 1.0, "high": 3.0}, 2 / math.sqrt(12)),
    "gamma": ({"mean": 2.0, "shape": 0.4}, 2 / math.sqrt(0.4)),
    "erlang": ({"mean": 2.0, "phases": 5}, 2 / math.sqrt(5)),
    "lognormal": ({"mean": 2.0, "deviation": 1.5}, 1.5),
    "triangular": ({"low": 0.0, "mode": 1.0, "high": 5.0}, math.sqrt((1 + 25 - 5) / 18)),
    "weibull": ({"scale": 2.0, "shape": 1.5},
                2 * math.sqrt(math.gamma(1 + 2 / 1.5) - math.gamma(1 + 1 / 1.5) ** 2)),
    "empirical": ({"values": [1.0, 2.0, 4.0], "weights": [1, 2, 1]},
                  math.sqrt((1 + 8 + 16) / 4 - 2.25**2)),
    "interpolated": ({"values": [0.0, 1.0, 4.0], "cumulative": [0.0, 0.5, 1.0]},
                     math.sqrt(0.5 / 3 + 0.5 * 7 - 1.5**2)),
}  # fmt: skip


def test_every_kind_is_a_case():
    assert CASES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", CASES)
def test_samples_have_the_mean_and_spread_asked_for(kind):
    parameters, deviation = CASES[kind]
    found = samples({"kind": kind, **parameters})
    lists = {k: tuple(v) if isinstance(v, list) else v for k, v in parameters.items()}
    mean = KINDS[kind](**lists).mean_time
    n = found["measure.x.count"].mean
    assert found["measure.x.mean"].mean == pytest.approx(
        mean, abs=4.5 * deviation / math.sqrt(n) + 1e-9
    )
    assert found["measure.x.deviation"].mean == pytest.approx(deviation, rel=0.06, abs=1e-6)


def words(stream, n=50_000):
    """The first words of a stream, as the kernel computes them."""
    start = np.uint64(find_stream(stream, seed=1, replication=0))
    with np.errstate(over="ignore"):
        states = start + random.GOLDEN * np.arange(1, n + 1, dtype=np.uint64)
        z = (states ^ (states >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def test_the_generator_is_splitmix64():
    """First outputs for seed 1234567, as published with the reference implementation."""
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    state = np.uint64(1234567)
    with np.errstate(over="ignore"):
        for expected in published:
            state = state + random.GOLDEN
            assert int(random.mix(state)) == expected


def test_streams_are_uniform_and_know_nothing_of_each_other():
    first, second = (
        (words(name) >> np.uint64(11)) * 2.0**-53 for name in ("station a", "station b")
    )
    for u in (first, second):
        n = len(u)
        gap = np.abs(np.sort(u) - (np.arange(n) + 0.5) / n).max()
        assert gap < 1.95 / math.sqrt(n)  # Kolmogorov-Smirnov at 0.1 %
        assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4 / math.sqrt(n)
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / math.sqrt(len(first))


def test_a_new_station_moves_no_other_stream():
    """Common random numbers: what is not touched stays as it was, to the last bit."""
    document = one_station(exponential(1.25), {"service": exponential(1)},
                           run=run_of(5_000, replications=3))  # fmt: skip
    before = solve(document)
    document["stations"] = {"annex": {"service": exponential(3)}, **document["stations"]}
    document["stations"]["desk"]["route"] = "annex"
    after = solve(document)
    np.testing.assert_array_equal(
        before.values["station.desk.wait"], after.values["station.desk.wait"]
    )


@pytest.mark.parametrize("value", [1e-9, 0.013, 0.5, 1.0, 1.004, 7.77, 1e6])
def test_buckets_hold_their_values_and_are_narrow(value):
    low, high = bucket_edges(find_bucket(value))
    assert low <= value < high
    if value > 1e-6:
        assert (high - low) / value <= 1 / 128 + 1e-12


def test_quantile_of_the_normal():
    """Wichura (1988) gives these to 16 digits."""
    for u, expected in ((0.25, -0.6744897501960817), (0.001, -3.090232306167814),
                        (1e-20, -9.262340089798408)):  # fmt: skip
        assert random.normal(u) == pytest.approx(expected, rel=1e-15)


def test_warming_prepares_what_a_run_calls():
    """In a process of its own: a run after it finds its signature compiled."""
    script = """
from tuijin.engines.flow.kernels import loop
loop.warm()
from tests.engines.flow.test_fleets import yard
from tuijin.engines.flow import read_network, simulate
simulate(read_network(yard()))
assert len(loop.advance.signatures) == 1, loop.advance.signatures
"""
    subprocess.run([sys.executable, "-c", script], check=True)
