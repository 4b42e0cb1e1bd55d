"""How kernels are compiled: without exceptions, and small ones within their callers."""

from __future__ import annotations

from numba import njit

kernel = njit(error_model="numpy")
inlined = njit(error_model="numpy", forceinline=True)
