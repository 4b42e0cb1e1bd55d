"""
JSON that means one thing only (security reference 3.6, items 51 to 56).

Files and API bodies alike pass through here. Decimal fractions come back as Decimal.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from tuijin.errors import BadInput, ImportFailed, Problem, TooLarge

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_INTEGER_DIGITS = 15
MAX_FRACTION_CHARACTERS = 32

# What may change the depth: brackets outside strings. An unclosed string ends the scan.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_BAD_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def parse_json(data: bytes, *, max_bytes: int = MAX_BYTES) -> Any:
    """
    Read one JSON document.

    Raises
    ------
    TooLarge
        Over `max_bytes`.
    BadInput
        encoding, json, depth, duplicate_key, number: not one well-formed document.
    ImportFailed
        integer_too_long, exponent, number_too_long, bad_character: well-formed, but not allowed.
    """
    if len(data) > max_bytes:
        raise TooLarge(f"{len(data)} bytes of JSON; at most {max_bytes} are read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"byte {error.start} is not UTF-8", code="encoding") from error
    _check_depth(text)
    try:
        document = json.loads(
            text,
            object_pairs_hook=_pairs,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        detail = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise BadInput(detail, code="json", problems=[Problem("json", detail)]) from error
    problems = [
        Problem("bad_character", f"holds U+{ord(match[0]):04X}", field=path)
        for path, string in walk_strings(document)
        if (match := _BAD_CHARACTER.search(string))
    ]
    if problems:
        raise ImportFailed(
            f"{problems[0].field} {problems[0].message}", code="bad_character", problems=problems
        )
    return document


def walk_strings(document: Any) -> Iterator[tuple[str, str]]:
    """Yield every string, keys included, with its JSON pointer."""
    stack: list[tuple[str, Any]] = [("", document)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, list):
            stack.extend((f"{path}/{index}", item) for index, item in enumerate(value))
        elif isinstance(value, dict):
            for key, item in value.items():
                yield path, key
                stack.append((f"{path}/{escape_pointer(key)}", item))


def escape_pointer(key: str) -> str:
    """Write a key as one step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def _check_depth(text: str) -> None:
    depth = 0
    for match in _TOKEN.finditer(text):
        first = match[0][0]
        depth += (first in "[{") - (first in "]}")
        if depth > MAX_DEPTH:
            raise BadInput(f"nested deeper than {MAX_DEPTH} levels", code="depth")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        double = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise BadInput(f"key {double[:80]!r} stands twice in one object", code="duplicate_key")
    return document


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > MAX_INTEGER_DIGITS:
        detail = f"{text[:20]}… has more than {MAX_INTEGER_DIGITS} digits"
        raise ImportFailed(detail, code="integer_too_long")
    return int(text)


def _fraction(text: str) -> Decimal:
    if "e" in text or "E" in text:
        if not math.isfinite(float(text[:400])):
            raise BadInput(f"{text[:40]} is not a finite number", code="number")
        detail = f"{text[:40]} has an exponent; write the number out"
        raise ImportFailed(detail, code="exponent")
    if len(text) > MAX_FRACTION_CHARACTERS:
        detail = f"{text[:20]}… is longer than {MAX_FRACTION_CHARACTERS} characters"
        raise ImportFailed(detail, code="number_too_long")
    return Decimal(text)


def _constant(text: str) -> NoReturn:
    raise BadInput(f"{text} is not a JSON number", code="number")
