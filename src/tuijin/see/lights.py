"""
Which light a set of measures shows under a set of rules. Arrays in, arrays out: no database.

A rule fires where its measure lies in its interval. The worst light that fires counts; a project of
which no measure is known shows none; one of which something is known and nothing fires is green.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

NONE, GREEN, YELLOW, RED = 0, 1, 2, 3
CODES = ("", "green", "yellow", "red")
MEASURES = (
    "progress_gap_points",  # plan to date less done, in percentage points of the year's plan
    "progress_short_ratio",  # shortfall over plan to date
    "start_late_months",  # whole planned months gone by without a start
    "register_late_months",  # months since the start without entry into the statistics
    "funds_short_ratio",  # shortfall of funds over what is required
    "yellow_months",  # yellow now and in how many months before, without a break
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A light rule without its texts."""

    code: str
    light: str
    measure: str
    low: float
    is_low_included: bool = False
    high: float | None = None
    lifted_by: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What is on record of n projects; NaN and NaT where it is not.

    Parameters
    ----------
    reasons
        `{node code: mask}` of projects with a recorded good reason for that node.
    """

    plan_year: np.ndarray  # (n,)
    year_planned_yuan: np.ndarray  # (n,)
    year_done_yuan: np.ndarray  # (n,)
    planned_start_on: np.ndarray  # (n,) datetime64[D]
    started_on: np.ndarray  # (n,) datetime64[D]
    has_started: np.ndarray  # (n,) bool; by stage, even where the date is not on record
    registered_on: np.ndarray  # (n,) datetime64[D]
    is_register_tracked: np.ndarray  # (n,) bool; entry into the statistics is a recorded node
    funds_paid_yuan: np.ndarray  # (n,)
    funds_required_yuan: np.ndarray  # (n,)
    yellow_months_before: np.ndarray  # (n,)
    reasons: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.plan_year)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Lights of n projects, which rule decided each (-1: none), and whether a reason lifted one."""

    lights: np.ndarray  # (n,) index into CODES
    deciding: np.ndarray  # (n,) index into the rules
    is_lifted: np.ndarray  # (n,) bool


def year_elapsed_ratio(plan_year: np.ndarray, *, as_of: date) -> np.ndarray:
    """Share of the plan's year behind us, by closed months: reports come once a month."""
    months = (as_of.year - plan_year) * 12 + (as_of.month - 1)
    return np.clip(months / 12.0, 0.0, 1.0)


def whole_months_between(start: np.ndarray, end: np.datetime64) -> np.ndarray:
    """
    Calendar months from `start` to `end`, with the day's share of a month; NaN for NaT.

    From 31 January to 28 February is 0.9: a limit of one month is passed on 1 March.
    """
    whole = (end.astype("datetime64[M]") - start.astype("datetime64[M]")).astype(float)
    day_end = (end - end.astype("datetime64[M]")).astype(float)
    day_start = (start - start.astype("datetime64[M]")).astype("timedelta64[D]").astype(float)
    months = whole + (day_end - day_start) / 31.0
    return np.where(np.isnat(start), np.nan, months)


def measure(facts: Facts, *, as_of: date) -> dict[str, np.ndarray]:
    """Compute every measure but `yellow_months`, which follows from the other lights."""
    today = np.datetime64(as_of)
    elapsed = year_elapsed_ratio(facts.plan_year, as_of=as_of)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        done = facts.year_done_yuan / facts.year_planned_yuan
        gap = 100.0 * (elapsed - done)
        short = 1.0 - done / elapsed
        funds = 1.0 - facts.funds_paid_yuan / facts.funds_required_yuan
    # A planned month counts as missed once it is over.
    late = (today.astype("datetime64[M]") - facts.planned_start_on.astype("datetime64[M]")).astype(
        float
    )
    late = np.where(facts.has_started | ~np.isnat(facts.started_on), 0.0, np.maximum(late, 0.0))
    late = np.where(np.isnat(facts.planned_start_on), np.nan, late)
    since_start = whole_months_between(facts.started_on, today)
    unregistered = np.where(np.isnat(facts.registered_on), since_start, 0.0)
    return {
        "progress_gap_points": np.where(np.isfinite(gap), np.round(gap, 9), np.nan),
        "progress_short_ratio": np.where(np.isfinite(short), np.round(short, 9), np.nan),
        "start_late_months": late,
        "register_late_months": np.where(facts.is_register_tracked, unregistered, np.nan),
        "funds_short_ratio": np.where(np.isfinite(funds), funds, np.nan),
    }


def fires(rule: Threshold, values: np.ndarray) -> np.ndarray:
    """Where a measure lies in the rule's interval; never where it is unknown."""
    with np.errstate(invalid="ignore"):
        above = values >= rule.low if rule.is_low_included else values > rule.low
        return above if rule.high is None else above & (values <= rule.high)


def judge(facts: Facts, rules: Sequence[Threshold], *, as_of: date) -> Judgement:
    """Judge n projects by one rulebook."""
    measures = measure(facts, as_of=as_of)
    direct = [rule.measure != "yellow_months" for rule in rules]
    first = _worst(facts, [(n, r) for n, r in enumerate(rules) if direct[n]], measures)
    if all(direct):
        return first
    is_yellow = first.lights == YELLOW
    measures["yellow_months"] = np.where(is_yellow, facts.yellow_months_before + 1.0, np.nan)
    return _worst(facts, list(enumerate(rules)), measures)


def _worst(
    facts: Facts, rules: Sequence[tuple[int, Threshold]], measures: Mapping[str, np.ndarray]
) -> Judgement:
    n = len(facts)
    lights, deciding = np.zeros(n, dtype=np.int8), np.full(n, -1, dtype=np.int16)
    known, lifted = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    nothing = np.zeros(n, dtype=bool)
    for number, rule in rules:
        values = measures[rule.measure]
        known |= np.isfinite(values)
        fired = fires(rule, values)
        excused = facts.reasons.get(rule.lifted_by, nothing) if rule.lifted_by else nothing
        lifted |= fired & excused & (CODES.index(rule.light) > GREEN)
        worse = fired & ~excused & (CODES.index(rule.light) > lights)
        lights[worse], deciding[worse] = CODES.index(rule.light), number
    return Judgement(np.where(known & (lights == NONE), GREEN, lights), deciding, lifted)
