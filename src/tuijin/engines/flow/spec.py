"""
A network as data: what flows, where it comes from, where it is worked on, what is measured.

All times are in the network's `time_unit`. Things are named by the keys they stand under; names
are letters, digits, `_` and `-`. See README.md for what each field does, and `reading.read_network`
for how JSON becomes these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tuijin.engines.flow.distributions import Distribution
from tuijin.engines.flow.fields import Probability, Time, limited

EXIT = "exit"
POINTS = ("arrives", "starts", "finishes", "leaves")
NETWORK_POINTS = ("network.enters", "network.exits")
HOURS = {"seconds": 1 / 3600, "minutes": 1 / 60, "hours": 1.0, "days": 24.0}

# A value for all classes, or one for each by name.
ByClass = Distribution | Mapping[str, Distribution]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """
    One way onwards, to a station or `exit`.

    becomes: which class the entity is then. by: the fleet that takes it there.
    """

    to: str
    probability: Probability = limited(default=1.0, low=0, high=1)
    becomes: str | None = limited(default=None, refers="classes")
    by: str | None = limited(default=None, refers="fleets")


Route = tuple[Branch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """
    Open and closed times: a table within a period, or weather.

    Either `period` and `open_during` (pairs of from and to within it), or `open_for` and
    `closed_for`, the lengths of the two states of the weather, which begins open.
    """

    period: Time | None = limited(default=None, above=0)
    open_during: tuple[tuple[Time, ...], ...] = limited(default=(), low=0, most=1000)
    open_for: Distribution | None = None
    closed_for: Distribution | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operators:
    """People or tools that stations and repairs share."""

    count: int = limited(low=1, high=1_000_000)
    calendars: tuple[str, ...] = limited(default=(), refers="calendars")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    Where entities come from: `every` (renewal; exponential is Poisson) or `at` (a schedule).

    when_full says what happens at a station without room: the entity is lost, or waits outside
    while the source stands still (`every` 0 then means an endless supply).
    """

    to: Route
    class_: str | None = limited(default=None, refers="classes")
    every: Distribution | None = None
    at: tuple[Time, ...] = limited(default=(), low=0, most=100_000)
    batch: Distribution | None = None
    limit: int | None = limited(default=None, low=1)
    when_full: str = limited(default="lose", choices=("lose", "wait"))
    calendars: tuple[str, ...] = limited(default=(), refers="calendars")


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Entities that are at a station at time 0; without ways to `exit` the network is closed."""

    at: str = limited(refers="stations")
    count: int = limited(low=1, high=1_000_000)
    class_: str | None = limited(default=None, refers="classes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """
    Service of several at once: begins with `least` waiting, takes up to `most`.

    If it merges, one entity comes out of each batch.
    """

    most: int = limited(low=1, high=100_000)
    least: int = limited(default=1, low=1, high=100_000)
    merges: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """
    A way for each server to fail; interrupted work goes on after the repair where it stopped.

    by: whether `up` is counted by the clock or in time at work.
    """

    up: Distribution
    repair: Distribution
    by: str = limited(default="time", choices=("time", "operation"))
    repaired_by: str | None = limited(default=None, refers="operators")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Operators that a service needs from its beginning to its end."""

    of: str = limited(refers="operators")
    count: int = limited(default=1, low=1, high=1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """
    Servers with a queue before them.

    `servers` null means as many as needed. `buffer` null means room for all who wait; with a
    number, at most servers x batch + buffer are inside. A full station blocks those before it
    after their service, or turns them away.
    """

    service: ByClass
    route: Route | Mapping[str, Route] = (Branch(to=EXIT),)
    servers: int | None = limited(default=1, low=1, high=1_000_000)
    buffer: int | None = limited(default=None, low=0, high=1_000_000)
    when_full: str = limited(default="block", choices=("block", "lose"))
    queue: str = limited(default="fifo", choices=("fifo", "lifo", "priority"))
    priority: Mapping[str, int] = field(default_factory=dict, metadata={"low": 0, "high": 1000})
    batch: Batch | None = None
    copies: int = limited(default=1, low=1, high=10_000)
    setup: ByClass | None = None
    breakdowns: tuple[Breakdown, ...] = limited(default=(), most=20)
    crew: Crew | None = None
    calendars: tuple[str, ...] = limited(default=(), refers="calendars")
    when_closed: str = limited(default="finish", choices=("finish", "pause"))
    place: str | None = None
    busy_mw: float = limited(default=0.0, low=0)
    idle_mw: float = limited(default=0.0, low=0)
    busy_hour_yuan: float = limited(default=0.0, low=0)
    entity_yuan: float = limited(default=0.0, low=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """
    A piece of the path between two places.

    ways: `both` (a lane each way), `one` (from → to only), or `single`: one lane that vehicles of
    only one direction use at a time. headway: least time between vehicles, at both ends where
    there is no passing.
    """

    from_: str
    to: str
    length_km: float = limited(above=0)
    headway: Time = limited(default=0.0, low=0)
    ways: str = limited(default="both", choices=("both", "one", "single"))
    passing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Charging:
    """
    At a place with chargers, when less than a share of the battery is left after a delivery.

    `time` to charge, or to swap, from whatever is left to full.
    """

    at: str
    time: Distribution
    battery_kwh: float = limited(above=0)
    loaded_kwh_per_km: float = limited(low=0)
    empty_kwh_per_km: float = limited(low=0)
    chargers: int = limited(default=1, low=1, high=10_000)
    below_ratio: float = limited(default=0.3, low=0, high=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """
    Vehicles that take one entity at a time from the place of one station to that of the next.

    dispatch: an entity gets the `nearest` idle vehicle, a vehicle that gets free the nearest
    entity; or, `first`, whoever has waited longest. A breakdown is by the clock; it stops the
    vehicle on its way, and one that falls due while it stands does so as it sets out.
    """

    count: int = limited(low=1, high=10_000)
    at: str
    loaded_km_per_hour: float = limited(above=0)
    empty_km_per_hour: float = limited(above=0)
    load: Distribution
    unload: Distribution
    dispatch: str = limited(default="nearest", choices=("nearest", "first"))
    charging: Charging | None = None
    breakdown: Breakdown | None = None
    calendars: tuple[str, ...] = limited(default=(), refers="calendars")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Time between two points, such as `gate.arrives` and `yard.leaves`; the last start counts."""

    start: str
    end: str
    class_: str | None = limited(default=None, refers="classes")
    limit: Time | None = limited(default=None, low=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """Run on until a figure's interval is narrow enough, or `replications` is reached."""

    figure: str
    relative: Probability = limited(above=0, high=1)
    at_least: int = limited(default=5, low=2, high=100_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How long and how often. Figures are taken from `warm_up` to `horizon`."""

    horizon: Time = limited(above=0)
    warm_up: Time = limited(default=0.0, low=0)
    replications: int = limited(default=10, low=1, high=100_000)
    seed: int = limited(default=1, low=0, high=2**53)
    confidence: Probability = limited(default=0.95, above=0.5, high=0.9999)
    precision: Precision | None = None
    max_events: int = limited(default=1_000_000_000, low=1, high=10_000_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    time_unit: str = limited(choices=tuple(HOURS))
    stations: Mapping[str, Station] = limited(most=10_000)
    run: Run
    name: str = ""
    classes: tuple[str, ...] = limited(default=("entity",), most=1000)
    sources: Mapping[str, Source] = field(default_factory=dict)
    populations: Mapping[str, Population] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    fleets: Mapping[str, Fleet] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    operators: Mapping[str, Operators] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)

    def routes_of(self, station: str) -> dict[str, Route]:
        """Class → its ways onwards from a station."""
        route = self.stations[station].route
        if isinstance(route, Mapping):
            return {name: route[name] for name in self.classes if name in route}
        return dict.fromkeys(self.classes, route)

    def by_class(self, value: ByClass) -> dict[str, Distribution]:
        """Class → its distribution."""
        if isinstance(value, Mapping):
            return {name: value[name] for name in self.classes if name in value}
        return dict.fromkeys(self.classes, value)
