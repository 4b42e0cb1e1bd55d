"""Two column types: money as whole 分, and exact decimals as text."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models

_FEN = Decimal(100)


class MoneyField(models.BigIntegerField[Any, Any]):
    """Yuan as `Decimal` in Python, 分 as an integer in the database: exact, and fast to sum."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(int(value)) / _FEN

    def to_python(self, value: Any) -> Decimal | None:
        return None if value in (None, "") else Decimal(value)

    def get_prep_value(self, value: Any) -> int | None:
        return None if value is None else to_fen(Decimal(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    @property
    def validators(self) -> list[Any]:  # the range of 分 is the database's concern
        return []


class ExactDecimalField(models.CharField[Any, Any]):
    """A `Decimal` kept as the text that was recorded; never summed in SQL."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def to_python(self, value: Any) -> Decimal | None:
        return None if value in (None, "") else Decimal(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value in (None, "") else format(Decimal(value), "f")


def to_fen(value_yuan: Decimal) -> int:
    """Round yuan to whole 分, half up."""
    return int((value_yuan * _FEN).quantize(Decimal(1), rounding=ROUND_HALF_UP))
