"""What a replication has to tell, by name; and what several tell together, with an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuijin.engines.flow import spec, students_t
from tuijin.engines.flow.kernels import tables
from tuijin.engines.flow.replication import Replication

Array = np.ndarray[Any, Any]
PERCENTILES = (50, 90, 95, 99)
_RATIOS = ("utilisation", "blocked", "down", "setup", "open", "within")
_COUNTS = ("created", "exited", "lost", "count", "queue", "inside", "wip", "delivered",
           "breakdowns")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over replications; `low` and `high` hold the mean at the confidence asked for."""

    figure: str
    unit: str
    mean: float
    low: float
    high: float
    deviation: float
    n_replications: int


def read_figures(replication: Replication) -> dict[str, float]:
    """
    Figures by name.

    A figure without data is NaN (a mean of nothing). Times are in the network's unit.
    """
    network = replication.layout.network
    duration = network.run.horizon - network.run.warm_up
    figures = {"network.wip": float(replication.world["wip_area"][0]) / duration}
    for n, name in enumerate(network.classes):
        figures |= _class_figures(name, replication.tables["class_"][n], duration)
    for n, (name, station) in enumerate(network.stations.items()):
        row = replication.tables["station"][n]
        figures |= _station_figures(name, station, row, duration)
        figures |= _cost_figures(network, name, station, row)
    for n, (name, operators) in enumerate(network.operators.items()):
        busy = replication.tables["pool"][n]["busy_area"]
        figures[f"operators.{name}.utilisation"] = busy / duration / operators.count
    for n, name in enumerate(network.fleets):
        figures |= _fleet_figures(name, replication, n, duration)
    for n, name in enumerate(network.calendars):
        figures[f"calendar.{name}.open"] = replication.tables["gate"][n]["open_area"] / duration
    for n, name in enumerate(network.measures):
        kept = replication.tables["measure"][n]
        figures |= _measure_figures(name, network.measures[name], kept)
        counts = replication.tables["bucket"]["n"][n * tables.N_BUCKETS :][: tables.N_BUCKETS]
        for percent in PERCENTILES:
            figures[f"measure.{name}.p{percent}"] = find_percentile(
                counts, percent, low=float(kept["low"]), high=float(kept["high"])
            )
    return {name: float(value) for name, value in figures.items()}


def _class_figures(name: str, row: Any, duration: float) -> dict[str, float]:
    n_exited = int(row["exited"])
    return {
        f"class.{name}.created": row["created"],
        f"class.{name}.exited": n_exited,
        f"class.{name}.lost": row["lost"],
        f"class.{name}.throughput": n_exited / duration,
        f"class.{name}.sojourn": row["sojourn_mean"] if n_exited else math.nan,
    }


def _station_figures(
    name: str, station: spec.Station, row: Any, duration: float
) -> dict[str, float]:
    n_servers = station.servers or 1  # of a station without limit, the servers busy
    started, left = int(row["started"]), int(row["left"])
    arrivals = int(row["arrived"]) + int(row["lost"])
    values = {
        "throughput": left / duration,
        "utilisation": row["busy_area"] / duration / n_servers,
        "blocked": row["blocked_area"] / duration / n_servers,
        "down": row["down_area"] / duration / n_servers,
        "queue": row["waiting_area"] / duration,
        "inside": row["inside_area"] / duration,
        "wait": row["wait_sum"] / started if started else math.nan,
        "stay": row["stay_sum"] / left if left else math.nan,
        "lost": row["lost"],
        "lost_share": row["lost"] / arrivals if arrivals else math.nan,
    }
    if station.setup is not None:
        values["setup"] = row["setup_sum"] / duration / n_servers
    return {f"station.{name}.{key}": value for key, value in values.items()}


def _cost_figures(
    network: spec.Network, name: str, station: spec.Station, row: Any
) -> dict[str, float]:
    hours = spec.HOURS[network.time_unit]
    duration_hours = (network.run.horizon - network.run.warm_up) * hours
    busy_hours = row["busy_area"] * hours
    figures = {}
    if station.busy_mw or station.idle_mw:
        idle_hours = (station.servers or 0) * duration_hours - busy_hours
        figures[f"station.{name}.energy_mwh"] = (
            busy_hours * station.busy_mw + max(0.0, idle_hours) * station.idle_mw
        )
    if station.busy_hour_yuan or station.entity_yuan:
        figures[f"station.{name}.cost_yuan"] = (
            busy_hours * station.busy_hour_yuan + row["finished"] * station.entity_yuan
        )
    return figures


