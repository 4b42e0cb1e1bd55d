"""
Draws side by side: LANES of them go through the years together.

A *row* is LANES numbers, one a draw. All rows of a step stand in one flat array at places known to
the compiler, which is how it sees that rows do not overlap and turns each loop over lanes into
vector instructions. Places and lanes are unsigned: of a signed number it would ask each time
whether it counts from the end, and not vectorise (a third of the speed).
"""

from __future__ import annotations

import numpy as np

LANES = 64
WIDE = np.uint64(LANES)


def rows(first: int, count: int) -> list[np.uint64]:
    """Where each of `count` rows begins, the first of them after `first` others."""
    return [np.uint64((first + n) * LANES) for n in range(count)]


# Amounts of the year, in the order of the channels.
(
    REVENUE, OUTPUT_VAT, COST, INPUT_VAT, OTHER_TAX, SUBSIDY, UNTAXED, INVESTMENT, INVESTMENT_VAT,
    WRITTEN_OFF, CAPITAL,
) = rows(0, 11)  # fmt: skip
# What one year leaves to the next.
(
    CREDIT, CASH, SHORT, EARNED, RESERVE, PAID_IN, HELD, HELD_LOAN, BOOK, INTEREST_IN,
    INTEREST_BOOK, TAXES, MIN_DSCR, MOST_SHORT,
) = rows(11, 14)  # fmt: skip
# What is worked out within the year.
(
    VAT_DUE, LEVIED, DRAWN, INTEREST, CAPITALISED, PAID_INTEREST, PRINCIPAL, NEEDED, CAPITAL_DRAWN,
    CAPITAL_EQUITY, RUNNING, INTEREST_WRITTEN, GROSS, PROFIT, TAX, OPERATING, FLOW, AVAILABLE, LEFT,
    PUT_IN, BEFORE_TAX, EQUITY_FLOW,
) = rows(25, 22)  # fmt: skip
# What multiplies the rates of a draw.
SURCHARGE_BY, TAX_BY = rows(47, 2)
N_ROWS = 49

# Rows of a loan: what is owed, the part or payment agreed on.
N_LOAN_ROWS = 2
