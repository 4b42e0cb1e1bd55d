"""Random projects for properties: every feature now and then, sizes as they come."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

money = st.integers(0, 5_000).map(lambda wan: wan * 10_000.0)
ratios = st.integers(0, 100).map(lambda percent: percent / 100)
rates = st.integers(0, 20).map(lambda percent: percent / 100)
days = st.sampled_from([0.0, 15.0, 30.0, 90.0])


def yearly(values: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    return values | st.lists(values, min_size=1, max_size=5)


def _assets(n_building: int) -> st.SearchStrategy[dict[str, Any]]:
    spending = st.lists(money, min_size=1, max_size=max(1, n_building))
    return st.fixed_dictionaries(
        {
            "yuan_by_year": spending,
            "life_years": st.integers(1, 30),
            "kind": st.sampled_from(["building", "equipment", "intangible", "other"]),
            "residual_ratio": st.sampled_from([0.0, 0.05]),
            "method": st.sampled_from(["straight_line", "double_declining", "sum_of_years"]),
            "includes_vat": st.booleans(),
            "vat_ratio": st.sampled_from([0.0, 0.09, 0.13]),
            "bears_interest": st.booleans(),
        }
    )


_products = st.fixed_dictionaries(
    {
        "quantity": st.integers(0, 1000).map(float),
        "price": yearly(st.integers(0, 50_000).map(float)),
        "vat_ratio": st.sampled_from([0.0, 0.06, 0.13]),
        "includes_vat": st.booleans(),
        "resource_tax_ratio": st.sampled_from([0.0, 0.05]),
        "receivable_days": days,
    }
)
_costs = st.fixed_dictionaries(
    {
        "yuan_per_year": yearly(money),
        "varies": st.booleans(),
        "vat_ratio": st.sampled_from([0.0, 0.13]),
        "stock_days": days, "cash_days": days, "payable_days": days,
    }
)  # fmt: skip
_loans = st.fixed_dictionaries(
    {
        "share_ratio": yearly(st.sampled_from([0.0, 0.2, 0.5])),
        "rate_ratio": rates,
        "compounding": st.sampled_from([1, 4, 12]),
        "repayment": st.sampled_from(["equal_principal", "equal_payment", "as_able"]),
        "interest_in_construction": st.sampled_from(["capitalised", "paid"]),
    }
)
_income_tax = st.fixed_dictionaries(
    {
        "western": st.booleans(),
        "holiday": st.sampled_from(["none", "three_free_three_half", "two_free_three_half"]),
        "loss_years": st.integers(0, 10),
        "base": st.sampled_from(["before_financing", "statement"]),
    }
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Specs as parsed JSON; `read_project` takes every one of them."""
    n_building, n_operating = draw(st.integers(0, 4)), draw(st.integers(1, 15))

    def some(values: st.SearchStrategy[Any], *, least: int = 0) -> dict[str, Any]:
        found = draw(st.lists(values, min_size=least, max_size=2))
        return {f"n{i}": value for i, value in enumerate(found)}

    loans = some(_loans)
    for loan in loans.values():
        loan["grace_years"] = draw(st.integers(0, n_operating - 1))
        loan["term_years"] = draw(st.integers(1, n_operating - loan["grace_years"]))
    assets = some(_assets(n_building), least=1)
    for asset in assets.values():
        asset["from_year"] = max(n_building + 1, len(asset["yuan_by_year"]))
        asset["yuan_by_year"] = asset["yuan_by_year"][: n_building + n_operating]
    return {
        "construction_years": n_building,
        "operation_years": n_operating,
        "start_year": draw(st.integers(2020, 2032)),
        "benchmark_ratio": 0.1,
        "equity_benchmark_ratio": 0.12,
        "load_ratio": draw(yearly(ratios)),
        "assets": assets,
        "products": some(_products, least=1),
        "costs": some(_costs),
        "loans": loans,
        "short_rate_ratio": draw(rates),
        "working_capital": {
            "yuan_by_year": draw(yearly(money)),
            "varies": draw(st.booleans()),
            "equity_ratio": draw(yearly(ratios)),
            "rate_ratio": draw(rates),
        },
        "income_tax": draw(_income_tax),
        "other_taxes": {"land": {"kind": "land_use", "yuan_per_year": draw(money) / 100}},
        "subsidies": some(
            st.fixed_dictionaries({"yuan_per_year": yearly(money), "taxed": st.booleans()})
        ),
        "distribution": {"payout_ratio": draw(ratios)},
    }
