"""What stands on a ballot that was filled in, on a page or through the API."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tuijin.errors import ImportFailed
from tuijin.importers.decimals import parse_decimal
from tuijin.importers.faults import Fault


def read_ranks(given: Mapping[str, Any]) -> dict[int, int]:
    """
    Return the rank of each stop, both as text or number.

    Raises
    ------
    ImportFailed
        `ballot`, if a rank is no number.
    """
    return {read_number(stop): read_number(rank) for stop, rank in given.items()}


def read_number(given: Any) -> int:
    text = str(given)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ImportFailed("请给每个观摩点选一个名次", code="ballot")
    return int(text)


def read_marks(given: Mapping[str, Any]) -> dict[str, Decimal]:
    """
    Return the points of each criterion.

    Raises
    ------
    ImportFailed
        `ballot`, if they are no decimal number.
    """
    try:
        return {code: parse_decimal(str(points)) for code, points in given.items()}
    except Fault as fault:
        raise ImportFailed("请给每一项计分", code="ballot") from fault
