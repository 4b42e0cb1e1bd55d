"""The formula language: what it works out, what it refuses, and that ranges hold every answer."""

from __future__ import annotations

import operator
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuijin.errors import ClaimMalformed
from tuijin.verify.expressions import (
    DivisorMayBeZero,
    Quantity,
    evaluate,
    parse,
    parse_unit,
)


def exact(number, unit=None):
    return Quantity(Decimal(number), Decimal(number), unit and parse_unit(unit))


def work(text, **values):
    found = evaluate(parse(text), values)
    assert found.low == found.high
    return found.low


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1 + 2 × 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 − 4 - 3", "3"),
        ("8 ÷ 4 / 2", "1"),
        ("-2 * -3", "6"),
        ("0.1 + 0.2 == 0.3", "1"),
        ("min(3, 1, 2) + max(1, 2) + abs(-5)", "8"),
        ("if(2 ≤ 1, 10, 20)", "20"),
        ("if(1 < 2, 10, 20)", "10"),
    ],
)
def test_arithmetic(text, answer):
    assert work(text) == Decimal(answer)


def test_units_are_carried_and_checked():
    sales, output = exact("2500000000", "yuan_per_year"), exact("94500", "t_per_year")
    price = evaluate(parse("sales / output"), {"sales": sales, "output": output})
    assert price.unit == parse_unit("yuan_per_t")
    assert round(price.low) == 26455
    assert evaluate(parse("max(sales, 0)"), {"sales": sales}).unit == sales.unit
    with pytest.raises(ClaimMalformed, match="units do not fit"):
        evaluate(parse("sales + output"), {"sales": sales, "output": output})


def test_units_are_taken_apart():
    fleet = {
        "trips": exact(10, "minutes_per_day"), "cycle": exact(5, "minutes"),
        "days": exact(330, "days_per_year"), "load": exact(65, "t"), "agvs": exact(3, "count"),
    }  # fmt: skip
    found = evaluate(parse("agvs * load * trips / cycle * days"), fleet)
    assert (found.low, found.unit) == (Decimal(128_700), parse_unit("t_per_year"))
    power = {"size": exact(200, "mw"), "hours": exact(1854, "hours_per_year")}
    assert evaluate(parse("size * hours"), power).unit == parse_unit("mwh_per_year")


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "a b", "a[0]", "a.b.c", "__import__('os')", "f(1)", "a ** 2", "1e999", "'x'",
        "a; b", "lambda: 1", "a if b else c", "1 < 2 < 3", "min(1)", "if(1, 2)", "a or b", "{}",
        "1_000", "１２", "(" * 40 + "1" + ")" * 40, "-" * 60 + "1", "a := 1", "a == b == c", "@",
    ],
)  # fmt: skip
def test_refused(text):
    with pytest.raises(ClaimMalformed) as refusal:
        parse(text)
    assert refusal.value.code == "expression"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused(text):
    with suppress(ClaimMalformed):
        parse(text)


def test_names_in_order():
    assert parse("b + place.gdp_yuan * b / a").names == ("b", "place.gdp_yuan", "a")


def test_a_divisor_that_may_be_zero():
    with pytest.raises(DivisorMayBeZero):
        evaluate(parse("1 / a"), {"a": Quantity(Decimal(-1), Decimal(1))})


def test_a_comparison_of_overlapping_ranges_is_open():
    wide = Quantity(Decimal(1), Decimal(3))
    assert evaluate(parse("a <= 2"), {"a": wide}) == Quantity(Decimal(0), Decimal(1), {})
    chosen = evaluate(parse("if(a > 2, 10, 20)"), {"a": wide})
    assert (chosen.low, chosen.high) == (10, 20)


ranges = st.tuples(st.integers(-50, 50), st.integers(0, 30)).map(lambda t: (t[0], t[0] + t[1]))
OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


@settings(deadline=None)
@given(ranges, ranges, st.sampled_from("+-*/"), st.floats(0, 1), st.floats(0, 1))
def test_the_range_holds_every_point(a, b, sign, at_a, at_b):
    quantities = {k: Quantity(Decimal(r[0]), Decimal(r[1])) for k, r in (("a", a), ("b", b))}
    try:
        found = evaluate(parse(f"a {sign} b"), quantities)
    except DivisorMayBeZero:
        assert b[0] <= 0 <= b[1]
        return
    x, y = a[0] + at_a * (a[1] - a[0]), b[0] + at_b * (b[1] - b[0])
    point = OPERATIONS[sign](x, y)
    assert float(found.low) - 1e-9 <= point <= float(found.high) + 1e-9
