"""How kernels are compiled: without Python's lock, and a division by 0 is not an error."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import CellType, FunctionType
from typing import Any

from numba import njit

_SOURCES_DIGEST = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
).hexdigest()


_OPTIONS = {"nogil": True, "error_model": "numpy"}

# Called by kernels only: without the wrappers that let Python call them, which would take most of
# the compiler's time.
kernel = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **_OPTIONS)


def entry(function: Callable[..., Any]) -> Any:
    """
    Compile what Python calls, and keep the result.

    numba looks only at a function's own file when it decides whether a cached one is stale, and at
    what the function closes over: a digest of all kernel files there makes it look at the others.
    """
    assert isinstance(function, FunctionType)
    code = function.__code__.replace(co_freevars=(*function.__code__.co_freevars, "_digest"))
    cells = (*(function.__closure__ or ()), CellType(_SOURCES_DIGEST))
    name, defaults = function.__name__, function.__defaults__
    closed = FunctionType(code, function.__globals__, name, defaults, cells)
    closed.__doc__, closed.__module__ = function.__doc__, function.__module__
    return njit(cache=True, **_OPTIONS)(closed)
