"""Keyset pages: as fast at the last page as at the first."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import F, Q

from tuijin.errors import ImportFailed
from tuijin.ledger.trail import as_plain

M = TypeVar("M", bound=models.Model)
MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Rows of a page, and the token of the next one, or ""."""

    rows: list[Any]
    next_token: str


def read_page(
    queryset: models.QuerySet[M], *, order: str = "id", token: str = "", size: int = 50
) -> Page[M]:
    """
    Read one page.

    Parameters
    ----------
    queryset
        A `.values(…)` queryset that holds `id` and the column ordered by.
    order
        Column, with "-" before it for descending; ties go by id. Rows without a value come last
        when descending and are left at the end when ascending.

    Raises
    ------
    ImportFailed
        If the token or the size is not one of ours (422).
    """
    if not 1 <= size <= MAX_PAGE:
        raise ImportFailed(f"page size must be 1 to {MAX_PAGE}, got {size}", code="page_size")
    column, is_descending = order.lstrip("-"), order.startswith("-")
    if token:
        queryset = queryset.filter(_after(column, is_descending, token))
    direction = F(column).desc(nulls_last=True) if is_descending else F(column).asc(nulls_last=True)
    ids = "-id" if is_descending else "id"
    ordering = (ids,) if column == "id" else (direction, ids)
    rows = list(queryset.order_by(*ordering)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _encode(rows[-1], column) if more else "")


def _encode(row: Any, column: str) -> str:
    body = json.dumps([as_plain(row[column]), row["id"]]).encode()
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def _after(column: str, is_descending: bool, token: str) -> Q:
    try:
        value, row_id = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise ImportFailed("page token is not one of ours", code="page_token") from error
    step = "lt" if is_descending else "gt"
    if column == "id":
        return Q(**{f"id__{step}": row_id})
    if value is None:
        return Q(**{f"{column}__isnull": True, f"id__{step}": row_id})
    return (
        Q(**{f"{column}__{step}": value})
        | Q(**{column: value, f"id__{step}": row_id})
        | Q(**{f"{column}__isnull": True})
    )
