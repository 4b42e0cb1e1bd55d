"""
Statements against worked answers of the cost engineer's examination, to the last digit printed.

The answers print 万元 to two places. Where a source rounds on its way, the test says so.
"""

from __future__ import annotations

import numpy as np
import pytest

from tuijin.engines.returns import build_statements, read_project

WAN = 10_000.0


def wan(found, name, year):
    """A figure of a year, in 万元."""
    return found[name][year - 1] / WAN


def exam_2010():
    """
    2010, case 1: two years to build, six to run; 1,000 borrowed at 6 %, paid back in equal parts.

    The business tax of 6 % of revenue of that time stands as a resource tax: it is on revenue.
    """
    return {
        "construction_years": 2,
        "operation_years": 6,
        "assets": {"all": {"yuan_by_year": [1000 * WAN, 1000 * WAN], "life_years": 8,
                           "residual_ratio": 0.0}},
        "products": {"all": {"quantity": 1, "price": [700 * WAN, 1000 * WAN], "vat_ratio": 0,
                             "resource_tax_ratio": 0.06}},
        "costs": {"all": {"yuan_per_year": [250 * WAN, 320 * WAN]}},
        "loans": {"bank": {"share_ratio": 0.5, "rate_ratio": 0.06, "term_years": 6}},
        "working_capital": {"yuan_by_year": 300 * WAN, "equity_ratio": 1.0},
        "surcharges": {"city_construction_ratio": 0, "education_ratio": 0,
                       "local_education_ratio": 0},
        "income_tax": {"base": "statement"},
    }  # fmt: skip


def test_exam_of_2010():
    """https://m.co188.com/jh/t82694.html; residual value 100 of 2,060.90."""
    document = exam_2010()
    interest = 500 * WAN / 2 * 0.06 + (500 + 15 + 250) * WAN * 0.06
    document["assets"]["all"]["residual_ratio"] = 100 * WAN / (2000 * WAN + interest)
    found = build_statements(read_project(document))
    assert wan(found, "capitalised_interest", 1) == pytest.approx(15.00)
    assert wan(found, "capitalised_interest", 2) == pytest.approx(45.90)
    assert wan(found, "depreciation", 3) == pytest.approx(245.11, abs=0.005)
    assert wan(found, "principal", 3) == pytest.approx(176.82, abs=0.005)
    assert wan(found, "profit", 3) == pytest.approx(99.24, abs=0.011)  # rounds 176.815 before
    assert wan(found, "income_tax", 3) == pytest.approx(24.81, abs=0.005)
    assert wan(found, "residual", 8) == pytest.approx(590.22, abs=0.011)  # 245.11 x 2 + 100
    received = sum(wan(found, name, 8) for name in ("revenue", "residual", "capital_recovered"))
    assert received == pytest.approx(1890.22, abs=0.011)
    paid = ("principal", "interest", "operating_cost", "taxes_and_surcharges", "income_tax")
    assert [round(wan(found, name, 8), 2) for name in paid] == [176.82, 10.61, 320, 60, 91.07]
    assert sum(wan(found, name, 8) for name in paid) == pytest.approx(658.48, abs=0.02)
    assert wan(found, "equity_flow", 8) == pytest.approx(1231.74, abs=0.02)


def exam_with_vat():
    """
    A year to build and six to run; 500 of input VAT in an investment of 6,554.44; VAT 17 %.

    50 units at 60, 4 of input VAT a unit; 60 % load and 75 % of cost in the first year.
    """
    return {
        "construction_years": 1,
        "operation_years": 6,
        "load_ratio": [0.6, 1.0],
        "assets": {"all": {"yuan_by_year": [6054.44 * WAN], "life_years": 10,
                           "residual_ratio": 0.04, "vat_ratio": 500 / 6054.44}},
        "products": {"all": {"quantity": 50, "price": 60 * WAN, "vat_ratio": 0.17}},
        "costs": {"all": {"yuan_per_year": [600 * WAN, 800 * WAN], "varies": False,
                          "vat_ratio": [120 / 600, 200 / 800]}},
        "working_capital": {"yuan_by_year": 500 * WAN, "equity_ratio": 1.0},
        "surcharges": {"city_construction_ratio": 0.05, "education_ratio": 0.03,
                       "local_education_ratio": 0.02},
    }  # fmt: skip


