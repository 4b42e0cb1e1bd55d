"""Measure a fleet and its gates from what was logged, in columns."""

from tuijin.engines.telemetry.figures import (
    LEAST,
    Measured,
    measure_freight,
    measure_times,
    share_within,
)
from tuijin.engines.telemetry.passages import Passages, find_passages
from tuijin.engines.telemetry.shares import measure_shares
from tuijin.engines.telemetry.states import States
from tuijin.engines.telemetry.trips import Trips, find_trips

__all__ = [
    "LEAST",
    "Measured",
    "Passages",
    "States",
    "Trips",
    "find_passages",
    "find_trips",
    "measure_freight",
    "measure_shares",
    "measure_times",
    "share_within",
]
