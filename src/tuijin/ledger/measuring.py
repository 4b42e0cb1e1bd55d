"""
Logs of operation become evidence and figures: measured here, accepted by a person like any file.

What a vehicle or a gate says changes no figure by itself (security reference 82): an import of a
log shows the figures it would record, and writes them when somebody entitled accepts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tuijin.engines import telemetry
from tuijin.engines.telemetry import Passages, States
from tuijin.errors import ImportFailed, Problem
from tuijin.importers import Parsed, Table
from tuijin.importers.logs import LOGS
from tuijin.importers.vda5050_log import Messages
from tuijin.importers.vda5050_log.reading import HANDLINGS, TRIGGERS
from tuijin.ledger import references
from tuijin.ledger.measured import Observed, build_tables
from tuijin.ledger.models import Vehicle

_SHOWN_VEHICLES = 10
Names = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Log:
    """Where rows come from: the file's name and hash, and the project where the rows name none."""

    name: str
    sha256: str
    project: str = ""
    gates: tuple[str, ...] = ()


def as_entries(parsed: Parsed, log: Log) -> Parsed:
    """
    Measure the log rows of a file; a file without any comes back as it is.

    Raises
    ------
    ImportFailed
        unbound: none of the vehicles is bound to a project; no_figures: nothing could be measured.
    """
    tables = [table for table in parsed.tables if table.noun in LOGS]
    if not tables or parsed.problems:
        return parsed
    notes, observed = list(parsed.notes), []
    problems: list[Problem] = []
    for table in tables:
        if table.noun == "passage":
            observed += _observe_gates(table, log, problems)
        else:
            observed += _observe_vehicles(*_states_of(table), log, notes)
    if problems:
        return replace(parsed, tables=(), problems=tuple(problems))
    return replace(parsed, tables=build_tables(observed, log.name, log.sha256, notes),
                   notes=tuple(notes))  # fmt: skip


def measure_messages(messages: Messages, log: Log, notes: Sequence[Problem]) -> Parsed:
    """Measure a log of messages that is too long for a file of an import."""
    told = list(notes)
    states = States(
        time_seconds=np.array(messages.time_seconds),
        vehicle=np.array(messages.vehicle),
        node=np.array(messages.node),
        trigger=np.array(messages.trigger),
        handling=np.array(messages.handling),
        load_kg=np.array(messages.load_kg),
        **{name: np.array(flags, dtype=bool) for name, flags in messages.flags.items()},
    )
    observed = _observe_vehicles(states, list(messages.vehicles), list(messages.nodes), log, told)
    return Parsed(build_tables(observed, log.name, log.sha256, told), notes=tuple(told))


def load_bindings() -> dict[tuple[str, str], str]:
    """Vehicle, as manufacturer and serial number, to the key of its project."""
    rows = Vehicle.objects.values_list("manufacturer", "serial", "project__key")
    return {(manufacturer, serial): project for manufacturer, serial, project in rows}


def _states_of(table: Table) -> tuple[States, Names, list[str]]:
    """Columns of objects as arrays, with the names of vehicles and nodes."""
    columns = {name: values.tolist() for name, values in table.columns.items()}
    vehicles, vehicle = _number(zip(columns["manufacturer"], columns["serial"], strict=True))
    nodes, node = _number(columns["node"])
    loads = [float("nan") if kg is None else kg for kg in columns["load_kg"]]
    states = States(
        time_seconds=np.array(columns["time_seconds"]),
        vehicle=vehicle,
        node=node,
        trigger=np.array([TRIGGERS.index(word) for word in columns["trigger"]]),
        handling=np.array([HANDLINGS.index(word) for word in columns["handling"]]),
        load_kg=np.array(loads),
        **{
            name: np.array(columns[name], dtype=bool)
            for name in ("is_driving", "is_charging", "has_order", "is_available")
        },
    )
    return states, vehicles, nodes


def _number(words: Any) -> tuple[list[Any], np.ndarray]:
    """Distinct words in order of appearance, and the number of each."""
    known: dict[Any, int] = {}
    numbers = [known.setdefault(word, len(known)) for word in words]
    return list(known), np.array(numbers)


def _observe_vehicles(
    states: States, vehicles: Names, nodes: Sequence[str], log: Log, notes: list[Problem]
) -> list[Observed]:
    bindings = load_bindings()
    project_of = [bindings.get(vehicle) for vehicle in vehicles]
    unbound = [" ".join(v) for v, key in zip(vehicles, project_of, strict=True) if key is None]
    if unbound:
        shown = "、".join(unbound[:_SHOWN_VEHICLES])
        said = f"{len(unbound)} 台车辆未登记到项目，其报文未采用：{shown}"
        if len(unbound) == len(vehicles):
            raise ImportFailed(f"{said}。请先登记“车辆”：制造商、序列号、项目", code="unbound")
        notes.append(Problem("left_out_unbound", said))
    gates = np.array([nodes.index(gate) for gate in log.gates if gate in nodes], dtype=np.int64)
    found = []
    for key in sorted({key for key in project_of if key is not None}):
        own = [at for at, project in enumerate(project_of) if project == key]
        mine = states.where(np.isin(states.vehicle, own)).in_order()
        passages = telemetry.find_passages(mine, gates=gates if log.gates else None)
        found.append(Observed(key, len(own), passages, mine))
    return found


def _observe_gates(table: Table, log: Log, problems: list[Problem]) -> list[Observed]:
    columns = {name: values.tolist() for name, values in table.columns.items()}
    words = [word or log.project for word in columns["project"]]
    known = references.resolve_projects({word for word in words if word})
    for word, row in zip(words, table.rows.tolist(), strict=True):
        if word not in known:
            expected = "“项目”列写明台账中的项目编号、代码或名称"
            code = "unknown_reference" if word else "required"
            problems.append(Problem(code, word[:80], row=row, column="项目", expected=expected))
    if problems:
        return []
    vehicles, vehicle = _number(columns["vehicle"])
    inspected = [-1 if flag is None else int(flag) for flag in columns["is_inspected"]]
    loads = [float("nan") if kg is None else kg for kg in columns["load_kg"]]
    passages = Passages(
        arrived_seconds=np.array(columns["arrived_seconds"]),
        released_seconds=np.array(columns["released_seconds"]),
        vehicle=vehicle,
        is_inspected=np.array(inspected, dtype=np.int8),
        load_kg=np.array(loads),
    )
    keys = np.array([known[word] for word in words], dtype=object)
    return [
        Observed(key, len(vehicles), passages.where(keys == key), None)
        for key in sorted(Counter(keys.tolist()))
    ]
