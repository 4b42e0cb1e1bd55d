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
class Observed:
    """
    What a sample of observations stands for.

    Parameters
    ----------
    n
        How many there were.
    independent
        For some shares, in order, how many that do not depend on each other say as much of the
        share of low ones; nothing where none depends on another.
    """

    n: int
    independent: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """
    What a check found.

    Parameters
    ----------
    sample
        Draws, replications or observations of the metric, shape (n,); nothing known is shape (0,).
        Dates are proleptic ordinals; an event that never happens is inf.
    is_recorded
        The sample is no set of draws but the statistic itself as it stands on record: one value,
        or the two ends of a range. No sampling error applies.
    needs
        Where the check could not measure: what is missing, in words, Chinese and English.
    decides
        Values that would decide it: `(("output_t_per_year", 62500.0, 166667.0),)`.
    observed_until
        Last date the record reaches; a date claim without an event is open before, short after.
    observed
        Where the sample is of what was observed and not drawn: all the observations, in any order,
        or their order statistics at 0, 1/N, …, 1. A probability then has its exact interval.
    rises
        Whether the metric rises with the first of `decides`; None where that is not known.
    """

    sample: np.ndarray
    is_recorded: bool = False
    needs: tuple[str, str] = ("", "")
    decides: tuple[tuple[str, float, float], ...] = ()
    observed_until: date | None = None
    observed: Observed | None = None
    rises: bool | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A verdict's figures.

    Parameters
    ----------
    value
        The statistic, of the metric or (probability) of meeting the target; a date's ordinal.
    interval
        For `value` the central 95 % of the sample or the recorded range; for every other statistic
        its 95 % confidence interval. An end that the sample cannot bound is infinite.
    """

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