def test_exam_with_input_vat_carried():
    """https://m.zggcks.com/zjgcs/stzl/mnst/alfx/109413_2.html"""
    found = build_statements(read_project(exam_with_vat()))
    vat = [round(wan(found, "vat", year), 2) for year in range(2, 8)]
    assert vat == [0, 0, 306, 310, 310, 310]
    assert wan(found, "vat_credit", 2) == pytest.approx(314)
    assert wan(found, "vat_credit", 3) == pytest.approx(4)
    assert wan(found, "taxes_and_surcharges", 4) == pytest.approx(30.6)
    assert wan(found, "depreciation", 2) == pytest.approx(581.23, abs=0.005)
    assert wan(found, "residual", 7) == pytest.approx(2567.06, abs=0.03)  # 6 x 581.23
    assert wan(found, "adjusted_income_tax", 2) == pytest.approx(154.69, abs=0.005)
    assert wan(found, "adjusted_income_tax", 7) == pytest.approx(396.94, abs=0.005)
    assert wan(found, "project_flow", 2) == pytest.approx(731.31, abs=0.005)
    assert wan(found, "project_flow", 7) == pytest.approx(4839.12, abs=0.03)  # the same


def loan_of_2200(repayment):
    return {
        "construction_years": 2,
        "operation_years": 4,
        "assets": {"all": {"yuan_by_year": [1600 * WAN, 600 * WAN], "life_years": 10}},
        "products": {"all": {"quantity": 1, "price": 2000 * WAN, "vat_ratio": 0}},
        "loans": {"bank": {"share_ratio": 1.0, "rate_ratio": 0.06, "term_years": 4,
                           "repayment": repayment}},
    }  # fmt: skip


def test_equal_parts_of_principal():
    """https://www.xiaomilidoc.com/p-10660355.html, table 2-1-1, whole 万元."""
    found = build_statements(read_project(loan_of_2200("equal_principal")))
    assert np.round(found["capitalised_interest"][:2] / WAN).tolist() == [48, 117]
    assert np.round(found["long_loans"] / WAN).tolist() == [1648, 2365, 1774, 1182, 591, 0]
    assert np.round(found["principal"][2:] / WAN).tolist() == [591] * 4
    # The source takes the year's interest from rounded balances: 142, 106, 71, 36.
    assert found["interest"][2:] / WAN == pytest.approx([142, 106, 71, 36], abs=0.6)


def test_equal_payments():
    """The same, table 2-1-2: 683 a year."""
    found = build_statements(read_project(loan_of_2200("equal_payment")))
    paid = (found["principal"] + found["interest"])[2:] / WAN
    assert paid == pytest.approx([683] * 4, abs=1)  # the source rounds the factor
    assert np.round(found["principal"][2:] / WAN) == pytest.approx([541, 574, 608, 644], abs=1)
    assert np.round(found["interest"][2:] / WAN) == pytest.approx([142, 109, 75, 39], abs=1)


def test_exam_of_a_big_plant_years_two_to_four():
    """http://examw.com/zixun/ffsw/moniti/681923/index-3.html: flow after tax, whole 万元."""
    document = {
        "construction_years": 1,
        "operation_years": 3,
        "assets": {"all": {"yuan_by_year": [105_500 * WAN], "life_years": 1,
                           "vat_ratio": 8000 / 105_500}},
        "products": {"all": {"quantity": 1, "price": [55_284 * WAN, 61_426 * WAN],
                             "vat_ratio": [8687 / 55_284, 9652 / 61_426]}},
        "costs": {"all": {"yuan_per_year": [25_093 * WAN, 27_441 * WAN],
                          "vat_ratio": [3478 / 25_093, 3865 / 27_441]}},
        "working_capital": {"yuan_by_year": [3058 * WAN, 3327 * WAN], "equity_ratio": 1.0},
        "surcharges": {"city_construction_ratio": 0.07, "education_ratio": 0.03,
                       "local_education_ratio": 0.02},
    }  # fmt: skip
    # Depreciation is 20,335 a year in the source; its terms are not told.
    document["assets"]["all"] |= {"life_years": 3, "residual_ratio": 1 - 3 * 20_335 / 105_500}
    found = build_statements(read_project(document))
    assert np.round(found["vat"] / WAN).tolist() == [0, 0, 2996, 5787]
    assert np.round(found["taxes_and_surcharges"] / WAN).tolist() == [0, 0, 360, 694]
    assert np.round(found["adjusted_income_tax"] / WAN).tolist() == [0, 2464, 3323, 3239]
    # The source adds figures rounded to whole 万元.
    assert found["project_flow"][1:3] / WAN == pytest.approx([29_878, 32_824], abs=1)
