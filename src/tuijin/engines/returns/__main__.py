"""`python -m tuijin.engines.returns`: compile the kernels, so that no appraisal has to wait."""

from __future__ import annotations

from datetime import date

import numpy as np

from tuijin.engines.returns.dated import dated_rates
from tuijin.engines.returns.rates import internal_rates, internal_rates_of_rows
from tuijin.engines.returns.reading import read_project
from tuijin.engines.returns.risk import simulate

_PROJECT = {
    "construction_years": 1,
    "operation_years": 2,
    "assets": {"works": {"yuan_by_year": [1e6], "life_years": 2}},
    "products": {"metal": {"quantity": 10, "price": 1e5}},
}


def warm() -> None:
    """Use each compiled function once, with the types that appraisals give it."""
    simulate(read_project(_PROJECT), n_draws=2, seed=1)
    flows = np.array([-100.0, 60.0, 60.0])
    internal_rates(flows)
    internal_rates_of_rows(np.stack([flows, flows]))
    dated_rates([date(2026, 1, 1), date(2027, 1, 1)], [-100.0, 110.0])


if __name__ == "__main__":
    warm()
