"""What a start brings in, in an order in which each row finds what it refers to."""

from __future__ import annotations

import pytest

from tuijin.cli import first_start
from tuijin.ledger import scope
from tuijin.push.models import ClockRule

pytestmark = pytest.mark.django_db


def test_acts_on_lights_are_there_after_the_first_start():
    with scope.active(scope.system_scope("test")):
        first_start.load_presets()
    books = set(ClockRule.objects.values_list("rulebook__code", flat=True))
    assert books == {
        "clock-13710", "clock-13710-days", "light-yinchuan", "light-sanya", "light-haikou",
    }  # fmt: skip
