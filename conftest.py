"""Tests that live beside a plug-in see the same fixtures as those under `tests/`."""

from tests.conftest import golden, shared

__all__ = ["golden", "shared"]
