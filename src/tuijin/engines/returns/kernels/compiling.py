"""How kernels are compiled: cached, without Python's lock, and a division by 0 is not an error."""

from __future__ import annotations

from numba import njit

kernel = njit(cache=True, nogil=True, error_model="numpy")
