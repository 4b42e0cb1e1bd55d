"""
What moved: each price series of the reader's sight over a week, a month or its last two quotations.

How unusual a move is follows from the process fitted to what was quoted before it, never after.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

import numpy as np

from tuijin.engines.markets import (
    Choice,
    Observed,
    Undecided,
    choose_process,
    observe,
    percentile_of_move,
)
from tuijin.errors import ParameterOutOfRange
from tuijin.ledger.models import Price, PriceSeries

WEEK, MONTH, LAST = "week", "month", "last"
PERIODS = (WEEK, MONTH, LAST)
_DAYS = {WEEK: 7, MONTH: 30}
UNUSUAL_RATIO = 0.05  # a move beyond this share at either end is called unusual


@dataclass(frozen=True, slots=True)
class Move:
    """From one quotation to another; the percentile is None while the process is undecided."""

    start: Price
    end: Price
    percentile_ratio: float | None

    @property
    def change_ratio(self) -> Decimal:
        return self.end.value / self.start.value - 1

    @property
    def is_unusual(self) -> bool:
        found = self.percentile_ratio
        return found is not None and not UNUSUAL_RATIO <= found <= 1 - UNUSUAL_RATIO


@dataclass(frozen=True, slots=True)
class Followed:
    """
    A series up to a day.

    Parameters
    ----------
    prices
        Current quotations, oldest first.
    move
        None where nothing was quoted in the period, or nothing before it.
    fitted
        The process of all quotations; None where they are no prices a process can have.
    """

    series: PriceSeries
    prices: tuple[Price, ...]
    move: Move | None
    fitted: Choice | Undecided | None

    @property
    def last(self) -> Price | None:
        return self.prices[-1] if self.prices else None

    @property
    def is_first_quoted(self) -> bool:
        """Whether there is nothing to compare the last quotation with."""
        return len(self.prices) == 1


def usual_period(as_of: date) -> str:
    """The week, or where nothing was quoted in it, the last two quotations of each series."""
    week = Price.objects.filter(is_current=True, on__gt=as_of - timedelta(days=7), on__lte=as_of)
    return WEEK if week.exists() else LAST


def follow_prices(
    *, as_of: date, period: str, only: Iterable[PriceSeries] | None = None
) -> list[Followed]:
    """Return every series that the reader sees, those that moved first."""
    series = list(PriceSeries.objects.select_related("source") if only is None else only)
    by_series: dict[int, list[Price]] = defaultdict(list)
    rows = Price.objects.filter(is_current=True, series__in=series, on__lte=as_of)
    for price in rows.select_related("source").order_by("on"):
        by_series[price.series_id].append(price)
    found = [_follow(one, by_series[one.pk], as_of=as_of, period=period) for one in series]
    return sorted(found, key=lambda f: (f.move is None, -abs(f.move.change_ratio) if f.move else 0))


def _follow(series: PriceSeries, prices: Sequence[Price], *, as_of: date, period: str) -> Followed:
    ends = _find_ends(prices, as_of=as_of, period=period)
    move = None
    if ends is not None and prices[ends[0]].value > 0:
        move = Move(prices[ends[0]], prices[ends[1]], _percentile(prices, *ends))
    return Followed(series, tuple(prices), move, fit(prices))


def _find_ends(prices: Sequence[Price], *, as_of: date, period: str) -> tuple[int, int] | None:
    """Places of the last price before the period and of the last within it."""
    if len(prices) < 2:
        return None
    if period == LAST:
        return len(prices) - 2, len(prices) - 1
    begins = as_of - timedelta(days=_DAYS[period])
    before = [n for n, price in enumerate(prices) if price.on <= begins]
    if not before or before[-1] == len(prices) - 1:
        return None
    return before[-1], len(prices) - 1


def as_observed(prices: Sequence[Price]) -> Observed | None:
    """Prices as the engine takes them; None where one is not above zero."""
    days = np.array([float(price.on.toordinal()) for price in prices])
    try:
        return observe(days, np.array([float(price.value) for price in prices]))
    except ParameterOutOfRange:
        return None


def fit(prices: Sequence[Price]) -> Choice | Undecided | None:
    observed = as_observed(prices)
    return None if observed is None else _choose(observed.days.tobytes(), observed.logs.tobytes())


@lru_cache(maxsize=512)
def _choose(days: bytes, logs: bytes) -> Choice | Undecided:
    return choose_process(Observed(np.frombuffer(days), np.frombuffer(logs)))


def _percentile(prices: Sequence[Price], start: int, end: int) -> float | None:
    """Of the move, by the process of what was quoted up to its start."""
    observed = as_observed(prices)
    past = fit(prices[: start + 1])
    if observed is None or not isinstance(past, Choice):
        return None
    return percentile_of_move(
        past.process,
        from_log=float(observed.logs[start]),
        to_log=float(observed.logs[end]),
        gap_days=float(observed.days[end] - observed.days[start]),
    )
