from decimal import Decimal

import pytest

from tuijin.see.wording import write_money, write_number, write_ratio


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (Decimal(451_940_000_000), "4,519.4 亿元", "451.94 bn yuan"),
        (Decimal(100_000_000), "1 亿元", "100 M yuan"),
        (Decimal(99_999_999), "9,999.9999 万元", "99.999999 M yuan"),
        (Decimal(50_000_000), "5,000 万元", "50 M yuan"),
        (Decimal("9_999.5"), "9,999.5 元", "9,999.5 yuan"),
        (Decimal(0), "0 元", "0 yuan"),
        (Decimal(-200_000_000), "-2 亿元", "-200 M yuan"),
    ],
)
def test_money_as_people_read_it(amount: Decimal, zh: str, en: str) -> None:
    def rounded(text: str) -> str:
        digits, unit = text.split(" ", 1)
        return f"{write_number(Decimal(digits.replace(',', '')))} {unit}"

    assert write_money(amount) == rounded(zh)
    assert write_money(amount, language="en") == rounded(en)


# Published figures (Inner Mongolia, 2025) and the quotients they were printed as.
@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [(3334, 3352, "99.5%"), (2766, 3095, "89.4%"), (1918, 9158, "20.9%")],
)
def test_published_rates(numerator: int, denominator: int, shown: str) -> None:
    assert write_ratio(Decimal(numerator) / denominator) == shown


def test_a_missing_ratio_is_a_dash() -> None:
    assert write_ratio(None) == "—"
