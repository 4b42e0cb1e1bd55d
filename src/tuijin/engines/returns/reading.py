"""
JSON to `Project`: every value checked where it stands, every fault with its path.

Booleans are not numbers, unknown keys are faults, NaN and infinity are faults; nothing is guessed.
"""

from __future__ import annotations

import math
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from tuijin.engines.returns import checking
from tuijin.engines.returns.spec import Project
from tuijin.errors import ModelError, Problem, TooLarge

MAX_DEPTH = 32
MAX_NODES = 10_000
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_LIMITS: Mapping[str, Any] = {}


def read_project(document: Any) -> Project:
    """
    Check a parsed JSON document and return the project it describes.

    Raises
    ------
    TooLarge
        spec_too_large: deeper than 32 levels or more than 10,000 nodes.
    ModelError
        spec_invalid, with a `Problem` for each fault; `field` is its JSON pointer.
    """
    _check_size(document)
    problems: list[Problem] = []
    project = _read(Project, document, "", _NO_LIMITS, problems)
    if not problems:
        problems = checking.find_faults(project)
    if problems:
        first = problems[0]
        raise ModelError(
            f"{first.field or '/'}: {first.message}", code="spec_invalid", problems=problems
        )
    return typing.cast(Project, project)


def _check_size(document: Any) -> None:
    level, depth, n_nodes = [document], 0, 0
    while level:
        n_nodes += len(level)
        depth += 1
        if n_nodes > MAX_NODES or depth > MAX_DEPTH:
            limits = f"at most {MAX_NODES:,} nodes and {MAX_DEPTH} levels are read"
            raise TooLarge(f"the spec is larger than that: {limits}", code="spec_too_large")
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]


@cache
def hints_of(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def json_name(field: str) -> str:
    """`with_` is written `with`."""
    return field.rstrip("_")


def _read(kind: Any, value: Any, path: str, limits: Mapping[str, Any], problems: Any) -> Any:
    """Read a value as a type; faults go to `problems` and give None."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _read_union(args, value, path, limits, problems)
    if origin is tuple:
        return _read_list(args[0], value, path, limits, problems)
    if origin is not None and issubclass(origin, Mapping):
        return _read_mapping(args[1], value, path, problems)
    if is_dataclass(kind):
        return _read_object(typing.cast(type, kind), value, path, problems)
    return _read_scalar(kind, value, path, limits, problems)


def _fault(problems: list[Problem], path: str, message: str) -> None:
    problems.append(Problem("spec", message, field=path))


def _read_union(args: Any, value: Any, path: str, limits: Any, problems: Any) -> Any:
    """What may be null, and numbers that may be one for all years or one for each."""
    if type(None) in args and value is None:
        return None
    args = tuple(arg for arg in args if arg is not type(None))
    wanted = args[-1] if isinstance(value, list) else args[0]
    found = _read(wanted, value, path, limits, problems)
    if found == ():
        return _fault(problems, path, "must hold at least one number")
    return found


def _read_list(kind: Any, value: Any, path: str, limits: Any, problems: Any) -> Any:
    if not isinstance(value, list):
        return _fault(problems, path, f"must be a list, got {_show(value)}")
    if len(value) > limits.get("most", MAX_NODES):
        return _fault(problems, path, f"has {len(value)} entries, at most {limits['most']}")
    return tuple(_read(kind, item, f"{path}/{n}", limits, problems) for n, item in enumerate(value))


def _read_mapping(kind: Any, value: Any, path: str, problems: Any) -> Any:
    if not isinstance(value, dict):
        return _fault(problems, path, f"must be an object, got {_show(value)}")
    for key in value:
        if not NAME.fullmatch(key):
            message = f"{key[:80]!r} is no name: letters, digits, _ and -, at most 64"
            if "." not in key:  # names of factors have a point, and are checked against the parts
                _fault(problems, path, message)
    return {
        key: _read(kind, item, f"{path}/{key}", _NO_LIMITS, problems) for key, item in value.items()
    }


def _read_object(kind: type, value: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(value, dict):
        return _fault(problems, path, f"must be an object, got {_show(value)}")
    hints, known = hints_of(kind), {json_name(f.name): f for f in fields(kind)}
    for key in value:
        if key not in known:
            _fault(problems, f"{path}/{key}", f"is not known here; known are {', '.join(known)}")
    n_before = len(problems)
    arguments = {}
    for key, field in known.items():
        if key in value:
            at = f"{path}/{key}"
            arguments[field.name] = _read(
                hints[field.name], value[key], at, field.metadata, problems
            )
        elif field.default is MISSING and field.default_factory is MISSING:
            _fault(problems, f"{path}/{key}", "is missing")
    return kind(**arguments) if len(problems) == n_before else None


def _read_scalar(kind: Any, value: Any, path: str, limits: Any, problems: Any) -> Any:
    if kind is bool or kind is str:
        words = {bool: "true or false", str: "a text"}
        if not isinstance(value, kind):
            return _fault(problems, path, f"must be {words[kind]}, got {_show(value)}")
        choices = limits.get("choices")
        if choices and value not in choices:
            return _fault(problems, path, f"must be one of {', '.join(choices)}, got {value!r}")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return _fault(problems, path, f"must be a number, got {_show(value)}")
    if not math.isfinite(value):
        return _fault(problems, path, f"must be a finite number, got {value}")
    if kind is int and value != int(value):
        return _fault(problems, path, f"must be a whole number, got {value}")
    return _within(kind(value), path, limits, problems)


def _within(number: Any, path: str, limits: Any, problems: list[Problem]) -> Any:
    low, above, high = (limits.get(name) for name in ("low", "above", "high"))
    if low is not None and number < low:
        return _fault(problems, path, f"must be at least {low}, got {number}")
    if above is not None and number <= above:
        return _fault(problems, path, f"must exceed {above}, got {number}")
    if high is not None and number > high:
        return _fault(problems, path, f"must be at most {high}, got {number}")
    return number


def _show(value: Any) -> str:
    return repr(value)[:80]
