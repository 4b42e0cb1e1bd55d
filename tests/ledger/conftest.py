"""A small ledger: Baotou, two of its places, and the system's own scope."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tuijin.ledger import scope
from tuijin.ledger.models import Place


@pytest.fixture
def places(db: None) -> None:
    Place.objects.create(code="150000", name="内蒙古自治区", level="province")
    Place.objects.create(code="150200", name="包头市", level="prefecture", parent_id="150000")
    for code, name in (("150222", "固阳县"), ("150223", "达茂旗")):
        Place.objects.create(code=code, name=name, level="county", parent_id="150200")


@pytest.fixture
def as_system(places: None) -> Iterator[None]:
    with scope.active(scope.system_scope("test")):
        yield
