"""
Draws side by side: LANES of them go through the years together.

A *row* is LANES numbers, one a draw. All rows of a step stand in one flat array at places known to
the compiler, which is how it sees that rows do not overlap and turns each loop over lanes into
vector instructions (about three times as fast as draw by draw).
"""

from __future__ import annotations

LANES = 32


def _rows(first: int, count: int) -> range:
    return range(first * LANES, (first + count) * LANES, LANES)


# Amounts of the year, in the order of the channels.
(
    REVENUE, OUTPUT_VAT, COST, INPUT_VAT, OTHER_TAX, SUBSIDY, UNTAXED, INVESTMENT, INVESTMENT_VAT,
    WRITTEN_OFF, CAPITAL,
) = _rows(0, 11)  # fmt: skip
# What one year leaves to the next.
(
    CREDIT, CASH, SHORT, EARNED, RESERVE, PAID_IN, HELD, HELD_LOAN, BOOK, INTEREST_IN,
    INTEREST_BOOK, TAXES, MIN_DSCR, MOST_SHORT,
) = _rows(11, 14)  # fmt: skip
# What is worked out within the year.
(
    VAT_DUE, LEVIED, DRAWN, INTEREST, CAPITALISED, PAID_INTEREST, PRINCIPAL, NEEDED, CAPITAL_DRAWN,
    CAPITAL_EQUITY, RUNNING, INTEREST_WRITTEN, GROSS, PROFIT, TAX, ADJUSTED, OPERATING, FLOW,
    AVAILABLE, LEFT, PUT_IN, BEFORE_TAX, AFTER_TAX, EQUITY_FLOW,
) = _rows(25, 24)  # fmt: skip
N_ROWS = 49

# Rows of a loan: what is owed, the part or payment agreed on.
N_LOAN_ROWS = 2
