"""Keyset pages: as fast at the last page as at the first."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from types import NoneType
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from tuijin.errors import ImportFailed, NotFound
from tuijin.ledger.trail import as_plain

M = TypeVar("M")  # a model, or the dict of `.values()`
MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Rows of a page, and the token of the next one, or ""."""

    rows: list[Any]
    next_token: str


def read_page(
    queryset: models.QuerySet[Any, M], *, order: str = "id", token: str = "", size: int = 50
) -> Page[M]:
    """
    Read one page.

    Parameters
    ----------
    queryset
        A `.values(…)` queryset that holds `id` and the column ordered by.
    order
        Column, with "-" before it for descending; ties go by id. Rows without a value come last.

    Raises
    ------
    ImportFailed
        If the token or the size is not one of ours (422).
    """
    if not 1 <= size <= MAX_PAGE:
        raise ImportFailed(f"page size must be 1 to {MAX_PAGE}, got {size}", code="page_size")
    column, is_descending = order.lstrip("-"), order.startswith("-")
    after = _decode(token) if token else None
    rows: list[Any] = []
    if after is None or after[0] is not None or column == "id":
        rows = _with_value(queryset, column, after, is_descending=is_descending, most=size + 1)
    if len(rows) <= size and column != "id":
        last_id = after[1] if after and after[0] is None else None
        rows += _without_value(
            queryset, column, last_id, is_descending=is_descending, most=size + 1 - len(rows)
        )
    return Page(rows[:size], _encode(rows[size - 1], column) if len(rows) > size else "")


def _with_value(
    queryset: models.QuerySet[Any, M], column: str, after: tuple[Any, int] | None, *,
    is_descending: bool, most: int,
) -> list[Any]:  # fmt: skip
    """Read a range of the index on (column, id), whatever the page."""
    step, sign = ("lt", "-") if is_descending else ("gt", "")
    ordering = [f"{sign}id"] if column == "id" else [f"{sign}{column}", f"{sign}id"]
    if column != "id":
        queryset = queryset.filter(**{f"{column}__isnull": False})
    if after is not None:
        value, row_id = after
        beyond = Q(**{f"id__{step}": row_id})
        try:
            if column != "id":
                beyond = Q(**{f"{column}__{step}e": value}) & (
                    Q(**{f"{column}__{step}": value}) | beyond
                )
            queryset = queryset.filter(beyond)
        except (ValueError, TypeError, ArithmeticError, ValidationError) as error:
            raise ImportFailed("page token is not of this order", code="page_token") from error
    return list(queryset.order_by(*ordering)[:most])


def _without_value(
    queryset: models.QuerySet[Any, M], column: str, last_id: int | None, *, is_descending: bool,
    most: int,
) -> list[Any]:  # fmt: skip
    """Read the rows that have no value: they come last either way."""
    step, sign = ("lt", "-") if is_descending else ("gt", "")
    queryset = queryset.filter(**{f"{column}__isnull": True})
    if last_id is not None:
        queryset = queryset.filter(**{f"id__{step}": last_id})
    return list(queryset.order_by(f"{sign}id")[:most])


def _encode(row: Any, column: str) -> str:
    body = json.dumps([as_plain(row[column]), row["id"]]).encode()
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def as_id(number: int) -> int:
    """
    Return an id that a database can look for.

    Raises
    ------
    NotFound
        If it is beyond 64 bits: there is no such row.
    """
    if abs(number) >= 2**63:
        raise NotFound
    return number


def _decode(token: str) -> tuple[Any, int]:
    try:
        value, row_id = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        str(value).encode()  # half a surrogate pair is no text
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise ImportFailed("page token is not one of ours", code="page_token") from error
    is_ours = isinstance(row_id, int) and abs(row_id) < 2**63
    if not is_ours or not isinstance(value, (str, int, float, NoneType)):
        raise ImportFailed("page token is not one of ours", code="page_token")
    return value, row_id
