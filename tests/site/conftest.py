"""Each test starts with no requests counted."""

from __future__ import annotations

import pytest

from tuijin.site import rates


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    rates.forget()
