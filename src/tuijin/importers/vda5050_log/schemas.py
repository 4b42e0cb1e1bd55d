"""
The published JSON schemas of what vehicles send.

`schema/` holds state and connection of 2.0 and of 3.0 without titles, descriptions and examples.
There is no file of 2.1 here: it is 2.0 with what is documented as new (`changes-2.1.json`).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

TOPICS = ("state", "connection")
VERSIONS = ("2.0", "2.1", "3.0")
_FOLDER = Path(__file__).parent / "schema"


@cache
def load_validator(topic: str, version: str) -> Any:
    """Return the validator of a topic in a version such as `2.1`."""
    return jsonschema_rs.validator_for(_load(topic, version))


def _load(topic: str, version: str) -> dict[str, Any]:
    if version != "2.1":
        return _read(f"{topic}-{version}")
    schema, changes = _read(f"{topic}-2.0"), _read("changes-2.1")[topic]
    properties = {**schema["properties"], **changes.get("properties", {})}
    return {**schema, **changes, "properties": properties}


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found
