"""
Rows of the tables by number: `rows.station(world, 3)["busy"] += 1`.

Compiled, a row is a bare pointer: address of the table plus number times size, as in C. Handing
numba arrays, or a tuple of them, from function to function instead costs a hundred times more:
each array is seven words and is counted. In plain Python a row is a numpy record over the same
memory.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, cast

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from tuijin.engines.flow.kernels.tables import TABLES, WORLD

Row = Any  # a record of the table, in numba or in numpy


def _build_accessor(name: str) -> Callable[[Row, int], Row]:
    return _read_memory(name) if numba.config.DISABLE_JIT else _point_at(name)


def _read_memory(name: str) -> Callable[[Row, int], Row]:
    field, dtype = f"at_{name}", TABLES[name]

    def at(world: Row, row: int) -> Row:
        address = int(world[field]) + int(row) * dtype.itemsize
        memory = (ctypes.c_char * dtype.itemsize).from_address(address)
        return np.frombuffer(memoryview(memory), dtype=dtype)[0]

    return at


def _point_at(name: str) -> Callable[[Row, int], Row]:
    place = WORLD.fields[f"at_{name}"][1]  # type: ignore[index]  # WORLD has fields
    size, record = TABLES[name].itemsize, numba.from_dtype(TABLES[name])
    word, byte = ir.IntType(64), ir.IntType(8)

    @intrinsic
    def at(typing: Any, world: Any, row: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            fields = builder.bitcast(args[0], byte.as_pointer())
            field = builder.gep(fields, [ir.Constant(word, place)])
            start = builder.load(builder.bitcast(field, word.as_pointer()))
            number = context.cast(builder, args[1], signature.args[1], types.int64)
            address = builder.add(start, builder.mul(number, ir.Constant(word, size)))
            return builder.inttoptr(address, context.get_value_type(record))

        return record(world, row), generate

    return cast(Callable[[Row, int], Row], at)


def _build_step() -> Callable[[Row, int], Row]:
    return _step_in_memory if numba.config.DISABLE_JIT else _step_from()


def _step_in_memory(row: Row, n: int) -> Row:
    size = row.dtype.itemsize
    address = row.__array_interface__["data"][0] + int(n) * size
    memory = (ctypes.c_char * size).from_address(address)
    return np.frombuffer(memoryview(memory), dtype=row.dtype)[0]


def _step_from() -> Callable[[Row, int], Row]:
    word, byte = ir.IntType(64), ir.IntType(8)

    @intrinsic
    def after(typing: Any, row: Any, n: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            number = context.cast(builder, args[1], signature.args[1], types.int64)
            n_bytes = builder.mul(number, ir.Constant(word, row.size))
            start = builder.bitcast(args[0], byte.as_pointer())
            return builder.bitcast(builder.gep(start, [n_bytes]), args[0].type)

        return row(row, n), generate

    return cast(Callable[[Row, int], Row], after)


# The row n rows further on in the same table, without asking the world where the table lies.
after = _build_step()
class_ = _build_accessor("class_")
station = _build_accessor("station")
queue = _build_accessor("queue")
step = _build_accessor("step")
branch = _build_accessor("branch")
job = _build_accessor("job")
stamp = _build_accessor("stamp")
server = _build_accessor("server")
mode = _build_accessor("mode")
mode_range = _build_accessor("mode_range")
source = _build_accessor("source")
pool = _build_accessor("pool")
gate = _build_accessor("gate")
gate_target = _build_accessor("gate_target")
action = _build_accessor("action")
point = _build_accessor("point")
measure = _build_accessor("measure")
bucket = _build_accessor("bucket")
draw = _build_accessor("draw")
number = _build_accessor("number")
stream = _build_accessor("stream")
event = _build_accessor("event")
wake = _build_accessor("wake")
population = _build_accessor("population")
fleet = _build_accessor("fleet")
vehicle = _build_accessor("vehicle")
lane = _build_accessor("lane")
hop = _build_accessor("hop")
state_time = _build_accessor("state_time")
trace = _build_accessor("trace")
