"""Check documents against the published schema, every fault with its JSON pointer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft4Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from tuijin.errors import Problem
from tuijin.importers.strict_json import escape_pointer

MAX_PROBLEMS = 200
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def _is_instant(value: object) -> bool:
    if not isinstance(value, str):
        return True
    if not _INSTANT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(re.sub(r"\.\d+", "", value))
    except ValueError:
        return False
    return True


def _is_uri(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return bool(urlsplit(value).scheme) and not re.search(r"\s", value)
    except ValueError:
        return False


def _unique_items(
    _validator: Any, wanted: Any, instance: Any, _schema: Any
) -> Iterator[ValidationError]:
    """As the library's, but in one pass: comparing all pairs takes hours on a hostile list."""
    if wanted and isinstance(instance, list):
        seen = {json.dumps(item, sort_keys=True, default=str) for item in instance}
        if len(seen) < len(instance):
            yield ValidationError("has items that are the same")


@cache
def _validator(name: str) -> Any:
    formats = FormatChecker(formats=())
    formats.checks("date-time")(_is_instant)
    formats.checks("uri")(_is_uri)
    path = Path(__file__).parent / "schema" / f"{name}.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    return extend(Draft4Validator, {"uniqueItems": _unique_items})(schema, format_checker=formats)


def check_project(project: Any, *, index: int, prefix: Sequence[str | int]) -> list[Problem]:
    """Faults of one project; `prefix` is its own path in the document."""
    return _problems("project", project, row=index + 1, prefix=prefix)


def check_package(package: Any) -> list[Problem]:
    """Faults of the package around its projects."""
    return _problems("package", package, row=0, prefix=())


def _problems(name: str, document: Any, *, row: int, prefix: Sequence[str | int]) -> list[Problem]:
    errors = islice(_validator(name).iter_errors(document), MAX_PROBLEMS)
    return [
        Problem(
            "schema",
            error.message[:300],
            row=row,
            field="".join(f"/{escape_pointer(str(p))}" for p in (*prefix, *error.absolute_path)),
            expected=f"{error.validator}: {json.dumps(error.validator_value, default=str)}"[:200],
        )
        for error in errors
    ]
