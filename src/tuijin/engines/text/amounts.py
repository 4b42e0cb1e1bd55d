"""Numbers with units: money in 亿, areas, capacities, counts; ranges as two numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

NUMBER = r"\d{1,9}(?:,\d{3})*(?:\.\d{1,6})?"
_RANGE = rf"(?P<a>{NUMBER})(?P<ua>[万亿]?)元?(?:(?:[-－—~～至到]|多?至)(?P<b>{NUMBER}))?"
MONEY = re.compile(
    rf"{_RANGE}(?P<more>[余多]?)个?(?P<unit>[万亿])(?P<more2>[余多]?)"
    rf"(?P<money>(?:人民币|美)?元|美金)?(?P<tail>人民币|以上|左右)?"
)
_YI = {"万": Decimal("0.0001"), "亿": Decimal(1)}

Value = int | float | list[int | float]


@dataclass(frozen=True, slots=True)
class Money:
    """
    A sum in 亿 of its currency.

    Parameters
    ----------
    before, after
        Text of the clause on either side, from which its meaning is read.
    """

    value_yi: Value
    is_usd: bool
    start: int
    end: int


def plain(number: Decimal) -> int | float:
    """Whole numbers as int, others as float."""
    return int(number) if number == number.to_integral_value() else float(number)


def read_number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def find_money(text: str) -> Iterator[Money]:
    """
    Sums in 万 or 亿 that are money: with 元, or a bare 亿 behind a word for money.

    Whether a bare 亿 is money is left to the caller, who knows the words before it.
    """
    for match in MONEY.finditer(text):
        unit = match["unit"]
        money = match["money"] or ""
        if not money and unit == "万":
            continue
        rest = text[match.end() : match.end() + 2]
        if not money and re.match(r"[千百十]|[^\W\d_]", rest) and not _goes_on(rest):
            continue
        values = [read_number(match["a"]) * _YI[match["ua"] or unit]]
        if match["b"]:
            values.append(read_number(match["b"]) * _YI[unit])
        elif match["ua"]:
            continue
        numbers = [plain(value) for value in values]
        value: Value = numbers if len(numbers) > 1 else numbers[0]
        yield Money(value, "美" in money, match.start(), match.end())


def _goes_on(rest: str) -> bool:
    """Whether what follows a bare 亿 is not the thing counted: 70亿的销售额, 投资12亿建设."""
    return rest[0] in "的在于建扩投购成元开"
