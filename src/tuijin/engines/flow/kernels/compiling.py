"""
How kernels are compiled.

Without exceptions (nothing divides by 0), small ones within their callers, and without the wrappers
that let Python call them, which would take most of the compiler's time; `formula` is for those that
Python does call, or that are tested by themselves.
"""

from __future__ import annotations

from numba import njit

_PRIVATE = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

kernel = njit(**_PRIVATE)
inlined = njit(forceinline=True, **_PRIVATE)
formula = njit(error_model="numpy")
