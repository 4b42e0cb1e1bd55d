"""Dates as clerks write them; plain dates, never through an instant (security reference 9)."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date

import numpy as np

from tuijin.importers.faults import Fault

DATE_EXPECTED = "日期，如 2026-11-23、2026/11/23 或 2026年11月23日，1900 至 2100 年"
MONTH_EXPECTED = "月份，如 2025-09 或 2025年9月"
PERIOD_EXPECTED = "报告期，如 2025-09 或 2025-09上旬"
_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号])", re.ASCII
)
_MONTH = re.compile(r"(\d{4})(?:-(\d{1,2})|/(\d{1,2})|年(\d{1,2})月份?)([上中下]旬)?", re.ASCII)
_EPOCH_1900 = date(1899, 12, 30).toordinal()  # right from serial 61 on
_EPOCH_1904 = date(1904, 1, 1).toordinal()
_LAST = date(2100, 12, 31).toordinal()
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def parse_date(text: str) -> date:
    """
    Read one day; a month alone is its last day, because a promise for September is kept in it.

    Raises
    ------
    Fault
        date
    """
    text = _clean(text)
    found = _DAY.fullmatch(text)
    try:
        if found:
            year, month, day = (int(part) for part in found.groups() if part)
            return _checked(date(year, month, day))
        year, month, part = split_month(text)
        if not part:
            return _checked(date(year, month, calendar.monthrange(year, month)[1]))
    except (Fault, ValueError):
        pass
    raise Fault("date", DATE_EXPECTED)


def is_month_only(text: str) -> bool:
    """Whether a readable date names no day."""
    return not _DAY.fullmatch(_clean(text))


def split_month(text: str) -> tuple[int, int, str]:
    """
    Read a month and the 旬 behind it, if any.

    Raises
    ------
    Fault
        month
    """
    found = _MONTH.fullmatch(_clean(text))
    if found:
        year, month = (int(part) for part in found.groups()[:4] if part)
        if _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12:
            return year, month, found[5] or ""
    raise Fault("month", MONTH_EXPECTED)


def parse_month(text: str) -> date:
    """Read a month as its first day."""
    year, month, part = split_month(text)
    if part:
        raise Fault("month", MONTH_EXPECTED)
    return date(year, month, 1)


def parse_period(text: str) -> str:
    """Read a month as `2025-09`, a 旬 of it as `2025-09-1` … `-3`."""
    short = re.fullmatch(r"(\d{4}-\d{2})-([123])", _clean(text), re.ASCII)
    try:
        year, month, part = split_month(short[1] if short else text)
    except Fault:
        raise Fault("period", PERIOD_EXPECTED) from None
    tenth = short[2] if short else str("上中下".index(part[0]) + 1) if part else ""
    return f"{year:04}-{month:02}" + (f"-{tenth}" if tenth else "")


def show_period(period: str) -> str:
    """Write a period as it is read by people: `2025-09上旬`."""
    return period[:7] + "上中下"[int(period[8]) - 1] + "旬" if len(period) > 7 else period


def read_serials(
    numbers: np.ndarray, *, dated: np.ndarray, epoch_1904: bool
) -> tuple[np.ndarray, np.ndarray]:
    """
    Turn spreadsheet serial numbers into ordinals of dates, with a fault code where that fails.

    A bare 2025 in a date column is more likely a year than a day in 1905, so it is refused unless
    the cell is formatted as a date. A time of day is dropped only from a cell formatted as a date.

    Returns
    -------
    ordinals, faults
        int64, and object array of code or None; shape (n,).
    """
    days = np.floor(np.where(np.abs(numbers) < 1e7, numbers, 1e7))
    ordinals = days.astype(np.int64)
    if epoch_1904:
        ordinals = ordinals + _EPOCH_1904
        too_early = days < 0
    else:
        ordinals = ordinals + _EPOCH_1900 + (days < 60)  # 1900-02-29 never was
        too_early = days < 1
    faults = np.full(numbers.size, None, dtype=object)
    faults[~dated & ((days != numbers) | ((days >= 1900) & (days <= 2100)))] = "date_ambiguous"
    faults[too_early | (ordinals > _LAST)] = "date"
    if not epoch_1904:
        faults[days == 60] = "date_1900_02_29"
    return np.where(faults == None, ordinals, 1), faults  # noqa: E711  # element by element


def _clean(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "").strip()


def _checked(value: date) -> date:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise Fault("date", DATE_EXPECTED)
    return value
