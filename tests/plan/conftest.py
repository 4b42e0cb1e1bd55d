"""The portfolio of tests/see, with what its projects make and use."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.see.conftest import (  # noqa: F401  fixtures
    as_role,
    as_system,
    browse,
    make_user,
    places,
    portfolio,
)
from tuijin.ledger import records
from tuijin.ledger.models import Figure


@pytest.fixture
def record(portfolio: dict[str, Any]) -> Callable[..., None]:  # noqa: F811  a fixture's argument
    """Put a figure on a project's record."""

    def save(project: str, metric: str, **values: float) -> None:
        numbers = {name: Decimal(str(value)) for name, value in values.items()}
        figure = Figure(
            key=f"{project}-{metric}", project=portfolio[project], metric=metric, title=metric,
            unit="t_per_year", text_value="" if values else "未公开", **numbers,
        )  # fmt: skip
        records.save_new([figure])

    return save
