"""
The JSON Schema of a project, from the same fields that the reader reads by.

`project.schema.json` beside this file is the published copy; a test keeps the two the same.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from tuijin.engines.returns.reading import hints_of, json_name
from tuijin.engines.returns.spec import Project

_BOUNDS = {"low": "minimum", "above": "exclusiveMinimum", "high": "maximum"}
_TYPES: dict[Any, str] = {int: "integer", float: "number", str: "string", bool: "boolean"}


def describe_project() -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    _define(Project, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Project for tuijin appraise",
        **definitions.pop("project"),
        "$defs": definitions,
    }


def _define(kind: Any, definitions: dict[str, Any]) -> None:
    name = kind.__name__.lower()
    if name in definitions:
        return
    definitions[name] = {}
    hints = hints_of(kind)
    definitions[name] = {
        "type": "object",
        "description": inspect.getdoc(kind),
        "properties": {
            json_name(f.name): _describe(hints[f.name], f.metadata, definitions)
            for f in fields(kind)
        },
        "required": [
            json_name(f.name)
            for f in fields(kind)
            if f.default is MISSING and f.default_factory is MISSING
        ],
        "additionalProperties": False,
    }


def _describe(kind: Any, limits: Mapping[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        options = [
            {"type": "null"} if arg is type(None) else _describe(arg, limits, definitions)
            for arg in args
        ]
        return {"anyOf": options}
    if origin is tuple:
        inner = {name: value for name, value in limits.items() if name != "most"}
        items = {"type": "array", "items": _describe(args[0], inner, definitions)}
        return items | ({"maxItems": limits["most"]} if "most" in limits else {})
    if origin is not None:
        values = _describe(args[1], {}, definitions)
        return {"type": "object", "additionalProperties": values}
    if is_dataclass(kind):
        _define(kind, definitions)
        return {"$ref": f"#/$defs/{typing.cast(type, kind).__name__.lower()}"}
    bounds = {word: limits[name] for name, word in _BOUNDS.items() if name in limits}
    choices = {"enum": list(limits["choices"])} if "choices" in limits else {}
    return {"type": _TYPES[kind], **bounds, **choices}
