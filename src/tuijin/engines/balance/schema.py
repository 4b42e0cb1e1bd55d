"""
The JSON Schema of a chain, from the same fields that the reader reads by.

`chain.schema.json` beside this file is the published copy; a test keeps the two the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from tuijin.engines.balance.reading import MAX_TEXT, NAME, has_default
from tuijin.engines.balance.spec import Chain


def describe_chain() -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    whole = _define(Chain, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Process chain for tuijin balance",
        **whole,
        "$defs": definitions,
    }


def _define(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "description": inspect.getdoc(kind),
        "properties": {f.name: _describe(f, definitions) for f in fields(kind)},
        "required": [f.name for f in fields(kind) if not has_default(f)],
        "additionalProperties": False,
    }


def _describe(field: Field[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    limits, reads = field.metadata, field.metadata["reads"]
    if reads in ("amounts", "objects"):
        inner = _amount(limits) if reads == "amounts" else _refer(limits["of"], definitions)
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{NAME.pattern}$"},
            "maxProperties": limits["most"],
            "additionalProperties": inner,
        }
    if reads == "object":
        return _refer(limits["of"], definitions)
    if reads == "amount":
        found = _number(limits) if field.type == "Number" else _amount(limits)
    elif reads == "whole":
        found = {**_number(limits), "type": "integer"}
    elif reads == "flag":
        found = {"type": "boolean"}
    else:
        choices = {"enum": list(limits["choices"])} if limits["choices"] else {}
        found = {"type": "string", "maxLength": MAX_TEXT, **choices}
    return {"anyOf": [{"type": "null"}, found]} if field.default is None else found


def _refer(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__.lower()
    if name not in definitions:
        definitions[name] = _define(kind, definitions)
    return {"$ref": f"#/$defs/{name}"}


def _number(limits: Mapping[str, Any]) -> dict[str, Any]:
    bounds = {"minimum": limits["low"], "maximum": limits["high"]}
    return {"type": "number", **{name: n for name, n in bounds.items() if n is not None}}


def _amount(limits: Mapping[str, Any]) -> dict[str, Any]:
    number = _number(limits)
    spread = {
        "type": "object",
        "properties": {"low": number, "mode": number, "high": number},
        "required": ["low", "high"],
        "additionalProperties": False,
    }
    return {"anyOf": [number, spread]}
