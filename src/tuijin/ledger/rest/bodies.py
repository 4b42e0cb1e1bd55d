"""Bodies of writing requests: strict JSON in, checked column values out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from tuijin.errors import ImportFailed, Problem, TypeNotAllowed
from tuijin.importers.faults import Fault
from tuijin.importers.fields import parse_value
from tuijin.importers.nouns import Column
from tuijin.importers.strict_json import parse_json
from tuijin.ledger import references
from tuijin.ledger.rest.resource import Resource

_NUMBERS = ("money", "decimal", "integer", "longitude", "latitude")


def read_object(request: HttpRequest) -> dict[str, Any]:
    """
    Return the JSON object of a request.

    Raises
    ------
    TypeNotAllowed
        If it is not sent as application/json.
    BadInput, ImportFailed, TooLarge
        As `strict_json.parse_json`; `object` if it is something else than an object.
    """
    if request.content_type != "application/json":
        raise TypeNotAllowed(f"Content-Type must be application/json, got {request.content_type!r}")
    document = parse_json(request.body)
    if not isinstance(document, dict):
        raise ImportFailed("the body must be a JSON object", code="object")
    return document


def check(
    resource: Resource, body: Mapping[str, Any], *, classes: str, is_new: bool
) -> dict[str, Any]:
    """
    Return column values by name, references as keys on record.

    Parameters
    ----------
    classes
        Field classes the writer may touch here; a column above them does not exist for the writer.

    Raises
    ------
    ImportFailed
        Naming every field that is wrong.
    """
    specs = _writable(resource, classes, is_new=is_new)
    problems = [
        Problem("unknown_field", "没有这个字段", field=name[:80])
        for name in body
        if name not in specs
    ]
    values: dict[str, Any] = {}
    for name, spec in specs.items():
        if name not in body:
            if is_new and spec.required:
                problems.append(Problem("required", f"缺少{spec.zh}", field=name))
            continue
        try:
            values[name] = _read(spec, body[name])
        except Fault as fault:
            problems.append(Problem(fault.code, "不符合要求", field=name, expected=fault.expected))
    problems += _resolve(specs, values)
    if problems:
        raise ImportFailed(
            f"{problems[0].field}：{problems[0].message}", code=problems[0].code, problems=problems
        )
    return values


def _writable(resource: Resource, classes: str, *, is_new: bool) -> dict[str, Column]:
    noun = resource.target.noun
    fixed = () if is_new else noun.key  # another key would be another entry
    return {
        spec.name: spec
        for spec in noun.columns
        if spec.field_class in classes and spec.name not in fixed and (is_new or not spec.is_fixed)
    }


def _read(spec: Column, value: Any) -> Any:
    """Read one JSON value by the field grammar."""
    if value is None:
        if spec.required:
            raise Fault("required", "不能为空")
        return None
    if spec.kind == "boolean":
        return _of_type(value, bool, "true 或 false")
    if spec.kind == "json":
        parse_value(spec, json.dumps(value, ensure_ascii=False, default=str))
        return value
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        if spec.kind not in _NUMBERS:
            raise Fault("type", "文字")
        value = format(value, "f") if isinstance(value, Decimal) else str(value)
    text = _of_type(value, str, "文字，数字可不加引号")
    unit = "yuan" if spec.kind == "money" else spec.unit or None
    found = parse_value(spec, text, unit=unit)
    if found is None and spec.required:
        raise Fault("required", "不能为空")
    return found


def _of_type(value: Any, kind: type, expected: str) -> Any:
    if not isinstance(value, kind):
        raise Fault("type", expected)
    return value


def _resolve(specs: Mapping[str, Column], values: dict[str, Any]) -> list[Problem]:
    """Replace what the body calls an entry by its key, in the writer's own scope."""
    problems = []
    for name, word in values.items():
        spec = specs[name]
        if spec.kind != "ref" or word is None:
            continue
        key = references.resolve(spec.ref, [word]).get(word)
        if key is None:
            problems.append(Problem("unknown_reference", f"找不到{spec.zh}", field=name))
        values[name] = key
    return problems
