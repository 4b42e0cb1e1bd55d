"""
The flat tables that the event loop reads and writes: one record a row, as C would lay them out.

The loop is handed one record, `world`, which holds where each table lies in memory; `rows` reads
and writes through those addresses. Indexes are rows; -1 is none. Times are in the network's own
unit.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _record(columns: str) -> np.dtype[Any]:
    """`"now:f queue:i"` → aligned record of 8-byte floats and integers."""
    pairs = (column.split(":") for column in columns.split())
    return np.dtype([(name, f"{code}8") for name, code in pairs], align=True)


# Figures of a class of entity. sojourn is the time from creation to exit (Welford).
CLASS = _record("created:i exited:i lost:i absorbed:i sojourn_mean:f sojourn_m2:f")
# free: servers that could begin now. inside: waiting, in service, blocked, or on the way here.
STATION = _record(
    "features:i free:i capacity:i inside:i waiting:i busy:i blocked:i down:i loses:i lifo:i"
    " closed:i pauses:i stream:i route_stream:i first_queue:i n_queues:i"
    " blocked_head:i blocked_tail:i first_server:i n_servers:i batch_min:i batch_max:i"
    " merges:i split:i pool:i pool_need:i pool_next:i pool_waiting:i setup_stream:i"
    " arrived:i started:i finished:i left:i lost:i wait_sum:f stay_sum:f setup_sum:f last:f"
    " waiting_area:f busy_area:f blocked_area:f down_area:f inside_area:f woken:i node:i"
)
QUEUE = _record("head:i tail:i")
# What a class does at a station; row = station * n_classes + class.
STEP = _record("service:i setup:i first_branch:i n_branches:i queue:i")
# One way out. cumulative: probability up to and with this branch. target -1 leaves the network.
BRANCH = _record("cumulative:f target:i new_class:i fleet:i")
# An entity. next chains it in whatever list holds it.
JOB = _record("station:i class_:i next:i server:i target:i key:i created:f arrived:f node:i")
# A server that is somebody: it fails, is set up, pauses, or works on a batch.
SERVER = _record("station:i job:i running:i n_held:i halted:i last_class:i left:f since:f end:f")
# A way to fail, of one server. left: busy time to the next failure, when counted in operation.
MODE = _record(
    "server:i by_operation:i up:i repair:i up_stream:i repair_stream:i left:f key:i down:i"
    " pool:i next:i n_failures:i"
)
SOURCE = _record(
    "kind:i gap:i gap_stream:i batch:i batch_stream:i first_branch:i n_branches:i route_stream:i"
    " class_:i remaining:i first_time:i n_times:i position:i closed:i key:i next_time:f waits:i"
    " blocked:i"
)
POOL = _record(
    "free:i count:i closed:i station_head:i station_tail:i mode_head:i mode_tail:i busy_area:f"
    " last:f"
)
# A door that opens and closes: by a table of times within a period, or at random.
GATE = _record(
    "is_random:i is_open:i first_time:i n_times:i period:f cycle:i position:i up:i down:i"
    " up_stream:i down_stream:i first_target:i n_targets:i open_area:f last:f"
)
GATE_TARGET = _record("kind:i index:i")
# What happens to a measure's stamp as an entity passes a point.
ACTION = _record("measure:i ends:i class_:i")
RANGE = _record("first:i n:i")
MEASURE = _record("count:i mean:f m2:f low:f high:f below_limit:f n_below:i")
DRAW = _record("kind:i a:f b:f c:f first:i n:i")

# Bits of STATION.features: what the plain path need not look at.
UNITS, BULK, POOLED, CLOSABLE, MARKED, WATCHED, SPLITS, PRIORITY, SENDS = (1 << n for n in range(9))
# Anything that the end of a service must look at, but for measures.
SPECIAL = UNITS | BULK | POOLED | WATCHED | SPLITS | SENDS
# Anything that keeps an arrival from going straight to a free server.
GUARDED = BULK | POOLED | CLOSABLE

# Kinds of event. An event's key is sequence << 28 | kind << 24 | row.
DONE, ARRIVAL, FAIL, REPAIRED, GATE_SWITCH, VEHICLE = range(6)
ROW_BITS, KIND_BITS = 24, 4
MAX_ROWS = 1 << ROW_BITS

# Kinds of source, of gate target, of draw.
RENEWAL, SCHEDULE = range(2)
OF_STATION, OF_SOURCE, OF_POOL, OF_FLEET = range(4)
(CONSTANT, EXPONENTIAL, UNIFORM, GAMMA, ERLANG, LOGNORMAL, TRIANGULAR, WEIBULL, DISCRETE,
 INTERPOLATED) = range(10)  # fmt: skip

# What a vehicle does.
STATES = ("idle", "to_pickup", "loading", "to_drop", "unloading", "waits_for_room", "to_charger",
          "waits_for_charger", "charging")  # fmt: skip
(STANDS_IDLE, TO_PICKUP, LOADING, TO_DROP, UNLOADING, WAITS_FOR_ROOM, TO_CHARGER,
 WAITS_FOR_CHARGER, CHARGING) = range(9)  # fmt: skip
N_STATES = 9

# Points of a station that a measure can start or end at, and of the network.
ARRIVES, STARTS, FINISHES, LEAVES = range(4)

# What a row of the trace tells; an entity's points come first: 4 * station + point, then these two.
ENTITY, VEHICLE_BECOMES, LANE_ENTERED, LANE_LEFT, GATE_SWITCHED = range(5)
TRACED = -1  # measure of an action that writes to the trace

# How a call of the loop ends.
REACHED, PAUSED, GROW, IDLE, ZERO_TIME_LOOP = range(5)
ZERO_TIME_LIMIT = 100_000

# Histogram of a measure: 64 powers of two, from 2^-24 on, in 128 parts each.
PARTS_BITS = 7
LOWEST_POWER, N_POWERS = -24, 64
N_BUCKETS = N_POWERS << PARTS_BITS


# Vehicles that are alike. pace: time for a kilometre. The list is of entities that wait.
FLEET = _record(
    "first:i n:i n_idle:i nearest:i closed:i head:i tail:i loaded_pace:f empty_pace:f load:i"
    " unload:i load_stream:i unload_stream:i up:i repair:i charge:i charge_stream:i charge_node:i"
    " chargers:i n_charging:i charge_head:i charge_tail:i battery:f charge_below:f loaded_kwh:f"
    " empty_kwh:f n_requests:i n_delivered:i n_failures:i wait_sum:f loaded_km:f empty_km:f"
    " charged_kwh:f"
)
# node: where it is, or was last. next chains it in a lane's or the chargers' list.
VEHICLE_ROW = _record(
    "fleet:i node:i goal:i lane:i state:i job:i next:i since:f idle_since:f next_failure:f"
    " up_stream:i repair_stream:i kwh:f"
)
# One direction of a segment of the path; opposite is the other. n_on: vehicles on it.
LANE = _record(
    "to_node:i km:f headway:f passing:i single:i opposite:i last_entry:f last_exit:f n_on:i"
    " head:i tail:i"
)
# The way from node to node, row = from * n_nodes + to: the lane to take, and how far it is (km).
HOP = _record("lane:i distance:f")
# Time that a vehicle has spent in a state, row = vehicle * N_STATES + state.
STATE_TIME = _record("time:f")
# One thing that happened: who (job, vehicle, gate), where (point, state, lane), and with what.
TRACE = _record("time:f what:i who:i where:i with_:i")

# Small rows: one pending event; a stamp of a measure on an entity; a count of a histogram; where a
# random stream is; a number that rows above point at; a station that may let somebody in.
EVENT = _record("time:f key:i")
STAMP = _record("time:f")
BUCKET = _record("n:i")
STREAM = _record("state:u")
NUMBER = _record("value:f")
WAKE = _record("station:i")
# Entities that are at a station at time 0.
POPULATION = _record("class_:i station:i count:i")

TABLES = {
    "class_": CLASS, "station": STATION, "queue": QUEUE, "step": STEP, "branch": BRANCH,
    "job": JOB, "stamp": STAMP, "server": SERVER, "mode": MODE, "mode_range": RANGE,
    "source": SOURCE, "pool": POOL, "gate": GATE, "gate_target": GATE_TARGET, "action": ACTION,
    "point": RANGE, "measure": MEASURE, "bucket": BUCKET, "draw": DRAW, "number": NUMBER,
    "stream": STREAM, "event": EVENT, "wake": WAKE,
    "population": POPULATION, "fleet": FLEET, "vehicle": VEHICLE_ROW, "lane": LANE, "hop": HOP,
    "state_time": STATE_TIME, "trace": TRACE,
}  # fmt: skip

# What a replication is doing as a whole, and where its tables are: at_NAME is an address.
# hole: the root of the calendar is being handled. reserve: entities that one event can make.
# marks: somebody looks at the network's own points. trace_room: rows of the trace; 0 is no trace.
WORLD = _record(
    "now:f until:f sequence:i n_heap:i heap_limit:i hole:i n_events:i same_time:i free_job:i"
    " n_free:i reserve:i in_system:i wip_area:f wip_last:f n_classes:i n_stations:i n_measures:i"
    " marks:i n_gates:i n_modes:i n_sources:i n_populations:i n_vehicles:i n_fleets:i n_nodes:i"
    " started:i n_trace:i trace_room:i " + " ".join(f"at_{name}:i" for name in TABLES)
)
