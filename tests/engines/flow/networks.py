"""Small networks that the tests vary."""

from __future__ import annotations

from tuijin.engines.flow import read_network, simulate


def exponential(mean):
    return {"kind": "exponential", "mean": mean}


def run_of(horizon=20_000, *, warm_up=1_000, replications=20, seed=1, **more):
    return {"horizon": horizon, "warm_up": warm_up, "replications": replications, "seed": seed,
            **more}  # fmt: skip


def one_station(every, station, *, run=None, **parts):
    """A source, a station, the exit."""
    return {
        "time_unit": "minutes",
        "sources": {"in": {"to": "desk", "every": every}},
        "stations": {"desk": station},
        "run": run or run_of(),
        **parts,
    }


def solve(document, **how):
    return simulate(read_network(document), **how)


def assert_within(estimate, expected, *, relative=0.0):
    """
    The truth lies in the 99.9 % interval (the estimate's own is 95 %), widened by `relative`.

    Seeds are fixed, so this either always or never holds; a wrong model is far outside.
    """
    half = (estimate.high - estimate.low) / 2 * 1.9 + relative * abs(expected)
    assert abs(estimate.mean - expected) <= half, (estimate, expected)
    if expected:
        assert half <= 0.12 * abs(expected), f"interval too wide to say anything: {estimate}"
