"""
JSON to `Network`: every value checked where it stands, every fault with its path.

Booleans are not numbers, unknown keys are faults, NaN and infinity are faults; nothing is guessed
(security reference 3.8, items 68 and 73).
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

from tuijin.engines.flow import checking
from tuijin.engines.flow.distributions import KINDS, Constant, Distribution
from tuijin.engines.flow.spec import Network
from tuijin.errors import ModelError, Problem, TooLarge

MAX_DEPTH = 32
MAX_NODES = 10_000
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_LIMITS: Mapping[str, Any] = {}


def read_network(document: Any) -> Network:
    """
    Check a parsed JSON document and return the network it describes.

    Raises
    ------
    TooLarge
        spec_too_large: deeper than 32 levels or more than 10,000 nodes.
    ModelError
        spec_invalid, with a `Problem` for each fault; `field` is its JSON pointer.
    """
    _check_size(document)
    problems: list[Problem] = []
    network = _read(Network, document, "", _NO_LIMITS, problems)
    if not problems:
        problems = checking.find_faults(network)
    if problems:
        first = problems[0]
        raise ModelError(
            f"{first.field or '/'}: {first.message}", code="spec_invalid", problems=problems
        )
    return typing.cast(Network, network)


def _check_size(document: Any) -> None:
    level, depth, n_nodes = [document], 0, 0
    while level:
        n_numbers = sum(isinstance(node, int | float | Decimal) for node in level)
        n_nodes += len(level) - n_numbers  # long tables of numbers have a limit of their own
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
    """`class_` is written `class`."""
    return field.rstrip("_")


def _read(kind: Any, value: Any, path: str, limits: Mapping[str, Any], problems: Any) -> Any:
    """Read a value as a type; faults go to `problems` and give None."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if kind is Distribution:
        return _read_distribution(value, path, problems)
    if origin in (typing.Union, types.UnionType):
        return _read_union(args, value, path, limits, problems)
    if origin is tuple:
        return _read_list(args[0], value, path, limits, problems)
    if origin is not None and issubclass(origin, Mapping):
        return _read_mapping(args[1], value, path, limits, problems)
    if is_dataclass(kind):
        return _read_object(typing.cast(type, kind), value, path, problems)
    return _read_scalar(kind, value, path, limits, problems)


def _fault(problems: list[Problem], path: str, message: str, *, expected: str = "") -> None:
    problems.append(Problem("spec", message, field=path, expected=expected))


def _read_union(args: Any, value: Any, path: str, limits: Any, problems: Any) -> Any:
    """Optional values, one for all or one for each class, and a word for a route of one way."""
    if type(None) in args and value is None:
        return None
    args = tuple(arg for arg in args if arg is not type(None))
    mapping = next((a for a in args if typing.get_origin(a) not in (None, tuple)), None)
    if len(args) > 1 and mapping is not None:
        by_class = isinstance(value, dict) and "kind" not in value
        kind = mapping if by_class else next(arg for arg in args if arg is not mapping)
        return _read(kind, value, path, limits, problems)
    return _read(args[0], value, path, limits, problems)


def _read_list(kind: Any, value: Any, path: str, limits: Any, problems: Any) -> Any:
    if isinstance(value, str) and is_dataclass(kind):
        value = [{"to": value}]
    if not isinstance(value, list):
        return _fault(problems, path, f"must be a list, got {_show(value)}")
    if len(value) > limits.get("most", MAX_NODES):
        return _fault(problems, path, f"has {len(value)} entries, at most {limits['most']}")
    return tuple(_read(kind, item, f"{path}/{n}", limits, problems) for n, item in enumerate(value))


def _read_mapping(kind: Any, value: Any, path: str, limits: Any, problems: Any) -> Any:
    if not isinstance(value, dict):
        return _fault(problems, path, f"must be an object, got {_show(value)}")
    if len(value) > limits.get("most", MAX_NODES):
        return _fault(problems, path, f"has {len(value)} entries, at most {limits['most']}")
    for key in value:
        if not NAME.fullmatch(key):
            message = f"{key[:80]!r} is no name: letters, digits, _ and -, at most 64"
            _fault(problems, path, message)
    return {
        key: _read(kind, item, f"{path}/{key}", limits, problems) for key, item in value.items()
    }


def _read_object(kind: type, value: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(value, dict):
        return _fault(problems, path, f"must be an object, got {_show(value)}")
    hints, known = hints_of(kind), {json_name(f.name): f for f in fields(kind)}
    for key in value.keys() - known.keys() - {"kind" if issubclass(kind, Distribution) else ""}:
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


def _read_distribution(value: Any, path: str, problems: list[Problem]) -> Any:
    """A number is a constant."""
    if not isinstance(value, dict):
        metadata = next(f.metadata for f in fields(Constant))
        number = _read_scalar(float, value, path, metadata, problems)
        return None if number is None else Constant(number)
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        message = f"must be one of {', '.join(KINDS)}, got {_show(kind)}"
        return _fault(problems, f"{path}/kind", message)
    found = _read_object(KINDS[kind], value, path, problems)
    if found is not None:
        for field, message in found.faults():
            _fault(problems, f"{path}/{field}", message)
    return found


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
