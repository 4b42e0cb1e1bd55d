"""Where the numbers of a project stand in the tables of the kernel."""

from __future__ import annotations

# What a series adds to.
(
    REVENUE, OUTPUT_VAT, COST, INPUT_VAT, OTHER_TAX, SUBSIDY, UNTAXED, INVESTMENT, INVESTMENT_VAT,
    WRITTEN_OFF, CAPITAL,
) = range(11)  # fmt: skip
N_CHANNELS = 11

# Rows of the table of years.
TAX_RATE, INTEREST_WRITTEN_OFF, CAPITAL_EQUITY = range(3)

# Columns of the table of loans.
RATE, REPAYMENT, FIRST_YEAR, TERM, IS_PAID = range(5)
EQUAL_PRINCIPAL, EQUAL_PAYMENT, AS_ABLE = range(3)

# Scalars of a project.
(
    N_BUILDING, SURCHARGE, CAPITAL_RATE, SHORT_RATE, LOSS_YEARS, BEFORE_FINANCING, RESERVE, PAYOUT,
    BENCHMARK, EQUITY_BENCHMARK,
) = range(10)  # fmt: skip

# Rows of what the kernel returns for a draw.
(
    IRR_BEFORE_TAX, IRR, EQUITY_IRR, NPV_BEFORE_TAX, NPV, EQUITY_NPV, PAYBACK, DISCOUNTED_PAYBACK,
    MIN_DSCR, TAXES, MOST_SHORT,
) = range(11)  # fmt: skip
N_FIGURES = 11
