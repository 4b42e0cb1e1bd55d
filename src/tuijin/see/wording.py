"""How figures are written for people: money in 亿元 or 万元, shares in percent. Pure."""

from __future__ import annotations

from decimal import Decimal

Number = Decimal | int | float

_STEPS_ZH = ((Decimal(100_000_000), "亿元"), (Decimal(10_000), "万元"), (Decimal(1), "元"))
_STEPS_EN = (
    (Decimal(1_000_000_000), "bn yuan"),
    (Decimal(1_000_000), "M yuan"),
    (Decimal(1), "yuan"),
)


def split_money(amount_yuan: Number, *, language: str = "zh-hans") -> tuple[str, str]:
    """Return the digits and the unit a reader of `language` expects, two decimals at most."""
    amount = Decimal(str(amount_yuan))
    steps = _STEPS_EN if language.startswith("en") else _STEPS_ZH
    step, unit = next((s for s in steps if abs(amount) >= s[0]), steps[-1])
    return write_number(amount / step), unit


def write_money(amount_yuan: Number, *, language: str = "zh-hans") -> str:
    digits, unit = split_money(amount_yuan, language=language)
    return f"{digits} {unit}"


def write_number(value: Number, *, places: int = 2) -> str:
    """Thousands in groups of three, no needless zeros."""
    text = f"{Decimal(str(value)):,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_ratio(ratio: Number | None, *, places: int = 1) -> str:
    """A ratio from 0 to 1 as a percentage; a dash where there is none."""
    return "—" if ratio is None else f"{write_number(Decimal(str(ratio)) * 100, places=places)}%"
