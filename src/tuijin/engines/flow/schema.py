"""
The JSON Schema of a network, from the same fields that the reader reads by.

`network.schema.json` beside this file is the published copy; a test keeps the two the same.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from tuijin.engines.flow.distributions import KINDS, Distribution
from tuijin.engines.flow.reading import NAME, hints_of, json_name
from tuijin.engines.flow.spec import Network

_BOUNDS = {"low": "minimum", "above": "exclusiveMinimum", "high": "maximum"}
_TYPES: dict[Any, str] = {int: "integer", float: "number", str: "string", bool: "boolean"}


def describe_network() -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    _define(Network, definitions)
    definitions["distribution"] = {
        "description": "A number is a constant.",
        "anyOf": [
            {"type": "number", "minimum": 0},
            *(_reference(kind, definitions) for kind in KINDS.values()),
        ],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Network for tuijin simulate",
        **definitions.pop("network"),
        "$defs": definitions,
    }


def _reference(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    _define(kind, definitions)
    return {"$ref": f"#/$defs/{kind.__name__.lower()}"}


def _define(kind: Any, definitions: dict[str, Any]) -> None:
    name = kind.__name__.lower()
    if name in definitions:
        return
    definitions[name] = {}
    hints = hints_of(kind)
    properties = {
        json_name(f.name): _describe(hints[f.name], f.metadata, definitions) for f in fields(kind)
    }
    required = [
        json_name(f.name)
        for f in fields(kind)
        if f.default is MISSING and f.default_factory is MISSING
    ]
    if issubclass(kind, Distribution):
        properties["kind"] = {"const": kind.kind}
        required.append("kind")
    text = "" if (kind.__doc__ or "").startswith(f"{kind.__name__}(") else inspect.getdoc(kind)
    definitions[name] = {
        "type": "object",
        **({"description": text} if text else {}),
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _describe(kind: Any, limits: Mapping[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if kind is Distribution:
        return {"$ref": "#/$defs/distribution"}
    if origin in (typing.Union, types.UnionType):
        options = [
            {"type": "null"} if arg is type(None) else _describe(arg, limits, definitions)
            for arg in args
        ]
        return {"anyOf": options}
    if origin is tuple:
        items = {"type": "array", "items": _describe(args[0], _inner(limits), definitions)}
        items |= {"maxItems": limits["most"]} if "most" in limits else {}
        is_route = getattr(args[0], "__name__", "") == "Branch"
        return {"anyOf": [{"type": "string"}, items]} if is_route else items
    if origin is not None:
        values = _describe(args[1], _inner(limits), definitions)
        names = {"pattern": f"^{NAME.pattern}$"}
        return {"type": "object", "propertyNames": names, "additionalProperties": values}
    if is_dataclass(kind):
        return _reference(kind, definitions)
    bounds = {word: limits[name] for name, word in _BOUNDS.items() if name in limits}
    choices = {"enum": list(limits["choices"])} if "choices" in limits else {}
    return {"type": _TYPES[kind], **bounds, **choices}


def _inner(limits: Mapping[str, Any]) -> dict[str, Any]:
    """Limits of what is in a list or mapping."""
    return {name: value for name, value in limits.items() if name != "most"}
