"""Accounting identities on random projects; the kernel and the plain statements are the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.engines.returns.random_projects import documents
from tuijin.engines.returns import appraise, read_project
from tuijin.engines.returns.statements import build_statements

many = settings(max_examples=150, deadline=None)


def near(size):
    """Sums of yuan agree to a millionth of a yuan, or to the last digits of large ones."""
    return pytest.approx(size, rel=1e-9, abs=1e-5)


@many
@given(documents())
def test_balance_sheet_balances_every_year(document):
    found = build_statements(read_project(document))
    assert found["assets"] == near(found["liabilities"] + found["equity"])


@many
@given(documents())
def test_cash_is_conserved(document):
    """What owners put in comes back as dividends, as cash, or as the rest at the end."""
    found = build_statements(read_project(document))
    cash = np.diff(found["cash"], prepend=0.0)
    ends = found["residual"] + found["capital_recovered"] - found["debts_settled"]
    assert found["equity_flow"] == near(found["dividends"] + cash - found["equity_paid_in"] + ends)
    assert found["surplus"] == near(cash)
    assert (found["cash"] >= 0).all()


@many
@given(documents())
def test_loans_are_paid_back(document):
    project = read_project(document)
    found = build_statements(project)
    capitalised = found["capitalised_interest"] - found["paid_interest"]
    owed = np.cumsum(found["loan_drawn"] + capitalised - found["principal"])
    assert found["long_loans"] == near(owed)
    able = any(loan.repayment == "as_able" for loan in project.loans.values())
    late = any(asset.from_year for asset in project.assets.values())
    if not able and project.construction_years and not late:
        assert found["long_loans"][-1] == near(0.0)


@many
@given(documents())
def test_vat_is_paid_or_carried(document):
    found = build_statements(read_project(document))
    due = found["output_vat"] - found["input_vat"] - found["investment_vat"]
    assert np.cumsum(found["vat"]) - found["vat_credit"] == near(np.cumsum(due))
    assert not (found["vat"] * found["vat_credit"]).any()


@many
@given(documents())
def test_kernel_and_statements_agree(document):
    project = read_project(document)
    series, figures = build_statements(project), appraise(project)
    v = 1.1 ** -np.arange(1.0, project.n_years + 1)
    assert figures.npv_before_tax_yuan[0] == near(series["project_flow_before_tax"] @ v)
    assert figures.npv_yuan[0] == near(series["project_flow"] @ v)
    ve = 1.12 ** -np.arange(1.0, project.n_years + 1)
    assert figures.equity_npv_yuan[0] == near(series["equity_flow"] @ ve)
    paid = series["vat"] + series["taxes_and_surcharges"] + series["income_tax"]
    assert figures.taxes_yuan[0] == near(paid.sum())
    assert figures.max_short_yuan[0] == near(series["short_loan"].max())
