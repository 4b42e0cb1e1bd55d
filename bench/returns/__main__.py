"""
Speed of the returns engine beside its peers.

`rates`: internal rates of 1,000,000 flows of 26 years, 2 in 100 with several changes of sign, whose
answers are checked. Peers do a share of the rows each round, since they take minutes for all.
`portfolio`: 650 projects x 10,000 draws x 25 years with loans and full tax, beside the same sums in
plain numpy (whole arrays, year by year; as many rates as asked of us) and LibreOffice recalculating
650 workbooks' worth of rows. Every rate of one project's draws is checked by the full solver.

Processor seconds of the process, since other work may share the machine; peers take turns round
after round, and a ratio is the median over rounds of peer / tuijin in the same round.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy_financial
import pyxirr
from scipy.optimize import brentq

from bench.returns.plain_numpy import appraise_plainly, plain_flows
from bench.returns.plants import Factors, build_plants, count_draws
from bench.returns.workbook import recalculate_portfolio
from tuijin.engines.returns import (
    FIGURES,
    Project,
    RateStatus,
    appraise,
    appraise_all,
    internal_rates,
    internal_rates_of_rows,
)

N_YEARS = 26
PEER_ROWS = 2000


def make_flows(n_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Flows, and which of them are products of (1 - v (1 + r)): their roots are 10 and 30 %."""
    rng = np.random.default_rng(1)
    flows = rng.uniform(50, 400, (n_rows, N_YEARS))
    flows[:, 0], flows[:, 1] = -1500, -300
    several, none = np.arange(0, n_rows, 100), np.arange(1, n_rows, 100)
    flows[several] = 0.0
    flows[several, :3] = [-1000, 2400, -1430]
    flows[none, :] = rng.uniform(1, 2, (none.size, N_YEARS))
    kinds = np.full(n_rows, RateStatus.ONE, dtype=np.uint8)
    kinds[several], kinds[none] = RateStatus.SEVERAL, RateStatus.NONE
    return flows, kinds


def time_it(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def by_scipy(row: np.ndarray) -> float:
    t = np.arange(row.size)
    try:
        return float(brentq(lambda rate: row @ (1 + rate) ** -t, -0.99, 10.0))
    except ValueError:
        return float("nan")


def compare_rates(n_rows: int, rounds: int) -> None:
    flows, kinds = make_flows(n_rows)
    internal_rates_of_rows(flows[:64])
    peers: dict[str, Callable[[np.ndarray], float]] = {
        "pyxirr": lambda row: pyxirr.irr(row, silent=True), "numpy-financial": numpy_financial.irr,
        "scipy brentq": by_scipy,
    }  # fmt: skip
    ours, ratios = [], {name: [] for name in peers}
    for n in range(rounds):
        seconds = time_it(lambda: internal_rates_of_rows(flows)) / n_rows
        ours.append(seconds)
        some = flows[n * PEER_ROWS : (n + 1) * PEER_ROWS]
        for name, peer in peers.items():
            n_own = PEER_ROWS if name == "pyxirr" else PEER_ROWS // 10
            own = some[:n_own]
            took = time_it(lambda own=own, peer=peer: [peer(row) for row in own]) / n_own
            ratios[name].append(took / seconds)
    rates, statuses = internal_rates_of_rows(flows)
    wrong = int((statuses != kinds).sum())
    several = rates[kinds == RateStatus.SEVERAL]
    wrong += int((abs(several - 0.1) > 1e-9).sum())
    row_ns = statistics.median(ours) * 1e9
    print(f"rates of {n_rows:,} x {N_YEARS}: {row_ns:.0f} ns a row, one core;"
          f" {wrong} of {n_rows:,} wrong")  # fmt: skip
    for name, found in ratios.items():
        print(f"  {name:16} {statistics.median(found):9.1f} x")


# What a portfolio is asked first: does it pay, and how likely does it miss the benchmark.
AFTER_TAX = ("irr_ratio", "npv_yuan")


def compare_portfolio(n_projects: int, n_draws: int, rounds: int) -> None:
    plants, factors = build_plants(n_projects, n_draws)
    for title, figures, flows in (
        ("rate and value after tax", AFTER_TAX, ("after",)),
        ("every figure, three rates", FIGURES, ("before", "after", "equity")),
    ):
        appraise_all(plants[:1], factors=factors[:1], figures=figures)
        walls, ratios, ours = [], [], []
        for _ in range(rounds):
            started = time.perf_counter()
            run = partial(appraise_all, plants, factors=factors, figures=figures)
            seconds = time_it(partial(run, threads=os.cpu_count() or 1))
            walls.append(time.perf_counter() - started)
            ours.append(seconds)
            took = time_it(partial(appraise_plainly, plants[0], factors[0], wanted=flows))
            ratios.append(took * n_projects / seconds)
        draw_ns = statistics.median(ours) / count_draws(factors) * 1e9
        print(f"portfolio, {n_projects} x {n_draws:,} x 25 years, {title}:"
              f" {statistics.median(walls):.2f} s wall, {statistics.median(ours):.2f} s of"
              f" processor, {draw_ns:.0f} ns a draw")  # fmt: skip
        print(f"  plain numpy      {statistics.median(ratios):9.1f} x")
    wrong, looked_at = count_wrong(plants[0], factors[0])
    print(f"  {wrong} of {looked_at:,} rates differ from the full solver's")
    once = time_it(lambda: appraise_all(plants))
    office = recalculate_portfolio(plants)
    if office is not None:
        print(f"  {n_projects} plants once: {once:.3f} s; LibreOffice {office:.1f} s,"
              f" {office / once:.0f} x")  # fmt: skip


def count_wrong(plant: Project, factors: Factors) -> tuple[int, int]:
    """
    Rates that are not what all roots of the plain flows say, and how many were looked at.

    Draws that call for a short loan, which the plain sums leave out, have no plain flow of owners.
    """
    found, flows = appraise(plant, factors=factors), plain_flows(plant, factors)
    wrong = looked_at = 0
    for name, rates, statuses in (
        ("before", found.irr_before_tax_ratio, found.irr_before_tax_status),
        ("after", found.irr_ratio, found.irr_status),
        ("equity", found.equity_irr_ratio, found.equity_irr_status),
    ):
        comparable = (found.max_short_yuan == 0) | (name != "equity")
        for draw in np.flatnonzero(comparable):
            one = internal_rates(flows[name][:, draw])
            rate = rates[draw]
            is_same = abs(rate - one.rate_ratio) <= 1e-9 or np.isnan([rate, one.rate_ratio]).all()
            wrong += not (is_same and statuses[draw] == one.status)
        looked_at += int(comparable.sum())
    return wrong, looked_at


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.returns", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--projects", type=int, default=650)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    compare_rates(args.rows, args.rounds)
    compare_portfolio(args.projects, args.draws, args.rounds)


if __name__ == "__main__":
    main()
