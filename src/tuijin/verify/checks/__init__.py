"""
Checks: what measures a claim. Evidence reads the record, a formula reckons with it, a model runs.

A check first names what it will read, so that facts of many claims are read at once and a verdict
knows what it depends on, also where nothing was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tuijin.verify.cases import Case
from tuijin.verify.claim_types import Measured
from tuijin.verify.facts import Fact, Facts

VERSION = "1"  # of the checks and claim types; goes up when their arithmetic changes
DEFAULT_SEED = 7


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a check found; `charts` is plain data, kept with the verdict."""

    measured: Measured
    charts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inputs:
    """
    All that a verdict follows from.

    Parameters
    ----------
    facts
        Name to the entries on record under it.
    plain
        The same and all else (statement, settings, parameters with their sources) as plain values;
        its canonical JSON is hashed.
    """

    case: Case
    facts: Mapping[str, list[Fact]]
    plain: Mapping[str, Any]
    field_class: str
    seed: int | None = None
    n_draws: int | None = None
    made_with: str = f"verify {VERSION}"


class Check(Protocol):
    """One way to measure."""

    def names(self, case: Case) -> tuple[str, ...]:
        """Return the names of facts this case reads."""

    def settings(self, case: Case, facts: Mapping[str, list[Fact]], *, seed: int) -> dict[str, Any]:
        """Return what else goes into the inputs: parameters, draws, seed, version."""

    def measure(self, inputs: Inputs, facts: Facts) -> Measurement:
        """
        Measure.

        Raises
        ------
        TuijinError
            If the claim cannot be tested this way.
        """


def not_its_own(case: Case, name: str, facts: list[Fact]) -> list[Fact]:
    """
    Leave out the promise itself.

    A figure of the claimed metric from the claim's own source is the claim, not evidence for it.
    """
    is_claimed = name == case.metric or name.startswith(f"{case.metric}.")
    if not is_claimed or case.source is None:
        return facts
    return [fact for fact in facts if fact.source != case.source]
