"""Decimals and money: the pattern is checked before any number is built (security reference 9)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

import numpy as np

from tuijin.importers.faults import Fault
from tuijin.units import UNITS, Unit

_PLAIN = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,6})?", re.ASCII)
_WITH_SUFFIX = re.compile(r"([-\d.,]{1,30}) ?([^-\d.,\s][^\d\s]{0,15})", re.ASCII)
MAX_MONEY_YUAN = Decimal(1_000_000_000_000)  # 10,000 亿元
_FEN = Decimal("0.01")
DECIMAL_EXPECTED = "数字，最多12位整数、6位小数，不用科学计数法；千位分隔须每三位一个"
UNIT_EXPECTED = "表头或单元格写明单位，如（万元）"


def _unit_labels() -> dict[str, str]:
    labels: dict[str, str] = {}
    for unit in UNITS.values():
        for label in (unit.code, unit.zh, unit.en):
            labels.setdefault(unicodedata.normalize("NFKC", label).lower(), unit.code)
    labels.update({"万": "wan_yuan", "亿": "yi_yuan", "人民币元": "yuan", "人民币万元": "wan_yuan"})
    return labels


UNIT_BY_LABEL = _unit_labels()


def find_unit(label: str) -> str | None:
    """Return the code of a unit written in Chinese, English or as its code."""
    return UNIT_BY_LABEL.get(unicodedata.normalize("NFKC", label).strip().lower())


def parse_decimal(text: str) -> Decimal:
    """
    Read one decimal without a unit.

    Raises
    ------
    Fault
        decimal
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(",", ""))
    raise Fault("decimal", DECIMAL_EXPECTED)


def split_unit(text: str, *, base: str) -> tuple[Decimal, Unit | None]:
    """
    Read a decimal and the unit written behind it, which must measure the same thing as `base`.

    Raises
    ------
    Fault
        decimal, unit
    """
    text = unicodedata.normalize("NFKC", text).strip()
    found = _WITH_SUFFIX.fullmatch(text)
    if not found:
        return parse_decimal(text), None
    unit = UNITS.get(UNIT_BY_LABEL.get(found[2].lower(), ""))
    if unit is None or unit.base != base:
        raise Fault("unit", UNIT_EXPECTED)
    return parse_decimal(found[1]), unit


def build_measure_reader(base: str, *, unit: str | None) -> Callable[[str], Decimal]:
    """Build a reader of texts into decimals of the base unit; "" is a pure number."""

    def read(text: str) -> Decimal:
        value, own = split_unit(text, base=base) if base else (parse_decimal(text), None)
        factor = own.factor if own else UNITS[unit].factor if unit else None
        if factor is None and base:
            raise Fault("unit_missing", UNIT_EXPECTED)
        return value if factor is None else value * factor

    return read


def check_money(value: Decimal, *, signed: bool) -> Decimal:
    """Refuse what is not whole 分 or out of range."""
    if value != value.quantize(_FEN):
        raise Fault("money_precision", "金额精确到分")
    check_range(value, signed=signed, limit=MAX_MONEY_YUAN, unit="wan_yuan")
    whole = value.to_integral_value()
    return whole if whole == value else value.quantize(_FEN)


def check_range(value: Decimal, *, signed: bool, limit: Decimal, unit: str | None = None) -> None:
    if abs(value) > limit or (value < 0 and not signed):
        raise Fault("out_of_range", say_range(limit, signed=signed, unit=unit))


def say_range(limit: Decimal, *, signed: bool, unit: str | None) -> str:
    """`0 至 100,000,000 万元`: a limit in the base unit, said in the column's own."""
    known = UNITS.get(unit or "")
    most = f"{limit / (known.factor if known else 1):,f}"
    word = f" {known.zh}" if known else ""
    return f"{f'-{most}' if signed else '0'} 至 {most}{word}"


def scale_numbers(
    numbers: np.ndarray, *, places: int, factor: Decimal = Decimal(1)
) -> tuple[np.ndarray, np.ndarray]:
    """
    Turn spreadsheet numbers into whole multiples of 10**-places, exactly or not at all.

    A spreadsheet holds binary floats and shows 15 digits; so a number counts as a decimal of at
    most six places when it lies within one part in 10**15 of one.

    Parameters
    ----------
    numbers
        Shape (n,).
    factor
        Unit: the whole numbers are of `numbers * factor`.

    Returns
    -------
    wholes, is_exact
        int64 and bool, shape (n,).
    """
    with np.errstate(over="ignore", invalid="ignore"):
        micro = np.rint(numbers * 1e6)
        near = np.abs(numbers * 1e6 - micro) <= np.maximum(np.abs(micro) * 2e-15, 1e-9)
    is_exact = near & (np.abs(numbers) < 1e12)
    micro = np.where(is_exact, micro, 0)
    scaled = factor * Decimal(10) ** (places - 6)
    if scaled >= 1:
        fits = np.abs(micro) * float(scaled) < 9.0e18
        wholes = np.where(fits, micro, 0).astype(np.int64) * int(scaled)
        return wholes, is_exact & fits
    divisor = int(1 / scaled)
    wholes, rest = np.divmod(micro.astype(np.int64), divisor)
    return wholes, is_exact & (rest == 0)


def build_decimals(wholes: np.ndarray, *, places: int) -> np.ndarray:
    """Build an object array of `Decimal` from whole multiples of 10**-places."""
    while places and not (wholes % 10).any():
        wholes, places = wholes // 10, places - 1
    out = np.empty(wholes.size, dtype=object)
    values = map(Decimal, wholes.tolist())
    out[:] = [v.scaleb(-places) for v in values] if places else list(values)
    return out
