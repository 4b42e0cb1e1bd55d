"""Rows of the kernel's tables as they are gathered, with draws and streams."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tuijin.engines.flow.distributions import Distribution
from tuijin.engines.flow.fields import Time
from tuijin.engines.flow.kernels import tables

Array = np.ndarray[Any, Any]


@dataclass(slots=True)
class Rows:
    """Rows of every table at time 0; columns that are not named are 0."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    numbers: list[Time] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)

    def add(self, table: str, **values: Any) -> int:
        """Append a row; return its number."""
        rows = self.rows.setdefault(table, [])
        rows.append(values)
        return len(rows) - 1

    def add_draw(self, distribution: Distribution) -> int:
        draw = distribution.draw()
        first = len(self.numbers)
        self.numbers.extend(draw.numbers)
        return self.add("draw", kind=draw.kind, a=draw.a, b=draw.b, c=draw.c, n=draw.n, first=first)

    def add_stream(self, name: str) -> int:
        """A stream is found by its name, so that other parts of a network do not move it."""
        self.streams.append(name)
        return len(self.streams) - 1

    def table(self, name: str) -> Array:
        rows = self.rows.get(name, [])
        array = np.zeros(max(1, len(rows)), dtype=tables.TABLES[name])
        for column in {column for row in rows for column in row}:
            array[column] = [row.get(column, 0) for row in rows]
        return array
