"""
Speed of the flow engine beside its peers and beside the same loop in C.

M/M/1, M/M/4, a port year and a 20-station line, the same number of entities for all. Peers take
turns, round after round, each run in a process of its own after a short run that compiles and
warms up; processor seconds of the whole process are counted, since other work may share the
machine. A ratio is the median over rounds of peer / tuijin in the same round. Peak memory is the
process's, libraries included; that of tuijin and of cimba has numba's compiler in it.

SimPy and Ciw come with the development dependencies, cimba and salabim with
`pip install --require-hashes -r requirements/peers.txt`; a peer that is not there is left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import time

from bench.flow.models import reckon_sojourn
from bench.flow.peers import PEERS

ENTITIES = {"mm1": 100_000, "mm4": 100_000, "port": 30_769, "line": 100_000}
_MODULES = {"tuijin": "tuijin", "c": "tuijin"}


def measure(peer: str, model: str, n: int) -> dict[str, float]:
    """Run once, in this process."""
    run = PEERS[peer]()
    run(model, 200)
    started = time.process_time()
    figure = run(model, n)
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "figure": figure, "peak_mb": peak}


def measure_apart(peer: str, model: str, n: int) -> dict[str, float]:
    """Run once, in a process of its own."""
    command = [sys.executable, "-m", "bench.flow", "--one", peer, model, str(n)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=3, metavar=("PEER", "MODEL", "N"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--share", type=float, default=1.0, help="of the entities: a quick look")
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), default=list(PEERS))
    args = parser.parse_args()
    if args.one:
        peer, model, n = args.one
        print(json.dumps(measure(peer, model, int(n))))
        return
    peers = [p for p in args.peers if importlib.util.find_spec(_MODULES.get(p, p))]
    for model, n_full in ENTITIES.items():
        n = int(n_full * args.share)
        rounds = [{p: measure_apart(p, model, n) for p in peers} for _ in range(args.rounds)]
        exact = reckon_sojourn(model)
        told = "" if exact is None else f", sojourn by closed form {exact:.3f}"
        print(f"\n{model}, {n:,} entities{told}")
        for peer in peers:
            seconds = statistics.median(r[peer]["seconds"] for r in rounds)
            ratio = statistics.median(r[peer]["seconds"] / r["tuijin"]["seconds"] for r in rounds)
            peak, figure = rounds[0][peer]["peak_mb"], rounds[0][peer]["figure"]
            print(
                f"  {peer:8} {seconds:9.4f} s {ratio:9.2f} x {peak:7.0f} MB  sojourn {figure:8.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
