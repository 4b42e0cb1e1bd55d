"""The Baotou example: files brought in by the same road as anybody's."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from tuijin.errors import ImportFailed
from tuijin.ledger import intake


def folder() -> Path:
    """Where the example is: in the package, or beside it in a checkout."""
    inside = Path(__file__).parents[1] / "examples" / "baotou"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "examples" / "baotou"
