"""Simulate networks of queues, machines, operators and fleets that are described as data."""

from tuijin.engines.flow.figures import Estimate
from tuijin.engines.flow.reading import read_network
from tuijin.engines.flow.running import Result, simulate
from tuijin.engines.flow.spec import Network
from tuijin.engines.flow.tracing import Trace, record_trace

__all__ = [
    "Estimate", "Network", "Result", "Trace", "read_network", "record_trace", "simulate",
]  # fmt: skip
