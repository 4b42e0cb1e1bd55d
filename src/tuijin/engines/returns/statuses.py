"""How many rates make a present value 0."""

from __future__ import annotations

from enum import IntEnum


class RateStatus(IntEnum):
    """NONE, ONE, SEVERAL; ANY where nothing flows, so that every rate does."""

    NONE = 0
    ONE = 1
    SEVERAL = 2
    ANY = 3
