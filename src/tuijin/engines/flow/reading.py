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
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from functools import cache, partial
from typing import Any

from tuijin.engines.flow import checking
from tuijin.engines.flow.distributions import KINDS, Constant, Distribution
from tuijin.engines.flow.spec import Network
from tuijin.errors import ModelError, Problem, TooLarge

MAX_DEPTH = 32
MAX_NODES = 10_000
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_LIMITS: Mapping[str, Any] = {}

# value, path, limits, problems → what was read; faults go to `problems` and give None.
Reader = Callable[[Any, str, Mapping[str, Any], list[Problem]], Any]


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
    network = _read_object(Network, document, "", _NO_LIMITS, problems)
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


@cache
def _reader_of(kind: Any) -> Reader:
    """How a value is read as a type; found once, as a model may read thousands of networks."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if kind is Distribution:
        return _read_distribution
    if origin in (typing.Union, types.UnionType):
        return _build_union_reader(args)
    if origin is tuple:
        return partial(_read_list, args[0])
    if origin is not None and issubclass(origin, Mapping):
        return partial(_read_mapping, args[1])
    return partial(_read_object if is_dataclass(kind) else _read_scalar, kind)


def _fault(problems: list[Problem], path: str, message: str, *, expected: str = "") -> None:
    problems.append(Problem("spec", message, field=path, expected=expected))


def _build_union_reader(args: tuple[Any, ...]) -> Reader:
    """Optional values, and one for all or one for each class."""
    kinds = [arg for arg in args if arg is not type(None)]
    read_one = _reader_of(kinds[0])
    read_each = _reader_of(kinds[1]) if len(kinds) > 1 else read_one

    def read(value: Any, path: str, limits: Any, problems: Any) -> Any:
        if value is None and len(kinds) < len(args):
            return None
        by_class = isinstance(value, dict) and "kind" not in value
        return (read_each if by_class else read_one)(value, path, limits, problems)

    return read


def _read_list(kind: Any, value: Any, path: str, limits: Any, problems: Any) -> Any:
    if isinstance(value, str) and is_dataclass(kind):
        value = [{"to": value}]
    if not isinstance(value, list):
        return _fault(problems, path, f"must be a list, got {_show(value)}")
    if len(value) > limits.get("most", MAX_NODES):
        return _fault(problems, path, f"has {len(value)} entries, at most {limits['most']}")
    read = _reader_of(kind)
    return tuple(read(item, f"{path}/{n}", limits, problems) for n, item in enumerate(value))


def _read_mapping(kind: Any, value: Any, path: str, limits: Any, problems: Any) -> Any:
    if not isinstance(value, dict):
        return _fault(problems, path, f"must be an object, got {_show(value)}")
    if len(value) > limits.get("most", MAX_NODES):
        return _fault(problems, path, f"has {len(value)} entries, at most {limits['most']}")
    for key in value:
        if not NAME.fullmatch(key):
            message = f"{key[:80]!r} is no name: letters, digits, _ and -, at most 64"
            _fault(problems, path, message)
    read = _reader_of(kind)
    return {key: read(item, f"{path}/{key}", limits, problems) for key, item in value.items()}


@cache
def _fields_of(kind: type) -> dict[str, tuple[str, Reader, Mapping[str, Any], bool]]:
    """Key in JSON → name, reader, limits, and whether it must be there."""
    hints = hints_of(kind)
    return {
        json_name(f.name): (
            f.name, _reader_of(hints[f.name]), f.metadata,
            f.default is MISSING and f.default_factory is MISSING,
        )
        for f in fields(kind)
    }  # fmt: skip


def _read_object(kind: type, value: Any, path: str, _limits: Any, problems: list[Problem]) -> Any:
    if not isinstance(value, dict):
        return _fault(problems, path, f"must be an object, got {_show(value)}")
    known = _fields_of(kind)
    for key in value.keys() - known.keys() - {"kind" if issubclass(kind, Distribution) else ""}:
        _fault(problems, f"{path}/{key}", f"is not known here; known are {', '.join(known)}")
    n_before = len(problems)
    arguments = {}
    for key, (name, read, limits, is_required) in known.items():
        if key in value:
            arguments[name] = read(value[key], f"{path}/{key}", limits, problems)
        elif is_required:
            _fault(problems, f"{path}/{key}", "is missing")
    return kind(**arguments) if len(problems) == n_before else None


def _read_distribution(value: Any, path: str, _limits: Any, problems: list[Problem]) -> Any:
    """A number is a constant."""
    if not isinstance(value, dict):
        _, read, limits, _ = _fields_of(Constant)["value"]
        number = read(value, path, limits, problems)
        return None if number is None else Constant(number)
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        message = f"must be one of {', '.join(KINDS)}, got {_show(kind)}"
        return _fault(problems, f"{path}/kind", message)
    found = _read_object(KINDS[kind], value, path, _NO_LIMITS, problems)
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