def _fleet_figures(
    name: str, replication: Replication, n: int, duration: float
) -> dict[str, float]:
    """Shares of all vehicles' time in each state, and what they did."""
    row = replication.tables["fleet"][n]
    first, count = int(row["first"]), int(row["n"])
    times = replication.tables["state_time"]["time"].reshape(-1, tables.N_STATES)
    shares = times[first : first + count].sum(axis=0) / duration / count
    delivered = int(row["n_delivered"])
    values = {
        "delivered": delivered,
        "throughput": delivered / duration,
        "utilisation": 1 - shares[tables.STANDS_IDLE],
        "wait": row["wait_sum"] / row["n_requests"] if row["n_requests"] else math.nan,
        "breakdowns": row["n_failures"],
        "loaded_km": row["loaded_km"],
        "empty_km": row["empty_km"],
        "charged_kwh": row["charged_kwh"],
    }
    values |= {f"{s}_share": share for s, share in zip(tables.STATES, shares, strict=True)}
    return {f"fleet.{name}.{key}": value for key, value in values.items()}


def _measure_figures(name: str, measure: spec.Measure, kept: Any) -> dict[str, float]:
    n = int(kept["count"])
    figures = {
        f"measure.{name}.count": n,
        f"measure.{name}.mean": kept["mean"] if n else math.nan,
        f"measure.{name}.deviation": math.sqrt(kept["m2"] / (n - 1)) if n > 1 else math.nan,
        f"measure.{name}.max": kept["high"] if n else math.nan,
    }
    if measure.limit is not None:
        figures[f"measure.{name}.within"] = kept["n_below"] / n if n else math.nan
    return figures


def find_percentile(counts: Array, percent: float, *, low: float, high: float) -> float:
    """
    Value below which a share of a histogram lies, within 0.8 % of itself.

    Parameters
    ----------
    counts
        shape (N_BUCKETS,), see `kernels.measures.find_bucket`.
    low, high
        Smallest and largest value seen, which bound the answer.
    """
    reached = np.cumsum(counts)
    total = reached[-1]
    if total == 0:
        return math.nan
    wanted = percent / 100 * total
    bucket = int(np.searchsorted(reached, wanted))
    before = reached[bucket - 1] if bucket else 0
    start, end = bucket_edges(bucket)
    value = start + (end - start) * (wanted - before) / counts[bucket]
    return float(min(max(value, low), high))


def bucket_edges(bucket: int) -> tuple[float, float]:
    """From and to of a bucket of the histogram; the first begins at 0."""
    power, part = divmod(bucket, 1 << tables.PARTS_BITS)
    scale = 2.0 ** (power + tables.LOWEST_POWER)
    width = scale / (1 << tables.PARTS_BITS)
    start = scale + part * width
    return (0.0 if bucket == 0 else start), start + width


def unit_of(figure: str, *, time_unit: str) -> str:
    """Unit of a figure by the last part of its name."""
    last = figure.rpartition(".")[2]
    if last.endswith(("_mwh", "_yuan", "_km", "_kwh")):
        return last.rpartition("_")[2]
    if last == "throughput":
        return f"1/{time_unit.removesuffix('s')}"
    if last in _RATIOS or last.endswith("_share"):
        return "ratio"
    if last in _COUNTS:
        return "count"
    return time_unit


def estimate(figure: str, values: Array, *, confidence: float, time_unit: str) -> Estimate:
    """
    Mean over replications with its confidence interval by Student's t.

    Parameters
    ----------
    values
        shape (n_replications,); replications without data (NaN) do not count.
    """
    seen = values[~np.isnan(values)]
    n = len(seen)
    mean = float(seen.mean()) if n else math.nan
    deviation = float(seen.std(ddof=1)) if n > 1 else math.nan
    half = students_t.quantile((1 + confidence) / 2, n - 1) * deviation / math.sqrt(n) if (
        n > 1
    ) else math.nan  # fmt: skip
    return Estimate(
        figure, unit_of(figure, time_unit=time_unit), mean, mean - half, mean + half, deviation, n
    )
