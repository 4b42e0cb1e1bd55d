"""
Claim types: a predicate each. Pure: a claim and what was measured in, a verdict out.

A claim that is not met is a result; a claim that cannot be tested raises `ClaimMalformed`; too
little evidence is UNDECIDED and says what is missing and which value would decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

import numpy as np


class Ruling(StrEnum):
    """The three answers."""

    HOLDS = "HOLDS"
    FALLS_SHORT = "FALLS SHORT"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True, slots=True)
class Statement:
    """What was promised, in base units. `statistic` is a key of `nouns.CHOICES["statistic"]`."""

    metric: str
    claim_type: str
    statistic: str
    unit: str
    target: float | None = None
    by_date: date | None = None
    probability_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """
    What a check found.

    Parameters
    ----------
    sample
        Draws, replications or observations of the metric, shape (n,); one value is shape (1,);
        nothing known is shape (0,). Dates are proleptic ordinals.
    needs
        Where the check could not measure: what is missing, in words, Chinese and English.
    decides
        Values that would decide it, by name: `{"output_t_per_year": (62500.0, 167000.0)}`.
    observed_until
        Last date the record reaches; a date claim without an event is open before, short after.
    """

    sample: np.ndarray
    needs: tuple[str, str] = ("", "")
    decides: tuple[tuple[str, float, float], ...] = ()
    observed_until: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict's figures. `interval` is the 95 % interval of the statistic, or the sample's."""

    ruling: Ruling
    value: float | None
    interval: tuple[float, float] | None
    needs: tuple[str, str] = ("", "")
    decides: tuple[tuple[str, float, float], ...] = ()
    on: date | None = None


class ClaimType(Protocol):
    """One predicate; the plug-in's id is its folder's name."""

    id: str
    symbol: str  # as `tuijin verify` prints it: ≤ ≥ by

    def check(self, statement: Statement, measured: Measured) -> Finding:
        """
        Judge.

        Raises
        ------
        ClaimMalformed
            If the statement lacks what the predicate needs.
        """
