"""Windows of requests: each begins with the first request of whom it counts."""

from __future__ import annotations

import pytest

from tuijin.site import rates


@pytest.mark.parametrize("begun", [0.0, 59.9, 60.0, 119.999])
def test_a_window_begins_with_the_first_of_them(begun: float) -> None:
    rates.forget()
    numbers = [rates._add("a", begun + late)[1] for late in (0, 0.2, 59, 60, 61)]
    assert numbers == [1, 2, 3, 1, 2]


def test_what_is_past_is_not_kept() -> None:
    rates.forget()
    for number in range(1000):
        rates._add(f"address:{number}", 200.0)
    rates._add("late", 500.0)
    assert set(rates._counts) == {"late"}
    rates.forget()
