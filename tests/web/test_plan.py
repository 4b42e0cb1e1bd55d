"""The material account in a browser: drawn, readable on a phone, in two languages."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.web.test_see import IS_DRAWN
from tuijin.ledger import records
from tuijin.ledger.models import Figure

pytestmark = [pytest.mark.web, pytest.mark.django_db(transaction=True)]
METRICS = {"makes_ferrosilicon_t_per_year": "fair", "uses_ferrosilicon_t_per_year": "slow"}


@pytest.fixture
def materials(portfolio: dict[str, Any]) -> None:
    """One project makes what another uses."""
    records.save_new(
        [
            Figure(key=metric, project=portfolio[project], metric=metric, title=metric,
                   unit="t_per_year", value=Decimal(1000))
            for metric, project in METRICS.items()
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "title"), [("zh-hans", "物料平衡"), ("en", "Material account")]
)
@pytest.mark.parametrize("width", [1366, 390])
def test_the_account_is_drawn_and_fits(
    visit: Callable[..., Any], materials: None, language: str, title: str, width: int
) -> None:
    page = visit("/materials/", language=language, phone=width == 390)
    assert title in page.inner_text("h1")
    page.wait_for_function(IS_DRAWN, arg="[data-chart=materials-flow]")
    page.set_viewport_size({"width": width, "height": 768})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("main table tbody tr").count() == 1
