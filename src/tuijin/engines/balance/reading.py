"""
JSON to `Chain`: every value checked where it stands, every fault with its path.

Booleans are not numbers, unknown keys are faults, NaN and infinity are faults; nothing is guessed
(security reference 3.8, items 68 and 73).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from decimal import Decimal
from typing import Any

from tuijin.engines.balance.spec import Chain, Range
from tuijin.errors import ModelError, Problem, TooLarge

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
MAX_NODES = 10_000
MAX_TEXT = 2_000


class Faults(list[Problem]):
    def add(self, path: str, message: str) -> None:
        self.append(Problem("spec", message, field=path or "/"))


def read_chain(document: Any) -> Chain:
    """
    Check a parsed JSON document and return the chain it describes.

    Raises
    ------
    TooLarge
        spec_too_large: more than 10,000 nodes.
    ModelError
        spec_invalid, with a `Problem` for each fault; `field` is its JSON pointer.
    """
    if sum(1 for _ in _nodes(document)) > MAX_NODES:
        raise TooLarge(f"at most {MAX_NODES:,} nodes are read", code="spec_too_large")
    faults = Faults()
    chain = _read_object(Chain, document, "", faults)
    if not faults:
        for path, message in _dangling(chain):
            faults.add(path, message)
    if faults:
        first = faults[0]
        raise ModelError(f"{first.field}: {first.message}", code="spec_invalid", problems=faults)
    assert isinstance(chain, Chain)
    return chain


def _nodes(document: Any) -> Iterator[Any]:
    todo = [document]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, dict | list):
            todo += node.values() if isinstance(node, dict) else node


def _read_object(kind: type, value: Any, path: str, faults: Faults) -> Any:
    if not isinstance(value, dict):
        return faults.add(path, f"must be an object, got {_show(value)}")
    known = {f.name: f for f in fields(kind)}
    for key in value.keys() - known.keys():
        faults.add(f"{path}/{key[:80]}", f"is not known here; known are {', '.join(known)}")
    n_before, arguments = len(faults), {}
    for name, field in known.items():
        at = f"{path}/{name}"
        if name in value and not (value[name] is None and field.default is None):
            arguments[name] = _READERS[field.metadata["reads"]](value[name], at, field, faults)
        elif name not in value and not has_default(field):
            faults.add(at, "is missing")
    return kind(**arguments) if len(faults) == n_before else None


def has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _read_own(value: Any, path: str, field: Field[Any], faults: Faults) -> Any:
    return _read_object(field.metadata["of"], value, path, faults)


def _read_mapping(
    value: Any, path: str, field: Field[Any], faults: Faults, *, read: Callable[..., Any]
) -> Any:
    if not isinstance(value, dict):
        return faults.add(path, f"must be an object, got {_show(value)}")
    if len(value) > field.metadata["most"]:
        return faults.add(path, f"has {len(value)} entries, at most {field.metadata['most']}")
    for key in value:
        if not NAME.fullmatch(key):
            faults.add(path, f"{key[:80]!r} is no name: letters, digits, _ and -, at most 64")
    return {key: read(item, f"{path}/{key}", field, faults) for key, item in value.items()}


def _read_objects(value: Any, path: str, field: Field[Any], faults: Faults) -> Any:
    return _read_mapping(value, path, field, faults, read=_read_own)


def _read_amounts(value: Any, path: str, field: Field[Any], faults: Faults) -> Any:
    return _read_mapping(value, path, field, faults, read=_read_amount)


def _read_text(value: Any, path: str, field: Field[Any], faults: Faults) -> Any:
    choices = field.metadata["choices"]
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        return faults.add(path, f"must be a text of at most {MAX_TEXT}, got {_show(value)}")
    if choices and value not in choices:
        return faults.add(path, f"must be one of {', '.join(choices)}, got {value[:80]!r}")
    return value


def _read_flag(value: Any, path: str, field: Field[Any], faults: Faults) -> Any:
    if not isinstance(value, bool):
        return faults.add(path, f"must be true or false, got {_show(value)}")
    return value


def _read_whole(value: Any, path: str, field: Field[Any], faults: Faults) -> Any:
    number = _read_number(value, path, field, faults)
    if number is not None and number != int(number):
        return faults.add(path, f"must be a whole number, got {number}")
    return None if number is None else int(number)


def _read_amount(value: Any, path: str, field: Field[Any], faults: Faults) -> Any:
    """Read a number, or an object of low, high and perhaps mode."""
    is_fixed = field.type == "Number"
    if is_fixed or not isinstance(value, dict):
        wanted = "" if is_fixed else ", or an object of low, high and perhaps mode"
        return _read_number(value, path, field, faults, wanted=wanted)
    for key in value.keys() - {"low", "mode", "high"}:
        faults.add(f"{path}/{key[:80]}", "is not known here; known are low, mode, high")
    ends = {
        name: _read_number(value[name], f"{path}/{name}", field, faults)
        for name in ("low", "mode", "high")
        if name in value
    }
    low, high = ends.get("low"), ends.get("high")
    if low is None or high is None:
        return faults.add(path, "needs a low and a high, both numbers")
    mode = ends.get("mode")
    if not low <= (low if mode is None else mode) <= high:
        return faults.add(path, f"must have low ≤ mode ≤ high, got {_show(ends)}")
    return Range(low, high, mode)


def _read_number(
    value: Any, path: str, field: Field[Any], faults: Faults, *, wanted: str = ""
) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        faults.add(path, f"must be a number{wanted}, got {_show(value)}")
        return None
    number, low, high = float(value), field.metadata["low"], field.metadata["high"]
    if not math.isfinite(number):
        faults.add(path, f"must be a finite number, got {number}")
    elif low is not None and number < low:
        faults.add(path, f"must be at least {low:g}, got {number:g}")
    elif high is not None and number > high:
        faults.add(path, f"must be at most {high:g}, got {number:g}")
    else:
        return number
    return None


_READERS: Mapping[str, Callable[..., Any]] = {
    "text": _read_text, "flag": _read_flag, "whole": _read_whole, "amount": _read_amount,
    "amounts": _read_amounts, "object": _read_own, "objects": _read_objects,
}  # fmt: skip


def _dangling(chain: Chain) -> Iterator[tuple[str, str]]:
    """Names that should be those of a material or a carrier, and are not."""
    if not chain.steps:
        yield "/steps", "needs at least one step"
    if chain.product.material not in chain.materials:
        yield "/product/material", f"{chain.product.material!r} is not one of the materials"
    elif chain.materials[chain.product.material].boundary != "inside":
        yield f"/materials/{chain.product.material}/boundary", "of the product must be inside"
    for key, step in chain.steps.items():
        for part, known in (("inputs", "materials"), ("outputs", "materials"),
                            ("energy_kwh", "carriers")):  # fmt: skip
            for name in getattr(step, part):
                if name not in getattr(chain, known):
                    yield f"/steps/{key}/{part}/{name}", f"is not one of the {known}"
        if not step.inputs:
            yield f"/steps/{key}/inputs", "needs at least one material"
        if step.rest is not None and step.rest not in chain.materials:
            yield f"/steps/{key}/rest", f"{step.rest!r} is not one of the materials"


def _show(value: Any) -> str:
    return repr(value)[:80]
